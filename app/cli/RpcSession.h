#pragma once

#include "app/cli/JsonRpcServer.h"
#include "app/cli/LineSplitter.h"
#include "app/cli/PacedNotifications.h"
#include "app/cli/StandardInput.h"
#include "app/cli/StandardOutput.h"
#include "messaging/Client.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <deque>
#include <memory>
#include <optional>

namespace recado::cli {

class Api;

/// `recado-cli rpc`: JSON-RPC between two descriptors and a client, until the input ends, the reader of the
/// output goes away, or stop(). Takes requests and notifications only as fast as the other side reads: what
/// waits for it in memory is bounded, and what cannot wait here stays where it is, in the pipe or at the
/// relay. Main thread.
class RpcSession : public QObject {
    Q_OBJECT
public:
    /// A line longer than this is refused (-32600). The longest text allowed fits several times, escaped.
    static constexpr qsizetype longestLine = 1'024 * 1'024;
    /// At the end of input: for open requests and the outbox together. The contract's 5 s are for the whole
    /// end, closing the profile included.
    static constexpr int flushTimeoutMs = 4'800;
    /// So many requests, or lines of so many bytes, are carried out at a time; the next ones wait.
    static constexpr qsizetype mostOpenRequests = 1'024;
    static constexpr qsizetype mostOpenBytes = 8 * 1'024 * 1'024;

    /// Serves `client`, which is borrowed and started by the caller.
    RpcSession(messaging::Client& client, int inputDescriptor, int outputDescriptor,
               QObject* parent = nullptr);
    /// The profile could not be opened: every request is answered with why, so that scripts get to see it.
    RpcSession(const base::Error& failure, int inputDescriptor, int outputDescriptor,
               QObject* parent = nullptr);
    ~RpcSession() override;

    /// Ends it now, in good order: what was answered is written, the outbox waits for the next time.
    void stop();

Q_SIGNALS:
    /// Everything is over. Exit code 0, or 1 when the profile could not be opened.
    void finished(int exitCode);

private:
    RpcSession(JsonRpcServer::Handler handler, int inputDescriptor, int outputDescriptor, QObject* parent);

    void endInput();
    [[nodiscard]] bool mayBegin() const;
    void beginRequests();
    void flushOutbox();
    void finish();

    messaging::Client* m_client = nullptr;
    std::unique_ptr<Api> m_api;
    JsonRpcServer m_server;
    LineSplitter m_lines;
    StandardInput m_input;
    StandardOutput m_output;
    std::unique_ptr<PacedNotifications> m_notifications;
    /// Lines that were read and wait for their turn; nothing stands for one that was too long.
    std::deque<std::optional<QByteArray>> m_waiting;
    QTimer m_flushLimit;
    QElapsedTimer m_sinceEnd;
    int m_exitCode = 0;
    int m_readerPatienceMs;
    bool m_inputEnded = false;
    bool m_flushing = false;
    bool m_isFinished = false;
};

} // namespace recado::cli
