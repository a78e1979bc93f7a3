#pragma once

#include "bench/relay/peers/PeerServer.h"

namespace recado::tests::load {

/// mosquitto with a password file and its persistence switched on: kept sessions, queues without bounds. It
/// answers a PUBLISH from memory and writes its store every half hour (its default) and at the end.
class MosquittoServer : public PeerServer {
public:
    MosquittoServer();
    std::unique_ptr<LoadProtocol> protocol() const override;

protected:
    Launch prepare(const QString& directory, int clients, QString& trouble) override;

private:
    int m_clients = 0;
};

} // namespace recado::tests::load
