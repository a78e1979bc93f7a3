#pragma once

#include "protocol/Limits.h"

namespace recado::relay {

/// Every number the relay's logic goes by; each is a configuration key of the relay. `limits` are the ones
/// announced in Welcome, the others are the relay's own business.
struct RelayPolicy {
    protocol::Limits limits;

    // Submissions of one account: how many at once, and how many a second on the long run. High enough for
    // a bulk run of ten thousand messages; it is the mailbox quota that stops floods.
    double submissionBurst = 50'000;
    double submissionsPerSecond = 1'000;
    // What may wait in one device's mailbox before senders are told quota_exceeded.
    quint64 mailboxBytes = 256ULL * 1'024 * 1'024;
    quint64 mailboxEnvelopes = 200'000;
    // A connection with more than this queued gets no live envelopes and no typing notices.
    qint64 queuedBytes = 256 * 1'024;
    // Live envelopes remembered while a connection's mailbox is being read.
    qint64 recordedBytes = 1'024 * 1'024;
    // Usernames an account may ask for in vain, an hour.
    int unknownUsernamesAnHour = 20;
    // One-time prekeys of one device that one account gets, an hour.
    int oneTimePrekeysAnHour = 5;
    // Registrations of the whole relay: at once, and a second on the long run. They need no authentication,
    // so this is what keeps strangers from filling the directory, or from trying names by the thousand.
    double registrationBurst = 2'000;
    double registrationsPerSecond = 10;
    // Look-ups and bundle requests of one account: at once, and a second on the long run.
    double requestBurst = 1'000;
    double requestsPerSecond = 20;
    // The relay's time that one account may take, in units of about a microsecond: at once, and a second on
    // the long run. Whoever takes more is not read from for a while. And what one connection may take of a
    // pass of its I/O thread, before the others have theirs.
    double workBurst = 250'000;
    double workPerSecond = 50'000;
    qint64 workPerPass = 1'000;
    // Failed authentications are answered no sooner than this, so that nobody learns from the time they took.
    int failureMs = 100;
    // Typing notices from one account to another: at once, and milliseconds between them afterwards.
    int ephemeralBurst = 5;
    int ephemeralIntervalMs = 3'000;
    // An account that comes back within this time was never away.
    int presenceGraceMs = 2'000;
    // How long a freed username rests.
    int usernameRestDays = 180;
    // When the store lets a question wait this long, no more submissions are taken; when it is this long, no
    // more connections.
    int shedLagMs = 1'000;
    int refuseLagMs = 3'000;
    // How long the sender of a refused `busy` should wait.
    int busyRetryMs = 500;
};

} // namespace recado::relay
