#include "ui/shell/ConnectionBanner.h"

#include "ui/common/Banner.h"
#include "ui/common/Words.h"

namespace recado::ui {

using messaging::ConnectionState;

namespace {

/// Connecting this long is normal and not worth a word.
constexpr int patienceMs = 1'000;

/// Recado keeps trying by itself; these words say why it does not get in.
QString refusalText(base::Reason reason) {
    switch (reason) {
    case base::Reason::RateLimited:
    case base::Reason::Busy:
        return ConnectionBanner::tr("The relay is busy. Recado tries again by itself.");
    case base::Reason::AuthenticationFailed:
    case base::Reason::UnknownAccount:
    case base::Reason::UnknownDevice:
        return ConnectionBanner::tr("The relay does not let this device in. Ask who runs it.");
    case base::Reason::UnsupportedVersion:
        return problemText(reason);
    default:
        return ConnectionBanner::tr("The relay refuses this connection. Recado tries again by itself.");
    }
}

bool isRefusal(base::Reason reason) {
    return reason != base::Reason::RelayUnreachable && reason != base::Reason::Timeout &&
           reason != base::Reason::RelayKeyChanged;
}

} // namespace

ConnectionBanner::ConnectionBanner(QVector<Banner*> banners, QObject* parent)
    : QObject(parent)
    , m_banners(std::move(banners)) {
    m_patience.setSingleShot(true);
    m_patience.setInterval(patienceMs);
    connect(&m_patience, &QTimer::timeout, this, &ConnectionBanner::say);
    for (Banner* banner : std::as_const(m_banners))
        connect(banner, &Banner::actionTriggered, this, &ConnectionBanner::relayKeyDecisionRequested);
}

void ConnectionBanner::show(const messaging::ConnectionInfo& connection) {
    m_connection = connection;
    const bool quiet = connection.state != ConnectionState::Online && !connection.problem;
    const bool alreadySaying = !m_banners.isEmpty() && m_banners.first()->isSaying();
    if (quiet && !alreadySaying) {
        if (!m_patience.isActive())
            m_patience.start();
        return;
    }
    m_patience.stop();
    say();
}

void ConnectionBanner::say() {
    QString text;
    QString action;
    Tone tone = Tone::Normal;
    const auto problem = m_connection.problem;
    const int waiting = m_connection.waiting;
    if (problem == base::Reason::RelayKeyChanged) {
        text = tr("The relay shows another key than before. Nothing is sent until you decide.");
        action = tr("Decide");
        tone = Tone::Danger;
    } else if (problem && isRefusal(*problem)) {
        text = refusalText(*problem);
        tone = Tone::Danger;
    } else if (m_connection.state == ConnectionState::Offline || problem) {
        text =
            waiting > 0 ? tr("Offline. %n message(s) will be sent later.", nullptr, waiting) : tr("Offline");
        tone = Tone::Caution;
    } else if (m_connection.state == ConnectionState::Connecting) {
        text =
            waiting > 0 ? tr("Connecting… %n message(s) are waiting.", nullptr, waiting) : tr("Connecting…");
    }
    for (Banner* banner : std::as_const(m_banners)) {
        if (text.isEmpty())
            banner->dismiss();
        else
            banner->say(text, tone, action);
    }
}

} // namespace recado::ui
