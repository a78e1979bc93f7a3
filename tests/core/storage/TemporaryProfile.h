#pragma once

#include "base/SecretBytes.h"
#include "storage/ProfileDatabase.h"

#include <QTemporaryDir>

#include <memory>

namespace recado::tests {

/// A step of a test's set-up that cannot fail. (Q_ASSERT would vanish from an optimised build.)
template <typename T>
void must(const base::Result<T>& result) {
    if (!result)
        qFatal("the set-up failed: %s", qPrintable(result.error().message));
}

/// A profile in a directory of its own that goes with it.
class TemporaryProfile {
public:
    TemporaryProfile() { open(storage::Creation::Allowed); }

    [[nodiscard]] QString path() const { return m_directory.filePath(QStringLiteral("profile")); }
    [[nodiscard]] const base::SecretBytes& key() const { return m_key; }
    [[nodiscard]] storage::ProfileDatabase& profile() { return *m_profile; }
    [[nodiscard]] sql::Database& writer() { return m_profile->writer(); }

    void close() { m_profile.reset(); }
    void open(storage::Creation creation = storage::Creation::Forbidden) {
        auto claimed = storage::ProfileDirectory::claim(path());
        must(claimed);
        auto opened = storage::ProfileDatabase::open(*std::move(claimed), m_key, creation);
        must(opened);
        m_profile = *std::move(opened);
    }

private:
    QTemporaryDir m_directory;
    base::SecretBytes m_key = base::SecretBytes::random(32);
    std::unique_ptr<storage::ProfileDatabase> m_profile;
};

} // namespace recado::tests
