#pragma once

#include "support/ChildProcess.h"

namespace recado::tests {

/// A real `recado-relay serve` on 127.0.0.1. The first start takes any free port and remembers it: every
/// later start listens on the same one, so that clients find their relay again.
class RelayProcess : public ChildProcess {
    Q_OBJECT
public:
    /// `directory` holds the data directory (`data`) and the scratch files; made when missing.
    explicit RelayProcess(const QString& directory, QObject* parent = nullptr);

    /// Further words behind `serve`, e.g. `--registration invite`. Before start().
    void setOptions(const QStringList& options) { m_options = options; }
    /// Asks for an admin listener (metrics) as well. Before start().
    void enableAdmin() { m_withAdmin = true; }

    /// Launches it and waits for its `ready` line.
    [[nodiscard]] bool start(int timeoutMs = 15'000);
    /// kill -9 and start() on the same port and data.
    [[nodiscard]] bool killAndRestart(int timeoutMs = 15'000);

    /// `ws://127.0.0.1:PORT` as the ready line gave it.
    [[nodiscard]] QString url() const { return m_url; }
    [[nodiscard]] quint16 port() const { return m_port; }
    /// `http://127.0.0.1:PORT` of the admin listener; empty without.
    [[nodiscard]] QString adminUrl() const { return m_adminUrl; }
    [[nodiscard]] QString dataDirectory() const;

    struct CommandResult {
        int exitCode = -1;
        QByteArray output;
        QByteArray errors;
    };
    /// Runs another subcommand on the same data directory, e.g. {"invite"}, beside the running relay.
    [[nodiscard]] CommandResult runCommand(const QStringList& words, int timeoutMs = 15'000) const;

private:
    QStringList m_options;
    QString m_directory;
    QString m_url;
    QString m_adminUrl;
    quint16 m_port = 0;
    quint16 m_adminPort = 0;
    bool m_withAdmin = false;
};

} // namespace recado::tests
