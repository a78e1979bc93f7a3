#pragma once

#include "messaging/MessagePlacer.h"

namespace recado::messaging {

/// Applies edits, deletions and reactions from others: only the authenticated author changes or deletes a
/// message, and only within 48 hours. Engine thread, inside a work.
class ChangeApplier {
public:
    /// After this an author can no longer edit or delete for everyone.
    static constexpr qint64 changeableMs = 48LL * 3'600 * 1'000;

    /// Both are borrowed.
    ChangeApplier(EngineContext& context, MessagePlacer& placer)
        : m_context(context)
        , m_placer(placer) {}

    /// `from` is another person's account, or the own one for what an own other device did. MalformedFrame
    /// for a content that names nothing; a change that is not allowed is ignored.
    base::Status apply(const content::Content& content, const ContactRecord& from);
    /// After a message was stored: the changes that came before it.
    base::Status applyEarly(const MessageKey& target);

private:
    base::Status applyTo(const StoredMessage& target, const content::Content& content,
                         const base::AccountId& sender);

    EngineContext& m_context;
    MessagePlacer& m_placer;
};

} // namespace recado::messaging
