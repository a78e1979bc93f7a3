#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "sql/Database.h"

#include <QString>
#include <QStringList>

namespace recado::tests {

/// What a seeded profile shall contain.
struct SeedPlan {
    int conversations = 200;
    int messages = 100'000; ///< In all conversations together; each has at least one when there are enough.
    /// The newest messages that nobody has looked at yet (their incoming ones are unread).
    int unseen = 40;
    /// Taken in turn; empty: made-up sentences.
    QStringList texts;
    qint64 lastMs = 1'750'000'000'000; ///< Wall time of the newest message, …
    qint64 intervalMs = 60'000;        ///< … and between two of them.
    quint32 seed = 1;                  ///< Equal plans give equal conversations.
};

/// Fills a profile as months of use would have: people with verified device lists and trusted identities,
/// conversations, messages of both sides (a quarter of the conversations get most of them), marks against
/// duplicates, sequences and clocks. Goes through the engine's own stores, in one transaction. What is not
/// there is what such a profile has forgotten again or gets from a relay: outbox, sessions, prekeys.
///
/// `database` is a profile's writing connection (storage::ProfileDatabase::writer). When it has no account
/// yet, a registered one is made, whose relay cannot be reached.
[[nodiscard]] base::Status seedDatabase(sql::Database& database, const base::Clock& clock,
                                        const SeedPlan& plan);

/// Makes a whole profile in a new directory, its key in a key file or, when `passphraseFile` is given, locked
/// with that file's first line, and seeds it with `messages` messages up to now. Returns what went wrong;
/// empty: nothing.
[[nodiscard]] QString seedProfile(const QString& directory, const QString& passphraseFile, int messages);

} // namespace recado::tests
