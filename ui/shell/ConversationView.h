#pragma once

#include "messaging/Client.h"
#include "ui/common/Theme.h"

#include <QHash>
#include <QPointer>
#include <QWidget>

class QStackedLayout;

namespace recado::ui {

class Banner;
class Composer;
class ConversationHeader;
class EmptyState;
class RequestBar;
class SafetyNumberDialog;
class TimelineModel;
class TimelineView;

/// One conversation: header, banners, timeline, and below it the composer or the decision about a request.
class ConversationView final : public QWidget {
    Q_OBJECT
public:
    ConversationView(messaging::Client& client, const Theme& theme, QWidget* parent = nullptr);

    void open(const messaging::Conversation& conversation, bool typing);
    /// The conversation, unless it is another than the open one, as it is now.
    void refresh(const messaging::Conversation& conversation, bool typing);
    /// Nothing is open; how many conversations there are, and how many of them requests, chooses the words in
    /// its place.
    void close(int conversations, int requests);
    /// It was removed: what waited unsent in it goes, too.
    void forget(base::ConversationId id) { m_drafts.remove(id); }
    /// The same numbers later on.
    void setCounts(int conversations, int requests);
    [[nodiscard]] base::ConversationId conversation() const { return m_conversation.id; }

    [[nodiscard]] TimelineView& timeline() { return *m_timeline; }
    [[nodiscard]] Composer& composer() { return *m_composer; }
    /// Under the header; for what the connection does.
    [[nodiscard]] Banner& connectionBanner() { return *m_connectionBanner; }
    void setBackVisible(bool visible);
    /// One's own address, to give away while there is no conversation.
    void setOwnAddress(const QString& address);
    void showSafetyNumber();
    /// Puts the keyboard where one writes or decides; in a request on its messages, so that no stray key
    /// decides.
    void takeFocus();

Q_SIGNALS:
    void backRequested();
    void newConversationRequested();
    /// The open conversation was a request and is one no more.
    void requestAccepted(recado::base::ConversationId conversation);
    /// What waits unsent in a conversation that is not open; empty: nothing, or it is open now.
    void draftChanged(recado::base::ConversationId conversation, const QString& text);

private:
    void build();
    void connectParts();
    void refreshEmpty();
    void refreshNotice();
    void showReadFailure(base::Reason reason);
    void refreshBottom();
    void refreshTrust();
    void keepDraft();
    void send(const QString& text);
    void acceptRequest();
    void deleteRequest();
    void retry(messaging::LocalId message);
    void markSeen(messaging::LocalId message);
    [[nodiscard]] QString otherName() const;

    messaging::Client& m_client;
    const Theme& m_theme;
    messaging::Conversation m_conversation;
    /// What was being written elsewhere. In memory only: unsent words do not belong on the disk in the clear.
    QHash<base::ConversationId, QString> m_drafts;
    QString m_ownAddress;
    int m_conversations = 0;
    int m_requests = 0;
    TimelineModel* m_model;
    ConversationHeader* m_header;
    Banner* m_connectionBanner;
    Banner* m_identityBanner;
    TimelineView* m_timeline;
    Composer* m_composer;
    RequestBar* m_request;
    EmptyState* m_empty;
    /// Over the timeline while that has nothing to show.
    EmptyState* m_notice;
    QWidget* m_content;
    QStackedLayout* m_stack;
    QPointer<SafetyNumberDialog> m_safety;
};

} // namespace recado::ui
