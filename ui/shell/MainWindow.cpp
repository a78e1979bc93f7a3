#include "ui/shell/MainWindow.h"

#include "ui/common/EmptyState.h"
#include "ui/common/Metrics.h"
#include "ui/common/Text.h"
#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"
#include "ui/shell/ChatPage.h"
#include "ui/shell/FirstStartPage.h"
#include "ui/shell/RecoveryCodePage.h"
#include "ui/shell/UnlockPage.h"

#include <QCloseEvent>
#include <QPainter>
#include <QShortcut>
#include <QStackedLayout>

namespace recado::ui {

MainWindow::MainWindow(ProfileGate& gate, Theme& theme, const QString& profileDirectory, QWidget* parent)
    : QWidget(parent)
    , m_gate(gate)
    , m_theme(theme)
    , m_memory(profileDirectory)
    , m_pages(new QStackedLayout(this))
    , m_chosenAppearance(m_memory.appearance()) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(QStringLiteral("Recado"));
    setMinimumSize(metric::windowMinimumWidth, metric::windowMinimumHeight);
    setAttribute(Qt::WA_OpaquePaintEvent);
    resize(metric::windowWidth, metric::windowHeight);
    if (m_theme.appearance() == Appearance::System)
        m_theme.setAppearance(m_chosenAppearance);
    if (const QByteArray geometry = m_memory.geometry(); !geometry.isEmpty())
        restoreGeometry(geometry);
    connect(&theme, &Theme::changed, this, &MainWindow::applyTheme);
    connect(new QShortcut(QKeySequence::Quit, this), &QShortcut::activated, this, &QWidget::close);
    applyTheme();
}

MainWindow::~MainWindow() = default;

void MainWindow::applyTheme() {
    const Colors& colors = m_theme.colors();
    QPalette colored = palette();
    colored.setColor(QPalette::Window, colors.window);
    colored.setColor(QPalette::WindowText, colors.text);
    colored.setColor(QPalette::Base, colors.surface);
    colored.setColor(QPalette::Text, colors.text);
    colored.setColor(QPalette::PlaceholderText, colors.secondary);
    colored.setColor(QPalette::Highlight, colors.accent);
    colored.setColor(QPalette::HighlightedText, colors.onAccent);
    setPalette(colored);
    setFont(m_theme.font(TextStyle::Body));
    setStyleSheet(m_theme.styleSheet());
    update();
}

void MainWindow::chooseAppearance(Appearance appearance) {
    m_chosenAppearance = appearance;
    m_theme.setAppearance(appearance);
    remember();
}

void MainWindow::setRelay(const QString& text) {
    m_relay = text;
}

void MainWindow::begin() {
    whenDone(m_gate.open(), this, [this](const base::Result<ProfileGate::State>& result) {
        if (result.ok()) {
            showState(result.value());
            return;
        }
        // The keychain that should open the profile does not: then its recovery code may.
        const base::Reason reason = result.error().reason;
        const bool keyMissing = reason == base::Reason::ProfileLocked || reason == base::Reason::WrongKey;
        if (keyMissing && m_gate.hasRecoveryCode())
            showRecovery(reason);
        else if (const QString file = m_gate.unusablePassphraseFile(); !file.isEmpty())
            showFailure(tr("There is no passphrase in %1: the file is missing, empty, or may not be read.")
                            .arg(isolated(file)));
        else
            showFailure(profileProblemText(reason));
    });
}

void MainWindow::showState(ProfileGate::State state) {
    switch (state) {
    case ProfileGate::State::Missing:
        showFirstStart();
        return;
    case ProfileGate::State::NeedsPassphrase:
        showUnlock(false);
        return;
    case ProfileGate::State::WrongPassphrase:
        showUnlock(true);
        return;
    case ProfileGate::State::Open:
        enter();
        return;
    }
}

void MainWindow::enter() {
    whenDone(m_gate.client()->whoami(), this, [this](const base::Result<messaging::AccountInfo>& result) {
        if (result.ok())
            goOn();
        else if (result.error().reason == base::Reason::NotRegistered)
            showFirstStart();
        else
            showFailure(profileProblemText(result.error().reason));
    });
}

