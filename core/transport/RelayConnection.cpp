#include "transport/RelayConnection.h"

#include "base/Clock.h"
#include "transport/RegistrationExchange.h"

namespace recado::transport {

using base::makeError;
using base::Reason;

struct RelayConnection::Network {
    base::Inbox inbox;
    QObject registrations; // parent of those under way
    std::unique_ptr<LinkWorker> worker;
};

namespace {

qint64 monotonicNowMs() {
    return base::SystemClock().monotonicMs();
}

} // namespace

RelayConnection::RelayConnection(base::Inbox& owner, LinkTiming timing)
    : m_owner(owner)
    , m_timing(std::move(timing))
    , m_network(std::make_unique<Network>()) {
    m_network->inbox.moveToThread(&m_thread);
    m_network->registrations.moveToThread(&m_thread);
    m_thread.setObjectName(QStringLiteral("recado-network"));
    m_thread.start();
    connect(&m_expiry, &QTimer::timeout, this, [this] { expireQuestions(); });
}

RelayConnection::~RelayConnection() {
    m_alive.reset();
    m_network->inbox.call([this] {
        m_network->worker.reset();
        qDeleteAll(m_network->registrations.children());
        // So that they can be destroyed here, where their thread has ended.
        m_network->registrations.moveToThread(thread());
        m_network->inbox.moveToThread(thread());
    });
    m_thread.quit();
    m_thread.wait();
}

void RelayConnection::setListener(messaging::RelayLinkListener* listener) {
    m_listener = listener;
}

void RelayConnection::toOwner(std::weak_ptr<int> alive, quint64 generation, std::function<void()> step) {
    m_owner.post([this, alive = std::move(alive), generation, step = std::move(step)] {
        if (!alive.expired() && generation == m_generation)
            step();
    });
}

void RelayConnection::connectTo(messaging::LinkAccount account) {
    const quint64 generation = ++m_generation;
    wentOffline();
    const std::weak_ptr<int> alive = m_alive;
    LinkWorker::Events events{
        .connecting =
            [this, alive, generation] {
                toOwner(alive, generation, [this] {
                    if (m_listener)
                        m_listener->linkConnecting();
                });
            },
        .online =
            [this, alive, generation](wire::Welcome welcome, messaging::RelayIdentity relay) {
                toOwner(alive, generation, [this, welcome = std::move(welcome), relay = std::move(relay)] {
                    m_online = true;
                    if (m_listener)
                        m_listener->linkOnline(welcome, relay);
                });
            },
        .offline =
            [this, alive, generation](std::optional<Reason> problem) {
                toOwner(alive, generation, [this, problem] {
                    wentOffline();
                    if (m_listener)
                        m_listener->linkOffline(problem);
                });
            },
        .received =
            [this, alive, generation](std::vector<wire::RelayFrame> frames) {
                auto shared = std::make_shared<std::vector<wire::RelayFrame>>(std::move(frames));
                toOwner(alive, generation, [this, shared] { received(std::move(*shared)); });
            },
    };
    // std::function wants copyable captures, the account holds a secret that is not.
    auto target = std::make_shared<messaging::LinkAccount>(std::move(account));
    m_network->inbox.post([this, target, events = std::move(events)]() mutable {
        m_network->worker = std::make_unique<LinkWorker>(std::move(*target), m_timing, std::move(events));
        m_network->worker->start();
    });
}

void RelayConnection::disconnect() {
    ++m_generation;
    wentOffline();
    m_network->inbox.post([this] { m_network->worker.reset(); });
}

void RelayConnection::registerAccount(messaging::LinkAccount account, wire::Register request,
                                      RegistrationDone done) {
    auto target = std::make_shared<messaging::LinkAccount>(std::move(account));
    const std::weak_ptr<int> alive = m_alive;
    m_network->inbox.post([this, alive, target, request = std::move(request), done = std::move(done)] {
        auto deliver = [this, alive, done](base::Result<messaging::RegistrationAnswer> answer) {
            m_owner.post([alive, done, answer = std::move(answer)] {
                if (!alive.expired())
                    done(answer);
            });
        };
        // Owned by its parent; it deletes itself when it has answered.
        new RegistrationExchange(std::move(*target), request, std::move(deliver), &m_network->registrations);
    });
}

void RelayConnection::send(std::vector<wire::ClientFrame> frames) {
    if (!m_online || frames.empty())
        return;
    auto shared = std::make_shared<std::vector<wire::ClientFrame>>(std::move(frames));
    m_network->inbox.post([this, shared] {
        if (m_network->worker)
            m_network->worker->send(std::move(*shared));
    });
}

void RelayConnection::request(wire::ClientFrame frame, Answer answer) {
    if (!m_online) {
        m_owner.post([alive = std::weak_ptr<int>(m_alive), answer = std::move(answer)] {
            if (!alive.expired())
                answer(makeError(Reason::RelayUnreachable, QStringLiteral("not connected")));
        });
        return;
    }
    const quint64 id = m_nextRequest++;
    frame.set_request_id(id);
    m_questions.emplace(id, Question{std::move(answer), monotonicNowMs() + requestTimeoutMs});
    if (!m_expiry.isActive())
        m_expiry.start(1'000);
    send({std::move(frame)});
}

void RelayConnection::received(std::vector<wire::RelayFrame> frames) {
    const quint64 generation = m_generation;
    std::vector<wire::RelayFrame> pushes;
    for (wire::RelayFrame& frame : frames) {
        const quint64 id = frame.request_id();
        if (id == 0 || id >= listenerIds) {
            pushes.push_back(std::move(frame));
            continue;
        }
        auto found = m_questions.extract(id);
        if (found.empty())
            continue; // answered too late
        if (frame.has_error()) {
            const std::string& reason = frame.error().reason();
            found.mapped().answer(makeError(
                base::reasonFromString(QLatin1String(reason.data(), int(reason.size()))),
                QString::fromStdString(frame.error().message()), qint64(frame.error().retry_after_ms())));
        } else {
            found.mapped().answer(std::move(frame));
        }
    }
    if (m_listener && generation == m_generation && !pushes.empty())
        m_listener->linkReceived(std::move(pushes));
}

void RelayConnection::wentOffline() {
    m_online = false;
    failQuestions(Reason::RelayUnreachable);
}

void RelayConnection::failQuestions(Reason reason) {
    auto open = std::exchange(m_questions, {});
    m_expiry.stop();
    for (auto& [id, question] : open) {
        // Posted: this may run inside connectTo() or disconnect().
        m_owner.post([alive = std::weak_ptr<int>(m_alive), answer = std::move(question.answer), reason] {
            if (!alive.expired())
                answer(makeError(reason, QStringLiteral("the connection was lost")));
        });
    }
}

void RelayConnection::expireQuestions() {
    const qint64 now = monotonicNowMs();
    std::vector<Answer> late;
    std::erase_if(m_questions, [&](auto& entry) {
        if (entry.second.deadlineMs > now)
            return false;
        late.push_back(std::move(entry.second.answer));
        return true;
    });
    if (m_questions.empty())
        m_expiry.stop();
    for (Answer& answer : late)
        answer(makeError(Reason::Timeout, QStringLiteral("the relay does not answer")));
}

} // namespace recado::transport
