#include "messaging/KeyUpkeep.h"

namespace recado::messaging {

namespace {

constexpr int upkeepIntervalMs = 3'600 * 1'000;

} // namespace

KeyUpkeep::KeyUpkeep(EngineContext& context, DeviceKeys& keys)
    : m_context(context)
    , m_keys(keys) {
    connect(&m_daily, &QTimer::timeout, this, [this] { checkDaily(); });
}

void KeyUpkeep::wentOnline(quint32 prekeysRemaining) {
    m_uploading = false;
    prekeysLow(prekeysRemaining);
    checkDaily();
    m_daily.start(upkeepIntervalMs);
}

void KeyUpkeep::wentOffline() {
    m_daily.stop();
}

void KeyUpkeep::prekeysLow(quint32 remaining) {
    if (remaining < m_context.state.limits.prekeysLow)
        upload(DeviceKeys::uploadCount, false, {});
}

void KeyUpkeep::checkDaily() {
    expireOldThings();
    const auto due = m_keys.isRotationDue();
    if (!due)
        return m_context.storageFailed(due.error());
    if (*due)
        upload(0, false, {});
}

void KeyUpkeep::replaceEverything(std::function<void()> done) {
    upload(DeviceKeys::uploadCount, true, [this, done = std::move(done)] {
        const auto list = m_keys.ownList();
        if (!list)
            return m_context.storageFailed(list.error());
        wire::ClientFrame frame;
        *frame.mutable_set_device_list()->mutable_device_list() = *list;
        m_context.link.request(std::move(frame), [done](const base::Result<wire::RelayFrame>& answer) {
            // A relay that already has this version, or a newer one, has all it needs.
            if (answer || answer.error().reason == base::Reason::StaleDevices ||
                answer.error().reason == base::Reason::InvalidArgument)
                done();
        });
    });
}

void KeyUpkeep::upload(int count, bool replace, std::function<void()> done) {
    if (m_uploading && !replace)
        return;
    m_uploading = true;
    wire::ClientFrame frame;
    const base::Status made = inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(*frame.mutable_upload_prekeys()->mutable_prekeys(),
                   m_keys.makeUpload(m_context.state.account->identity, count, replace));
        return {};
    });
    if (!made)
        return m_context.storageFailed(made.error());
    frame.mutable_upload_prekeys()->mutable_prekeys()->set_replace(replace);
    m_context.link.request(std::move(frame),
                           [this, done = std::move(done)](const base::Result<wire::RelayFrame>& answer) {
                               m_uploading = false;
                               // Refused or lost: the next Welcome tells again how many are left.
                               if (answer && done)
                                   done();
                           });
}

void KeyUpkeep::expireOldThings() {
    const qint64 mailboxMs = qint64(m_context.state.limits.undeliveredSeconds) * 1'000;
    const qint64 before = m_context.nowMs() - mailboxMs - graceMs;
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        // A signed prekey is made a rotation before it is replaced.
        RECADO_CHECK(m_context.stores.maintenance.expireKeys(before - DeviceKeys::rotationMs));
        RECADO_CHECK(m_context.stores.maintenance.expireOutbox(before));
        RECADO_CHECK(m_context.stores.maintenance.expireQuarantine(before));
        return m_context.stores.maintenance.expireEarlyChanges(before);
    });
    if (!status)
        m_context.storageFailed(status.error());
}

} // namespace recado::messaging