void MainWindow::goOn() {
    const QString code = m_gate.unconfirmedRecoveryCode();
    if (code.isEmpty())
        showChat();
    else
        showRecoveryCode(code);
}

void MainWindow::showFirstStart() {
    auto* page = new FirstStartPage(m_gate, m_theme);
    page->setRelay(m_relay);
    connect(page, &FirstStartPage::registered, this, &MainWindow::goOn);
    showPage(page);
    reportReadyAfterPaint(page);
}

void MainWindow::showUnlock(bool wrongAlready) {
    auto* page = new UnlockPage(m_gate, m_theme);
    if (wrongAlready)
        page->sayWrongPassphrase();
    connect(page, &UnlockPage::unlocked, this, &MainWindow::enter);
    showPage(page);
}

void MainWindow::showRecovery(base::Reason why) {
    auto* page = new UnlockPage(m_gate, m_theme);
    page->askForRecoveryCode(why);
    connect(page, &UnlockPage::unlocked, this, &MainWindow::enter);
    connect(page, &UnlockPage::tryAgainRequested, this, &MainWindow::begin);
    showPage(page);
}

void MainWindow::showRecoveryCode(const QString& code) {
    auto* page = new RecoveryCodePage(m_theme, code);
    connect(page, &RecoveryCodePage::kept, this, [this] {
        m_gate.recoveryCodeKept();
        showChat();
    });
    showPage(page);
    page->setFocus();
}

void MainWindow::showFailure(const QString& why) {
    auto* page = new EmptyState(m_theme, Icon::CircleAlert);
    page->setObjectName(QStringLiteral("failurePage"));
    page->setWords(tr("The profile cannot be opened"), why, tr("Try again"));
    connect(page, &EmptyState::actionTriggered, this, &MainWindow::begin);
    showPage(page);
    page->setFocus();
}

void MainWindow::showChat() {
    m_chat = new ChatPage(*m_gate.client(), m_theme);
    if (const QByteArray splitter = m_memory.splitter(); !splitter.isEmpty())
        m_chat->restoreSplitter(splitter);
    connect(m_chat, &ChatPage::drawn, this, &MainWindow::reportReady);
    connect(m_chat, &ChatPage::appearanceChosen, this, &MainWindow::chooseAppearance);
    connect(m_chat, &ChatPage::unreadChanged, this, [this](int unread) {
        setWindowTitle(unread > 0 ? QStringLiteral("(%1) Recado").arg(unread) : QStringLiteral("Recado"));
    });
    showPage(m_chat);
    m_chat->begin();
    m_gate.client()->start();
}

void MainWindow::showPage(QWidget* page) {
    QWidget* before = m_pages->currentWidget();
    m_pages->addWidget(page);
    m_pages->setCurrentWidget(page);
    if (before) {
        m_pages->removeWidget(before);
        before->deleteLater();
    }
}

void MainWindow::reportReadyAfterPaint(QWidget* page) {
    m_awaitedPaint = page;
    page->installEventFilter(this);
    page->update();
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Paint && watched == m_awaitedPaint) {
        m_awaitedPaint = nullptr;
        watched->removeEventFilter(this);
        QMetaObject::invokeMethod(this, &MainWindow::reportReady, Qt::QueuedConnection);
    }
    return QWidget::eventFilter(watched, event);
}

void MainWindow::reportReady() {
    if (m_ready)
        return;
    m_ready = true;
    Q_EMIT ready();
}

void MainWindow::paintEvent(QPaintEvent* event) {
    QPainter(this).fillRect(event->rect(), m_theme.colors().window);
}

void MainWindow::remember() {
    m_memory.save(saveGeometry(), m_chat ? m_chat->splitterState() : m_memory.splitter(), m_chosenAppearance);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    remember();
    QWidget::closeEvent(event);
}

} // namespace recado::ui
