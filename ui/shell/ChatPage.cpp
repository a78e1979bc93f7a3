#include "ui/shell/ChatPage.h"

#include "ui/common/Banner.h"
#include "ui/common/Metrics.h"
#include "ui/common/WhenDone.h"
#include "ui/composer/Composer.h"
#include "ui/conversations/ConversationPane.h"
#include "ui/conversations/NewConversationDialog.h"
#include "ui/security/RelayKeyDialog.h"
#include "ui/shell/ConnectionBanner.h"
#include "ui/shell/ConversationView.h"
#include "ui/shell/Rail.h"
#include "ui/timeline/TimelineView.h"

#include <QHBoxLayout>
#include <QListView>
#include <QResizeEvent>
#include <QShortcut>
#include <QSplitter>

namespace recado::ui {

ChatPage::ChatPage(messaging::Client& client, Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_client(client)
    , m_theme(theme)
    , m_rail(new Rail(theme))
    , m_splitter(new QSplitter(Qt::Horizontal))
    , m_list(new ConversationPane(client, theme))
    , m_view(new ConversationView(client, theme))
    , m_connection(new ConnectionBanner({&m_view->connectionBanner(), &m_list->banner()}, this)) {
    setObjectName(QStringLiteral("chatPage"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_splitter->setObjectName(QStringLiteral("panes"));
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_list);
    m_splitter->addWidget(m_view);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({metric::listWidth, metric::windowWidth});
    layout->addWidget(m_rail);
    layout->addWidget(m_splitter, 1);
    setTabOrder(m_rail, m_list);
    m_list->view().viewport()->installEventFilter(this);
    m_list->installEventFilter(this);
    addShortcuts();

    connect(m_list, &ConversationPane::opened, this, &ChatPage::openConversation);
    connect(m_list, &ConversationPane::newConversationRequested, this, &ChatPage::startNewConversation);
    connect(m_view, &ConversationView::newConversationRequested, this, &ChatPage::startNewConversation);
    connect(m_view, &ConversationView::backRequested, this, &ChatPage::back);
    connect(&m_view->timeline(), &TimelineView::drawn, this, [this] {
        if (!m_drawnReported) {
            m_drawnReported = true;
            Q_EMIT drawn();
        }
    });
    connect(m_view, &ConversationView::requestAccepted, this, &ChatPage::onAccepted);
    connect(m_view, &ConversationView::draftChanged, &m_list->model(), &ConversationModel::setDraft);
    connect(m_rail, &Rail::folderChosen, this, &ChatPage::chooseFolder);
    connect(m_rail, &Rail::appearanceChosen, this, &ChatPage::appearanceChosen);
    connect(m_connection, &ConnectionBanner::relayKeyDecisionRequested, this, &ChatPage::askAboutRelayKey);
    ConversationModel& model = m_list->model();
    connect(&model, &ConversationModel::loaded, this, &ChatPage::onLoaded);
    connect(&model, &ConversationModel::conversationRemoved, m_view, &ConversationView::forget);
    connect(&model, &ConversationModel::conversationUpdated, this, &ChatPage::onUpdated);
    connect(&model, &ConversationModel::countsChanged, this, [this, &model] {
        m_rail->setCounts(model.unreadCount(), model.requestCount());
        m_view->setCounts(model.totalCount(), model.requestCount());
        Q_EMIT unreadChanged(model.unreadCount());
    });
    connect(&client, &messaging::Client::connectionChanged, m_connection, &ConnectionBanner::show);
    refreshPanes();
}

void ChatPage::begin() {
    m_list->model().reload();
    whenDone(m_client.whoami(), this, [this](const base::Result<messaging::AccountInfo>& result) {
        if (result.ok()) {
            m_rail->setAccount(result.value());
            m_view->setOwnAddress(result.value().address);
        }
    });
    whenDone(m_client.connection(), this, [this](const base::Result<messaging::ConnectionInfo>& result) {
        if (result.ok())
            m_connection->show(result.value());
    });
}

void ChatPage::addShortcut(const QKeySequence& keys, std::function<void()> action) {
    auto* shortcut = new QShortcut(keys, this);
    // Of the whole window: also when nothing in it has the keyboard, as after what had it went away.
    shortcut->setContext(Qt::WindowShortcut);
    connect(shortcut, &QShortcut::activated, this, std::move(action));
}

void ChatPage::addShortcuts() {
    using Folder = ConversationModel::Folder;
    addShortcut(QKeySequence::New, [this] { startNewConversation(); });
    addShortcut(QKeySequence(Qt::ALT | Qt::Key_Up), [this] { m_list->move(-1); });
    addShortcut(QKeySequence(Qt::ALT | Qt::Key_Down), [this] { m_list->move(1); });
    addShortcut(QKeySequence(Qt::CTRL | Qt::Key_1), [this] { chooseFolder(Folder::All); });
    addShortcut(QKeySequence(Qt::CTRL | Qt::Key_2), [this] { chooseFolder(Folder::Requests); });
    addShortcut(QKeySequence(Qt::CTRL | Qt::Key_I), [this] { m_view->showSafetyNumber(); });
    addShortcut(QKeySequence(Qt::Key_Escape), [this] { back(); });
    addShortcut(QKeySequence(Qt::Key_F6), [this] { cycleFocus(); });
}

void ChatPage::onLoaded() {
    ConversationModel& model = m_list->model();
    if (model.rowCount() == 0) {
        m_view->close(0, 0);
    } else if (m_view->conversation().isNull()) {
        // A narrow window begins with the list; there the newest conversation waits one press away.
        const messaging::Conversation& newest = model.at(0);
        m_view->open(newest, model.isTyping(newest.id));
        m_list->setCurrent(newest.id);
    }
    takeFocus();
    m_list->update();
    m_list->view().viewport()->update();
}

bool ChatPage::eventFilter(QObject* watched, QEvent* event) {
    const bool listPainted = event->type() == QEvent::Paint && m_list->model().isLoaded();
    if (listPainted && !m_drawnReported && (m_narrow || m_list->model().rowCount() == 0)) {
        // Without a timeline in view the list is what one waits for.
        m_drawnReported = true;
        QMetaObject::invokeMethod(this, &ChatPage::drawn, Qt::QueuedConnection);
    }
    return QWidget::eventFilter(watched, event);
}

void ChatPage::openConversation(base::ConversationId id) {
    const messaging::Conversation* conversation = m_list->model().find(id);
    if (!conversation) {
        m_awaited = id;
        m_list->model().reload();
        return;
    }
    m_awaited = {};
    m_view->open(*conversation, m_list->model().isTyping(id));
    m_list->setCurrent(id);
    m_showsConversation = true;
    refreshPanes();
    m_view->takeFocus();
}

void ChatPage::onUpdated(base::ConversationId id) {
    // Said of every conversation after each read of the list: most concern nobody here.
    if (id != m_awaited && id != m_view->conversation())
        return;
    const messaging::Conversation* conversation = m_list->model().find(id);
    if (id == m_awaited && conversation) {
        openConversation(id);
        return;
    }
    if (id != m_view->conversation())
        return;
    if (conversation) {
        m_view->refresh(*conversation, m_list->model().isTyping(id));
        return;
    }
    closeConversation();
}

void ChatPage::closeConversation() {
    // Asked before: what is hidden gives the keyboard away.
    const bool hadFocus = viewHasFocus();
    m_view->close(m_list->model().totalCount(), m_list->model().requestCount());
    m_list->setCurrent({});
    m_showsConversation = false;
    refreshPanes();
    if (hadFocus)
        m_list->takeFocus();
}

void ChatPage::onAccepted(base::ConversationId id) {
    // It left the requests; the marked row there would be the next stranger's.
    m_list->setFolder(ConversationModel::Folder::All);
    m_rail->setFolder(ConversationModel::Folder::All);
    m_list->setCurrent(id);
    if (viewHasFocus())
        m_view->takeFocus();
}

bool ChatPage::viewHasFocus() const {
    const QWidget* focus = window()->focusWidget();
    return !focus || focus == window() || m_view->isAncestorOf(focus);
}

void ChatPage::chooseFolder(ConversationModel::Folder folder) {
    m_list->setFolder(folder);
    m_rail->setFolder(folder);
    m_showsConversation = false;
    refreshPanes();
}

void ChatPage::startNewConversation() {
    auto* dialog = new NewConversationDialog(m_client, m_theme, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &NewConversationDialog::conversationReady, this, [this](base::ConversationId id) {
        chooseFolder(ConversationModel::Folder::All);
        openConversation(id);
    });
    dialog->open();
}

void ChatPage::askAboutRelayKey() {
    auto* dialog = new RelayKeyDialog(m_client, m_theme, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void ChatPage::back() {
    if (!m_narrow || !m_showsConversation)
        return;
    m_showsConversation = false;
    refreshPanes();
    m_list->takeFocus();
}

void ChatPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool narrow = width() < metric::onePaneBelow;
    if (narrow == m_narrow)
        return;
    m_narrow = narrow;
    refreshPanes();
    // The pane that had the keyboard may be the one that went.
    if (m_list->model().isLoaded())
        takeFocus();
}

void ChatPage::takeFocus() {
    const bool nothingOpen = m_view->conversation().isNull();
    if (nothingOpen || (m_narrow && !m_showsConversation))
        m_list->takeFocus();
    else
        m_view->takeFocus();
}

void ChatPage::refreshPanes() {
    const bool showList = !m_narrow || !m_showsConversation;
    m_list->setMinimumWidth(m_narrow ? 0 : metric::listMinimumWidth);
    m_list->setMaximumWidth(m_narrow ? QWIDGETSIZE_MAX : metric::listMaximumWidth);
    m_list->setVisible(showList);
    m_rail->setVisible(showList);
    m_view->setVisible(!m_narrow || m_showsConversation);
    m_view->setBackVisible(m_narrow);
    m_list->setBannerShown(m_narrow);
}

void ChatPage::cycleFocus() {
    if (m_list->view().hasFocus())
        m_view->timeline().setFocus(Qt::TabFocusReason);
    else if (m_view->timeline().hasFocus())
        m_view->takeFocus();
    else
        m_list->view().setFocus(Qt::TabFocusReason);
}

QByteArray ChatPage::splitterState() const {
    return m_splitter->saveState();
}

void ChatPage::restoreSplitter(const QByteArray& state) {
    m_splitter->restoreState(state);
    m_splitter->setHandleWidth(1);
}

} // namespace recado::ui
