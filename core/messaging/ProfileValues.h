#pragma once

#include <QLatin1String>

/// Names of the small values that ProfileStore keeps for the engine.
namespace recado::messaging::profile_value {

inline constexpr QLatin1String relayKey("relay-key");            // the pinned Ed25519 key, 32 bytes
inline constexpr QLatin1String incarnation("store-incarnation"); // of the relay, 16 bytes
inline constexpr QLatin1String privacy("privacy");               // 4 bytes, see Engine
inline constexpr QLatin1String owedReceipts("owed-receipts");    // see PeerAcceptance
inline constexpr QLatin1String deviceList("device-list");        // own, the newest known, as signed
inline constexpr QLatin1String deviceListSignature("device-list-signature");
inline constexpr QLatin1String signedPrekey("signed-prekey");                   // wire::SignedPrekey in use
inline constexpr QLatin1String signedPrekeyCreated("signed-prekey-created");    // decimal ms since 1970
inline constexpr QLatin1String signedPrekeysAtRelay("signed-prekeys-at-relay"); // see DeviceKeys
inline constexpr QLatin1String registration("registration"); // wire::Register until it is answered

} // namespace recado::messaging::profile_value
