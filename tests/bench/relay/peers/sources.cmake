# Read by tests/bench/CMakeLists.txt; paths are relative to tests/bench.
set(peer_sources
  relay/peers/EjabberdServer.cpp relay/peers/MosquittoServer.cpp relay/peers/MqttLoad.cpp relay/peers/MqttPackets.cpp
  relay/peers/PeerServer.cpp relay/peers/Peers.cpp relay/peers/ProsodyServer.cpp relay/peers/XmppLoad.cpp
  relay/peers/XmppStanzas.cpp)
recado_tests(bench_peers
  SOURCES
    relay/peers/MqttLoadTest.cpp relay/peers/MqttPacketsTest.cpp relay/peers/XmppLoadTest.cpp
    relay/peers/XmppStanzasTest.cpp
  LINK recado_load)
