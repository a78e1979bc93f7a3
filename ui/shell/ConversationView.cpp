#include "ui/shell/ConversationView.h"

#include "ui/common/Banner.h"
#include "ui/common/EmptyState.h"
#include "ui/common/Metrics.h"
#include "ui/common/Text.h"
#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"
#include "ui/composer/Composer.h"
#include "ui/security/RequestBar.h"
#include "ui/security/SafetyNumberDialog.h"
#include "ui/shell/ConversationHeader.h"
#include "ui/timeline/TimelineView.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGridLayout>
#include <QGuiApplication>
#include <QStackedLayout>
#include <QUrl>
#include <QVBoxLayout>

namespace recado::ui {

using messaging::Conversation;

ConversationView::ConversationView(messaging::Client& client, const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_client(client)
    , m_theme(theme)
    , m_model(new TimelineModel(client, this))
    , m_header(new ConversationHeader(theme))
    , m_connectionBanner(new Banner(theme))
    , m_identityBanner(new Banner(theme))
    , m_timeline(new TimelineView(*m_model, theme))
    , m_composer(new Composer(theme))
    , m_request(new RequestBar(theme))
    , m_empty(new EmptyState(theme, Icon::MessageCircle))
    , m_notice(new EmptyState(theme, Icon::MessageCircle))
    , m_content(new QWidget) {
    build();
    connectParts();
    close(0, 0);
}

void ConversationView::build() {
    m_connectionBanner->setObjectName(QStringLiteral("connectionBanner"));
    m_identityBanner->setObjectName(QStringLiteral("identityBanner"));
    m_empty->setObjectName(QStringLiteral("conversationEmpty"));
    auto* talk = new QVBoxLayout(m_content);
    talk->setContentsMargins(0, 0, 0, 0);
    talk->setSpacing(0);
    talk->addWidget(m_identityBanner);
    m_notice->setObjectName(QStringLiteral("timelineNotice"));
    m_notice->hide();
    auto* stage = new QGridLayout; // one cell for both: the notice lies over the timeline
    stage->addWidget(m_timeline, 0, 0);
    stage->addWidget(m_notice, 0, 0);
    talk->addLayout(stage, 1);
    talk->addWidget(m_request);
    talk->addWidget(m_composer);
    auto* middle = new QWidget;
    m_stack = new QStackedLayout(middle);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_connectionBanner);
    layout->addWidget(middle, 1);
}

void ConversationView::connectParts() {
    connect(m_header, &ConversationHeader::backRequested, this, &ConversationView::backRequested);
    connect(m_header, &ConversationHeader::safetyNumberRequested, this, &ConversationView::showSafetyNumber);
    connect(m_identityBanner, &Banner::actionTriggered, this, &ConversationView::showSafetyNumber);
    connect(m_empty, &EmptyState::actionTriggered, this, [this] {
        if (m_conversations > 0)
            Q_EMIT newConversationRequested();
        else
            QGuiApplication::clipboard()->setText(m_ownAddress);
    });
    connect(m_composer, &Composer::sendRequested, this, &ConversationView::send);
    connect(m_composer, &Composer::typingChanged, this, [this](bool typing) {
        // Dropped silently when it may not be sent; there is nobody to tell.
        if (!m_conversation.id.isNull())
            m_client.setTyping(m_conversation.id, typing);
    });
    connect(m_request, &RequestBar::accepted, this, &ConversationView::acceptRequest);
    connect(m_request, &RequestBar::deleted, this, &ConversationView::deleteRequest);
    connect(m_timeline, &TimelineView::retryRequested, this, &ConversationView::retry);
    connect(m_timeline, &TimelineView::seen, this, &ConversationView::markSeen);
    connect(m_timeline, &TimelineView::linkActivated, this,
            [](const QUrl& url) { QDesktopServices::openUrl(url); });
    connect(m_model, &TimelineModel::reset, this, &ConversationView::refreshNotice);
    connect(m_model, &TimelineModel::rowsInserted, this, &ConversationView::refreshNotice);
    connect(m_model, &TimelineModel::readFailed, this, &ConversationView::showReadFailure);
    connect(m_notice, &EmptyState::actionTriggered, m_model, [this] {
        m_notice->hide();
        m_model->readAgain();
    });
    connect(&m_client, &messaging::Client::identityChanged, this,
            [this](const messaging::Person&) { refreshTrust(); });
}

QString ConversationView::otherName() const {
    return isolated(conversationName(m_conversation));
}

void ConversationView::open(const Conversation& conversation, bool typing) {
    if (conversation.id == m_conversation.id) {
        refresh(conversation, typing);
        return;
    }
    if (m_safety)
        m_safety->close();
    keepDraft();
    m_composer->clear();
    m_composer->setProblem({});
    m_request->setProblem({});
    m_conversation = conversation;
    m_composer->setText(m_drafts.take(conversation.id));
    Q_EMIT draftChanged(conversation.id, {});
    m_header->show();
    m_header->setTrust(messaging::Trust::Unverified);
    m_stack->setCurrentWidget(m_content);
    m_model->open(conversation.id, conversation.unread);
    refresh(conversation, typing);
    refreshTrust();
}

void ConversationView::refresh(const Conversation& conversation, bool typing) {
    if (conversation.id != m_conversation.id)
        return;
    const bool trustMoved = conversation.identityChanged != m_conversation.identityChanged;
    const bool accepted = m_conversation.request && !conversation.request;
    m_conversation = conversation;
    m_header->setConversation(conversation, typing);
    m_composer->setRecipient(conversationName(conversation));
    refreshBottom();
    if (trustMoved)
        refreshTrust();
    if (accepted) {
        m_timeline->reportSeenAgain();
        Q_EMIT requestAccepted(conversation.id);
    }
}

void ConversationView::keepDraft() {
    if (m_conversation.id.isNull() || m_composer->text().trimmed().isEmpty())
        return;
    m_drafts.insert(m_conversation.id, m_composer->text());
    Q_EMIT draftChanged(m_conversation.id, m_composer->text());
}

void ConversationView::close(int conversations, int requests) {
    if (m_safety)
        m_safety->close();
    m_conversation = {};
    m_model->close();
    m_composer->clear();
    m_header->hide();
    m_identityBanner->dismiss();
    m_stack->setCurrentWidget(m_empty);
    setCounts(conversations, requests);
}

void ConversationView::setCounts(int conversations, int requests) {
    m_conversations = conversations;
    m_requests = requests;
    refreshEmpty();
}

void ConversationView::setOwnAddress(const QString& address) {
    m_ownAddress = address;
    refreshEmpty();
}

void ConversationView::refreshEmpty() {
    if (m_requests > 0 && m_requests == m_conversations)
        m_empty->setWords(tr("Someone wants to write to you"),
                          tr("Choose the request in the list to read it and to decide."),
                          tr("New conversation"), QKeySequence::New);
    else if (m_conversations > 0)
        m_empty->setWords(tr("Choose a conversation"), tr("Or write to someone new."), tr("New conversation"),
                          QKeySequence::New);
    else if (m_ownAddress.isEmpty())
        m_empty->setWords(tr("Nothing here yet"), {});
    else
        m_empty->setWords(tr("Nothing here yet"),
                          tr("Your address is %1. Give it to people you know.").arg(isolated(m_ownAddress)),
                          tr("Copy your address"));
}

void ConversationView::refreshNotice() {
    const bool nothing = m_model->isLoaded() && m_model->count() == 0;
    if (nothing)
        m_notice->setWords(tr("No messages yet"), tr("Only the two of you can read what you write here."));
    m_notice->setVisible(nothing);
}

void ConversationView::showReadFailure(base::Reason reason) {
    // Later pages are asked for again by scrolling; without the first there is nothing to scroll.
    if (m_model->isLoaded()) {
        qWarning("timeline: reading a page failed (%d)", int(reason));
        return;
    }
    m_notice->setWords(tr("These messages could not be read"),
                       tr("Try once more. If that does not help, close Recado and open it again."),
                       tr("Try again"));
    m_notice->show();
}

void ConversationView::refreshBottom() {
    const bool request = m_conversation.request;
    m_request->setVisible(request);
    m_composer->setVisible(!request);
    if (request && !m_conversation.participants.isEmpty())
        m_request->setPerson(m_conversation.participants.first());
    if (m_conversation.identityChanged) {
        m_identityBanner->say(
            tr("%1's safety number has changed. Compare it before you go on.").arg(otherName()),
            Tone::Caution, tr("Compare"));
        m_composer->setBlocked(tr("You can write again once you have decided on the new safety number."));
    } else {
        m_identityBanner->dismiss();
        m_composer->setBlocked({});
    }
}

void ConversationView::refreshTrust() {
    if (m_conversation.participants.isEmpty())
        return;
    const base::ConversationId id = m_conversation.id;
    whenDone(m_client.contactOf(m_conversation.participants.first().account), this,
             [this, id](const base::Result<messaging::Contact>& result) {
                 // Not knowing (offline, never met) shows the plain shield; the dialog says more.
                 if (result.ok() && id == m_conversation.id)
                     m_header->setTrust(result.value().trust);
             });
}

void ConversationView::setBackVisible(bool visible) {
    m_header->setBackVisible(visible);
}

void ConversationView::takeFocus() {
    if (m_conversation.id.isNull())
        m_empty->setFocus();
    else if (m_conversation.request)
        m_timeline->setFocus();
    else if (m_conversation.identityChanged)
        m_identityBanner->setFocus();
    else
        m_composer->focusField();
}

void ConversationView::showSafetyNumber() {
    if (m_conversation.participants.isEmpty() || m_safety)
        return;
    m_safety = new SafetyNumberDialog(m_client, m_theme, m_conversation.participants.first(), window());
    m_safety->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_safety, &SafetyNumberDialog::decided, this, [this](messaging::Trust trust) {
        m_header->setTrust(trust);
        m_conversation.identityChanged = false;
        refreshBottom();
        takeFocus();
    });
    m_safety->open();
}

