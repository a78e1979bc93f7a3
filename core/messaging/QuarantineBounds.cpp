#include "messaging/QuarantineBounds.h"

namespace recado::messaging {

base::Status QuarantineBounds::keep(const base::AccountId& sender, FollowUps& followUps) {
    RECADO_CHECK(giveUpOldest(sender, QuarantineCause::IdentityChanged, followUps));
    RECADO_CHECK(giveUpOldest(sender, QuarantineCause::AwaitingLookUp, followUps));
    return m_context.stores.quarantine.trim(sender, undecryptable);
}

base::Status QuarantineBounds::keepUnseen() {
    return m_context.stores.quarantine.trimUnseen(m_context.ownAccount(), undecryptable);
}

base::Status QuarantineBounds::giveUpOldest(const base::AccountId& sender, QuarantineCause cause,
                                            FollowUps& followUps) {
    RECADO_TRY(QuarantineUse use, m_context.stores.quarantine.use(sender, cause));
    qint64 after = 0;
    while (use.rows > held.rows || use.bytes > held.bytes) {
        RECADO_TRY(QVector<QuarantinedEnvelope> page,
                   m_context.stores.quarantine.list(sender, cause, after, pageSize));
        if (page.isEmpty())
            return {};
        for (QuarantinedEnvelope& oldest : page) {
            if (use.rows <= held.rows && use.bytes <= held.bytes)
                return {};
            after = oldest.id;
            --use.rows;
            use.bytes -= oldest.sealedHeader.size() + oldest.ciphertext.size() + oldest.body.size();
            oldest.cause = QuarantineCause::Undecryptable;
            RECADO_TRY(oldest.placeholder, m_placeholders.add(oldest.sender));
            RECADO_CHECK(m_context.stores.quarantine.update(oldest));
            followUps.resendsToAsk = true;
        }
    }
    return {};
}

} // namespace recado::messaging
