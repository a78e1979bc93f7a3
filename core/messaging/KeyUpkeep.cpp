#include "messaging/KeyUpkeep.h"

#include <algorithm>

namespace recado::messaging {

namespace {

constexpr int upkeepIntervalMs = 3'600 * 1'000;
constexpr qint64 longestRetryMs = 600'000;

} // namespace

KeyUpkeep::KeyUpkeep(EngineContext& context, DeviceKeys& keys)
    : m_context(context)
    , m_keys(keys)
    , m_backoff({.baseMs = context.timing.retryDelayMs, .capMs = longestRetryMs}) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, [this] { uploadWhatIsMissing(); });
    connect(&m_hourly, &QTimer::timeout, this, [this] {
        uploadWhatIsMissing();
        if (m_caughtUp)
            expireOldThings();
    });
}

void KeyUpkeep::wentOnline(quint32 prekeysRemaining) {
    m_backoff.reset();
    m_hourly.start(upkeepIntervalMs);
    prekeysLow(prekeysRemaining);
}

void KeyUpkeep::wentOffline() {
    ++m_connection;
    m_uploading = false;
    m_caughtUp = false;
    m_replaced = {}; // the next Welcome tells again
    m_prekeysReplaced = false;
    m_hourly.stop();
    m_retry.stop();
}

void KeyUpkeep::prekeysLow(quint32 remaining) {
    m_remaining = remaining;
    uploadWhatIsMissing();
}

void KeyUpkeep::caughtUp() {
    if (!std::exchange(m_caughtUp, true))
        expireOldThings();
}

void KeyUpkeep::replaceEverything(std::function<void()> done) {
    m_replaced = std::move(done);
    m_prekeysReplaced = false;
    uploadWhatIsMissing();
}

void KeyUpkeep::uploadWhatIsMissing() {
    if (m_uploading)
        return; // its answer comes back here
    if (m_replaced)
        return m_prekeysReplaced ? uploadList() : upload(DeviceKeys::uploadCount, true);
    // However many a relay would like: one upload has to be enough.
    if (m_remaining < std::min(m_context.state.limits.prekeysLow, quint32(DeviceKeys::uploadCount)))
        return upload(DeviceKeys::uploadCount, false);
    const auto due = m_keys.isUploadDue();
    if (!due)
        return m_context.storageFailed(due.error());
    if (*due)
        upload(0, false);
}

void KeyUpkeep::upload(int count, bool replace) {
    wire::ClientFrame frame;
    wire::PrekeyUpload& prekeys = *frame.mutable_upload_prekeys()->mutable_prekeys();
    const base::Status made = inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(prekeys, m_keys.makeUpload(m_context.state.account->identity, count, replace));
        return {};
    });
    if (!made)
        return m_context.storageFailed(made.error());
    prekeys.set_replace(replace);
    m_uploading = true;
    m_context.link.request(frame, [this, connection = m_connection,
                                   sent = prekeys](const base::Result<wire::RelayFrame>& answer) {
        if (connection == m_connection)
            answered(answer ? base::Status() : answer.error(), sent);
    });
}

void KeyUpkeep::answered(const base::Status& status, const wire::PrekeyUpload& sent) {
    m_uploading = false;
    if (!status) {
        // Whether it arrived is not known. The same signed prekey goes again; one-time prekeys never do, or
        // two people could be given the same one.
        return tryAgain(status.error());
    }
    m_backoff.reset();
    const base::Status kept =
        inWork(m_context, [&] { return m_keys.confirmUpload(sent.signed_prekey().id()); });
    if (!kept)
        return m_context.storageFailed(kept.error());
    const auto added = quint32(sent.prekeys_size());
    m_remaining = sent.replace() ? added : m_remaining + added;
    m_prekeysReplaced = m_prekeysReplaced || (sent.replace() && m_replaced);
    uploadWhatIsMissing();
}

void KeyUpkeep::tryAgain(const base::Error& error) {
    m_retry.start(int(std::max(m_backoff.nextMs(), std::min(error.retryAfterMs, longestRetryMs))));
}

void KeyUpkeep::uploadList() {
    const auto list = m_keys.ownList();
    if (!list)
        return m_context.storageFailed(list.error());
    wire::ClientFrame frame;
    *frame.mutable_set_device_list()->mutable_device_list() = *list;
    m_uploading = true;
    m_context.link.request(std::move(frame),
                           [this, connection = m_connection](const base::Result<wire::RelayFrame>& answer) {
                               if (connection == m_connection)
                                   listAnswered(answer ? base::Status() : answer.error());
                           });
}

void KeyUpkeep::listAnswered(const base::Status& status) {
    m_uploading = false;
    // A relay that already has this version, or a newer one, has all it needs.
    const bool settled = status || status.error().reason == base::Reason::StaleDevices ||
                         status.error().reason == base::Reason::InvalidArgument;
    if (!settled)
        return tryAgain(status.error());
    m_backoff.reset();
    if (const auto done = std::exchange(m_replaced, {}))
        done();
    uploadWhatIsMissing();
}

void KeyUpkeep::expireOldThings() {
    const qint64 mailboxMs = qint64(m_context.state.limits.undeliveredSeconds) * 1'000;
    const qint64 before = m_context.nowMs() - mailboxMs - graceMs;
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        // Who sent them is not known yet; what they were sealed with is needed then.
        RECADO_TRY(const QVector<base::AccountId> unread,
                   m_context.stores.quarantine.sendersOf(QuarantineCause::AwaitingLookUp));
        if (unread.isEmpty()) {
            RECADO_TRY(const qint64 outOfUse, m_keys.outOfUseSince(before));
            RECADO_CHECK(m_context.stores.maintenance.expireKeys(outOfUse, before));
        }
        RECADO_CHECK(m_context.stores.maintenance.expireOutbox(before));
        RECADO_CHECK(m_context.stores.maintenance.expireQuarantine(before));
        return m_context.stores.maintenance.expireEarlyChanges(before);
    });
    if (!status)
        m_context.storageFailed(status.error());
}

} // namespace recado::messaging
