#include "messaging/IncarnationWatch.h"

#include "messaging/ProfileValues.h"

namespace recado::messaging {

namespace {

constexpr int resubmitPage = 500;

} // namespace

IncarnationWatch::IncarnationWatch(EngineContext& context, OutboxLedger& ledger, Outbox& outbox,
                                   KeyUpkeep& keys)
    : m_context(context)
    , m_ledger(ledger)
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
    // A page a commit: weeks of messages fit into no memory.
    qint64 after = 0;
    QVector<OutboxItem> items;
    do {
        auto page = composeAcceptedAnew(after);
        if (!page)
            return m_context.storageFailed(page.error());
        items = *std::move(page);
        if (!items.isEmpty())
            after = items.last().id;
        m_outbox.enqueue(items);
    } while (items.size() == resubmitPage);
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

base::Result<QVector<OutboxItem>> IncarnationWatch::composeAcceptedAnew(qint64 after) {
    QVector<OutboxItem> page;
    const base::Status written = inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(page, m_context.stores.outbox.list({OutboxState::Accepted}, after, resubmitPage));
        for (OutboxItem& item : page)
            RECADO_CHECK(m_ledger.composeAnew(item));
        return {};
    });
    RECADO_CHECK(written);
    return page;
}

} // namespace recado::messaging
