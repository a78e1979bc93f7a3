#pragma once

#include "bench/relay/LoadProtocol.h"

#include <QString>
#include <QVector>

#include <memory>

namespace recado::tests::load {

/// A server under test: how to start one and how to speak to it. Everything runs in the main process; only
/// protocol() is used in a generator process forked after start().
class LoadServer {
public:
    virtual ~LoadServer() = default;

    /// How the tables name it, with its version, e.g. "mosquitto 2.0.11 (QoS 1)".
    [[nodiscard]] virtual QString name() const = 0;
    /// Starts a fresh instance on 127.0.0.1, any free port, everything it writes below `directory` (made when
    /// missing), with accounts for `clients` clients, tuned as its manual says for that many connections.
    /// Returns once it takes connections; else what is wrong, in one line. Empty: it runs.
    [[nodiscard]] virtual QString start(const QString& directory, int clients) = 0;
    [[nodiscard]] virtual quint16 port() const = 0;
    /// All processes whose CPU time and memory are its own.
    [[nodiscard]] virtual QVector<qint64> processIds() const = 0;
    /// A driver for its clients.
    [[nodiscard]] virtual std::unique_ptr<LoadProtocol> protocol() const = 0;
    /// Ends the processes it started; the destructor does so as well.
    virtual void stop() = 0;
};

} // namespace recado::tests::load