void ConversationView::send(const QString& text) {
    const base::ConversationId id = m_conversation.id;
    whenDone(m_client.sendText(id, text), this,
             [this, id, text](const base::Result<messaging::Message>& result) {
                 if (result.ok())
                     return;
                 // Words are never lost: they go back to where they were written.
                 if (id != m_conversation.id) {
                     if (m_drafts.value(id).isEmpty()) {
                         m_drafts.insert(id, text);
                         Q_EMIT draftChanged(id, text);
                     }
                     return;
                 }
                 if (m_composer->text().isEmpty())
                     m_composer->setText(text);
                 m_composer->setProblem(problemText(result.error().reason));
             });
}

void ConversationView::acceptRequest() {
    m_request->setBusy(true);
    whenDone(m_client.acceptConversation(m_conversation.id), this,
             [this, id = m_conversation.id](const base::Status& status) {
                 m_request->setBusy(false);
                 if (id != m_conversation.id)
                     return;
                 if (!status.ok()) {
                     m_request->setProblem(problemText(status.error().reason));
                     return;
                 }
                 messaging::Conversation accepted = m_conversation;
                 accepted.request = false;
                 refresh(accepted, false); // nobody's typing is told in a request
             });
}

void ConversationView::deleteRequest() {
    m_request->setBusy(true);
    whenDone(m_client.removeConversation(m_conversation.id), this,
             [this, id = m_conversation.id](const base::Status& status) {
                 // That it is gone the list says, by conversationChanged.
                 m_request->setBusy(false);
                 if (!status.ok() && id == m_conversation.id)
                     m_request->setProblem(problemText(status.error().reason));
             });
}

void ConversationView::retry(messaging::LocalId message) {
    whenDone(m_client.retry(message), this, [this](const base::Status& status) {
        if (!status.ok())
            m_composer->setProblem(problemText(status.error().reason));
    });
}

void ConversationView::markSeen(messaging::LocalId message) {
    // A stranger's request counts as unread until it is accepted: looking is not answering.
    if (m_conversation.request)
        return;
    whenDone(m_client.markRead(message), this, [](const base::Status& status) {
        if (!status.ok())
            qWarning("marking as read failed (%d)", int(status.error().reason));
    });
}

} // namespace recado::ui
