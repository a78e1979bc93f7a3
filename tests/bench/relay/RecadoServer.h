#pragma once

#include "bench/RelaySeeder.h"
#include "bench/relay/LoadServer.h"
#include "support/RelayProcess.h"

#include <QHash>

#include <memory>
#include <vector>

namespace recado::tests::load {

/// The accounts of all relays of a run: written once, then copied, because writing thousands takes a while.
struct SeededAccounts {
    QString dataDirectory;
    std::shared_ptr<const std::vector<SeededDevice>> devices;

    /// `count` accounts in a new data directory below `directory`; no devices when that failed (printed).
    static SeededAccounts make(const QString& directory, int count);
};

/// A real recado-relay with its default configuration.
class RecadoServer final : public LoadServer {
public:
    enum class Encryption { None, Tls };

    explicit RecadoServer(SeededAccounts accounts, Encryption encryption = Encryption::None)
        : m_accounts(std::move(accounts))
        , m_encryption(encryption) {}

    [[nodiscard]] QString name() const override { return QStringLiteral("recado-relay"); }
    [[nodiscard]] QString start(const QString& directory, int clients) override;
    [[nodiscard]] quint16 port() const override { return m_relay->port(); }
    [[nodiscard]] QVector<qint64> processIds() const override { return {m_relay->processId()}; }
    [[nodiscard]] std::unique_ptr<LoadProtocol> protocol() const override;
    void stop() override { m_relay.reset(); }

    /// kill -9 and a new start on the same port and data.
    [[nodiscard]] bool killAndRestart() { return m_relay->killAndRestart(); }
    /// The relay's metrics by name (with its labels, if any); empty when they cannot be read.
    [[nodiscard]] QHash<QByteArray, double> metrics() const;
    [[nodiscard]] QByteArray errorText() const { return m_relay ? m_relay->errorText() : QByteArray(); }

private:
    SeededAccounts m_accounts;
    Encryption m_encryption;
    std::unique_ptr<RelayProcess> m_relay;
};

} // namespace recado::tests::load
