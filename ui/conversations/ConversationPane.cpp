#include "ui/conversations/ConversationPane.h"

#include "ui/common/Banner.h"
#include "ui/common/EmptyState.h"
#include "ui/common/IconButton.h"
#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/conversations/ConversationDelegate.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListView>
#include <QPainter>
#include <QStackedLayout>

namespace recado::ui {

ConversationPane::ConversationPane(messaging::Client& client, const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_model(new ConversationModel(client, this))
    , m_title(new Label(theme, TextStyle::Heading))
    , m_newButton(new IconButton(theme, Icon::SquarePen, tr("New conversation")))
    , m_banner(new Banner(theme))
    , m_bannerPlace(new QWidget)
    , m_view(new QListView)
    , m_empty(new EmptyState(theme, Icon::MessageCircle)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* header = new QWidget;
    header->setFixedHeight(metric::headerHeight);
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(metric::large, 0, metric::medium, 0);
    m_title->setObjectName(QStringLiteral("listTitle"));
    m_newButton->setObjectName(QStringLiteral("newConversation"));
    m_newButton->setName(tr("New conversation"), QKeySequence::New);
    row->addWidget(m_title, 1);
    row->addWidget(m_newButton);
    layout->addWidget(header);
    m_banner->setObjectName(QStringLiteral("listBanner"));
    auto* place = new QVBoxLayout(m_bannerPlace);
    place->setContentsMargins(0, 0, 0, 0);
    place->addWidget(m_banner);
    layout->addWidget(m_bannerPlace);
    m_view->setObjectName(QStringLiteral("conversationList"));
    m_view->setAccessibleName(tr("Conversations"));
    m_view->setModel(m_model);
    m_view->setItemDelegate(new ConversationDelegate(theme, m_view));
    m_view->setUniformItemSizes(true);
    m_view->setMouseTracking(true);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->installEventFilter(this);
    m_empty->setObjectName(QStringLiteral("listEmpty"));
    auto* content = new QWidget;
    m_stack = new QStackedLayout(content);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_empty);
    layout->addWidget(content, 1);
    connect(m_view, &QListView::clicked, this, &ConversationPane::openIndex);
    connect(m_newButton, &IconButton::clicked, this, &ConversationPane::newConversationRequested);
    connect(m_empty, &EmptyState::actionTriggered, this, &ConversationPane::newConversationRequested);
    connect(m_model, &ConversationModel::countsChanged, this, &ConversationPane::refreshContent);
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        setCurrent(m_current);
        refreshContent();
    });
    connect(&theme, &Theme::changed, this, [this] {
        update();
        m_view->viewport()->update();
    });
    refreshContent();
}

void ConversationPane::refreshContent() {
    const bool requests = m_model->folder() == ConversationModel::Folder::Requests;
    m_title->setText(requests ? tr("Requests") : tr("Chats"));
    if (requests)
        m_empty->setWords(tr("No requests"), tr("When someone new writes to you, you decide here."));
    else
        m_empty->setWords(tr("No conversations yet"), tr("Write to someone whose address you know."),
                          tr("New conversation"), QKeySequence::New);
    const bool empty = m_model->isLoaded() && m_model->rowCount() == 0;
    m_stack->setCurrentWidget(empty ? static_cast<QWidget*>(m_empty) : m_view);
}

void ConversationPane::setBannerShown(bool shown) {
    m_bannerPlace->setVisible(shown);
}

void ConversationPane::takeFocus() {
    m_stack->currentWidget()->setFocus();
}

void ConversationPane::setFolder(ConversationModel::Folder folder) {
    m_model->setFolder(folder);
    refreshContent();
}

void ConversationPane::setCurrent(base::ConversationId id) {
    m_current = id;
    const int row = id.isNull() ? -1 : m_model->rowOf(id);
    if (row < 0) {
        m_view->clearSelection();
        m_view->setCurrentIndex({});
    } else {
        m_view->setCurrentIndex(m_model->index(row));
    }
}

void ConversationPane::move(int step) {
    const int row = m_model->rowOf(m_current) + step;
    if (row >= 0 && row < m_model->rowCount())
        openIndex(m_model->index(row));
}

void ConversationPane::openIndex(const QModelIndex& index) {
    if (index.isValid())
        Q_EMIT opened(m_model->at(index.row()).id);
}

bool ConversationPane::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space) {
            openIndex(m_view->currentIndex());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ConversationPane::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), m_theme.colors().surface);
}

} // namespace recado::ui
