#pragma once

#include "base/Inbox.h"
#include "messaging/RelayLink.h"
#include "transport/LinkWorker.h"

#include <QObject>
#include <QThread>
#include <QTimer>

#include <map>
#include <memory>

namespace recado::transport {

/// The real link: a network thread of its own with a WebSocket on it, and the table of open questions on the
/// owner's thread. The two meet only in their inboxes.
class RelayConnection final : public QObject, public messaging::RelayLink {
    Q_OBJECT
public:
    static constexpr int requestTimeoutMs = 20'000;

    /// On the owner's thread; `owner` is that thread's inbox and is borrowed. Starts the network thread.
    explicit RelayConnection(base::Inbox& owner, LinkTiming timing = {});
    /// Closes the connection and ends the network thread.
    ~RelayConnection() override;

    void setListener(messaging::RelayLinkListener* listener) override;
    void connectTo(messaging::LinkAccount account) override;
    void disconnect() override;
    void registerAccount(messaging::LinkAccount account, wire::Register request,
                         RegistrationDone done) override;
    void send(std::vector<wire::ClientFrame> frames) override;
    void request(wire::ClientFrame frame, Answer answer) override;

private:
    struct Network; // what lives on the network thread
    struct Question {
        Answer answer;
        qint64 deadlineMs = 0;
    };

    /// Wraps a step that shall run on the owner's thread, for the connection of `generation` only.
    void toOwner(std::weak_ptr<int> alive, quint64 generation, std::function<void()> step);
    void received(std::vector<wire::RelayFrame> frames);
    void wentOffline();
    void failQuestions(base::Reason reason);
    void expireQuestions();

    base::Inbox& m_owner;
    const LinkTiming m_timing;
    messaging::RelayLinkListener* m_listener = nullptr;
    QThread m_thread;
    std::unique_ptr<Network> m_network;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
    std::map<quint64, Question> m_questions;
    QTimer m_expiry;
    quint64 m_nextRequest = 1;
    quint64 m_generation = 0;
    bool m_online = false;
};

} // namespace recado::transport
