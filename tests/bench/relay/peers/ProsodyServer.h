#pragma once

#include "bench/relay/peers/PeerServer.h"

namespace recado::tests::load {

/// prosody with its default storage, one file an account, stream management and offline storage.
class ProsodyServer : public PeerServer {
public:
    ProsodyServer();
    std::unique_ptr<LoadProtocol> protocol() const override;

protected:
    Launch prepare(const QString& directory, int clients, QString& trouble) override;

private:
    int m_clients = 0;
};

} // namespace recado::tests::load
