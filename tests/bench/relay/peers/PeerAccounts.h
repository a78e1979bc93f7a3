#pragma once

#include <string>

namespace recado::tests::load {

/// The accounts of a peer's clients, computable from the client's number on both sides: the server's set-up
/// writes them, the driver logs in with them.
inline std::string peerUser(int client) {
    return 'c' + std::to_string(client);
}

inline std::string peerPassword(int client) {
    return "secret" + std::to_string(client);
}

} // namespace recado::tests::load
