#pragma once

#include "messaging/Client.h"

#include <QJsonObject>
#include <QObject>
#include <QString>

namespace recado::cli {

/// Says what happens in the engine in the words of the contract's notifications. Main thread.
class NotificationForwarder : public QObject {
    Q_OBJECT
public:
    explicit NotificationForwarder(messaging::Client& client, QObject* parent = nullptr);

Q_SIGNALS:
    void notification(const QString& method, const QJsonObject& params);

private:
    void forwardMessages(messaging::Client& client);
    void forwardPeople(messaging::Client& client);
};

} // namespace recado::cli
