#pragma once

#include "bench/relay/peers/PeerServer.h"

namespace recado::tests::load {

/// ejabberd as Debian starts it, but without Erlang's distribution (no epmd, no cookie): one host, internal
/// accounts, stream management and offline storage in Mnesia.
class EjabberdServer : public PeerServer {
public:
    EjabberdServer();
    std::unique_ptr<LoadProtocol> protocol() const override;

protected:
    Launch prepare(const QString& directory, int clients, QString& trouble) override;
    bool saysReady(const ChildProcess& process) const override;

private:
    int m_clients = 0;
};

} // namespace recado::tests::load
