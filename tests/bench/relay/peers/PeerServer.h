#pragma once

#include "bench/relay/LoadServer.h"
#include "support/ChildProcess.h"

#include <memory>

namespace recado::tests::load {

/// A server from Debian as a child process of our own: never the system's service, everything in a directory
/// of the caller's, on a free port of 127.0.0.1, ended by its process id.
class PeerServer : public LoadServer {
public:
    ~PeerServer() override;

    QString name() const override;
    QString start(const QString& directory, int clients) override;
    quint16 port() const override { return m_port; }
    QVector<qint64> processIds() const override;
    void stop() override;

protected:
    struct Launch {
        QStringList arguments;
        QStringList environment; // NAME=value
    };

    /// `package` is Debian's name, `program` what it installs, `what` stands in the tables behind the
    /// version.
    PeerServer(QString package, QString program, QString what);

    /// Writes configuration and accounts below `directory`; the way to start the server with them. An empty
    /// list of arguments: `trouble` says what is wrong.
    virtual Launch prepare(const QString& directory, int clients, QString& trouble) = 0;
    /// Whether the server has said that it is ready, where it says so; connections are tried in any case.
    virtual bool saysReady(const ChildProcess& process) const;

    static bool writeFile(const QString& path, const QByteArray& content);

private:
    QString m_package;
    QString m_program;
    QString m_what;
    QString m_version;
    std::unique_ptr<ChildProcess> m_process;
    quint16 m_port = 0;
};

} // namespace recado::tests::load
