#include "bench/relay/peers/Peers.h"

#include "bench/relay/peers/EjabberdServer.h"
#include "bench/relay/peers/MosquittoServer.h"
#include "bench/relay/peers/ProsodyServer.h"

namespace recado::tests::load {

std::vector<std::unique_ptr<LoadServer>> peerServers() {
    std::vector<std::unique_ptr<LoadServer>> servers;
    servers.push_back(std::make_unique<MosquittoServer>());
    servers.push_back(std::make_unique<EjabberdServer>());
    servers.push_back(std::make_unique<ProsodyServer>());
    return servers;
}

} // namespace recado::tests::load
