#include "EchoGateway.h"

namespace recado::tests {

namespace {

class EchoSession final : public relay::ConnectionHandler {
public:
    EchoSession(relay::Connection& connection, EchoGateway::Seen& seen)
        : m_connection(connection)
        , m_seen(seen) {
        ++m_seen.opened;
    }

    void onMessage(QByteArray message) override {
        const QList<QByteArray> words = message.left(64).split(' ');
        if (words[0] == "fill") {
            for (int block = 0; block < words[1].toInt(); ++block)
                m_connection.send(QByteArray(1'024, 'f'));
        } else if (words[0] == "close") {
            m_connection.send("last words");
            m_connection.close(quint16(words[1].toInt()), QStringLiteral("as you wish"));
            m_connection.send("never sent");
        } else if (words[0] == "abort") {
            m_connection.abort();
        } else if (words[0] == "seen") {
            m_connection.send(QByteArray::number(m_seen.lastCode.load()));
        } else if (words[0] == "key") {
            m_connection.send(m_connection.tlsKeyHash());
        } else if (words[0] == "authenticate") {
            m_connection.markAuthenticated();
        } else {
            m_connection.send(std::move(message));
        }
        m_seen.mostQueued = std::max(m_seen.mostQueued.load(), m_connection.queuedBytes());
    }

    void onWritable() override { ++m_seen.writable; }

    void onClosed(quint16 code) override {
        m_seen.lastCode = code;
        ++m_seen.closed;
    }

private:
    relay::Connection& m_connection;
    EchoGateway::Seen& m_seen;
};

relay::HttpResponse answerHttp(const relay::HttpRequest& request) {
    if (request.path() != "/healthz")
        return relay::plainResponse(404);
    relay::HttpResponse response;
    response.body = "ok\n";
    return response;
}

} // namespace

EchoGateway::EchoGateway(const relay::GatewayConfig& config) {
    auto gateway = relay::Gateway::create(
        config, m_clock,
        [this](relay::Connection& connection) -> std::unique_ptr<relay::ConnectionHandler> {
            return std::make_unique<EchoSession>(connection, m_seen);
        },
        answerHttp);
    if (!gateway)
        return;
    m_gateway = *std::move(gateway);
    m_gateway->start();
}

} // namespace recado::tests
