#include "messaging/IncarnationWatch.h"

#include "messaging/ProfileValues.h"

namespace recado::messaging {

namespace {

constexpr int resubmitPage = 500;

} // namespace

IncarnationWatch::IncarnationWatch(EngineContext& context, Outbox& outbox, KeyUpkeep& keys)
    : m_context(context)
    , m_outbox(outbox)
    , m_keys(keys) {}

void IncarnationWatch::welcomed(const QByteArray& incarnation) {
    const auto known = m_context.stores.profile.value(profile_value::incarnation);
    if (!known)
        return m_context.storageFailed(known.error());
    if (*known == incarnation)
        return;
    if (!*known) {
        const base::Status status = remember(incarnation);
        if (!status)
            m_context.storageFailed(status.error());
        return;
    }
    const auto items = composeAcceptedAnew();
    if (!items)
        return m_context.storageFailed(items.error());
    m_outbox.requeue(*items);
    // Remembered only when all is done: a crash or a lost connection in between begins anew.
    m_keys.replaceEverything([this, incarnation] {
        const base::Status status = remember(incarnation);
        if (!status)
            m_context.storageFailed(status.error());
    });
}

base::Status IncarnationWatch::remember(const QByteArray& incarnation) {
    return inWork(m_context,
                  [&] { return m_context.stores.profile.setValue(profile_value::incarnation, incarnation); });
}

base::Result<QVector<OutboxItem>> IncarnationWatch::composeAcceptedAnew() {
    QVector<OutboxItem> all;
    const base::Status written = inWork(m_context, [&]() -> base::Status {
        qint64 after = 0;
        while (true) {
            RECADO_TRY(QVector<OutboxItem> page,
                       m_context.stores.outbox.list({OutboxState::Accepted}, after, resubmitPage));
            for (OutboxItem& item : page) {
                after = item.id;
                RECADO_CHECK(m_outbox.composeAnew(item));
                all.append(item);
            }
            if (page.size() < resubmitPage)
                return {};
        }
    });
    RECADO_CHECK(written);
    return all;
}

} // namespace recado::messaging
