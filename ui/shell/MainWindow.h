#pragma once

#include "ui/common/Theme.h"
#include "ui/shell/ProfileGate.h"
#include "ui/shell/WindowMemory.h"

#include <QWidget>

class QStackedLayout;

namespace recado::ui {

class ChatPage;
class FirstStartPage;

/// The one window: the first start, the locked profile, or the conversations. It asks the gate which, and
/// goes on to the next by itself.
class MainWindow final : public QWidget {
    Q_OBJECT
public:
    /// `profileDirectory` is where the window keeps its geometry; empty: nowhere. All three outlive the
    /// window.
    MainWindow(ProfileGate& gate, Theme& theme, const QString& profileDirectory, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Fills in the first start's relay: an address or an invitation link.
    void setRelay(const QString& text);
    /// Opens the profile and shows the page for it.
    void begin();
    /// Null before the conversations are shown.
    [[nodiscard]] ChatPage* chatPage() const { return m_chat; }

Q_SIGNALS:
    /// The first start, or the newest conversation, is painted with its data and takes input; once. A page
    /// before them that asks for a passphrase or says what is wrong does not count.
    void ready();

protected:
    void closeEvent(QCloseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showState(ProfileGate::State state);
    void showFirstStart();
    void showUnlock(bool wrongAlready);
    void showRecovery(base::Reason why);
    void showRecoveryCode(const QString& code);
    void showFailure(const QString& why);
    void enter();
    /// To the conversations; past the recovery code when nobody has confirmed it yet.
    void goOn();
    void showChat();
    void showPage(QWidget* page);
    void reportReadyAfterPaint(QWidget* page);
    void reportReady();
    void applyTheme();
    void chooseAppearance(Appearance appearance);
    void remember();

    ProfileGate& m_gate;
    Theme& m_theme;
    WindowMemory m_memory;
    QStackedLayout* m_pages;
    ChatPage* m_chat = nullptr;
    QWidget* m_awaitedPaint = nullptr;
    QString m_relay;
    /// What the person chose in this window; another appearance may be in force for this run only.
    Appearance m_chosenAppearance;
    bool m_ready = false;
};

} // namespace recado::ui
