#pragma once

#include "messaging/Types.h"

#include <QObject>
#include <QTimer>
#include <QVector>

namespace recado::ui {

class Banner;

/// Says on a banner (or several) what the connection does, and says nothing while it does what it should.
class ConnectionBanner final : public QObject {
    Q_OBJECT
public:
    explicit ConnectionBanner(QVector<Banner*> banners, QObject* parent = nullptr);

    void show(const messaging::ConnectionInfo& connection);

Q_SIGNALS:
    /// The person wants to decide about the relay's new key.
    void relayKeyDecisionRequested();

private:
    void say();

    QVector<Banner*> m_banners;
    messaging::ConnectionInfo m_connection;
    QTimer m_patience;
};

} // namespace recado::ui
