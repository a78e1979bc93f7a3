#pragma once

#include <QByteArray>
#include <QString>

namespace recado::protocol {

/// Labels of the signatures of this protocol (base::SigningKey::sign), one a purpose.
inline constexpr char relayAuthenticationLabel[] = "recado relay authentication v1";
inline constexpr char deviceAuthenticationLabel[] = "recado device authentication v1";
inline constexpr char deviceRegistrationLabel[] = "recado device registration v1";
inline constexpr char relayKeySuccessionLabel[] = "recado relay key succession v1";

/// What both sides sign when they meet: nothing of it can be replayed to another relay, account, device,
/// purpose or connection. PROTOCOL.md, "Authentication".
struct AuthTranscript {
    quint32 version = 0;
    quint32 purpose = 0;    // wire::Purpose
    QByteArray clientNonce; // 32 bytes
    QByteArray relayNonce;  // 32 bytes
    QByteArray relayKey;    // 32 bytes
    QString relayName;
    QByteArray tlsKeyHash; // 32 bytes, or empty without TLS
    QByteArray accountId;  // 16 bytes
    quint32 deviceId = 0;

    static constexpr int nonceSize = 32;

    /// The fields in the order above: integers as 4 bytes big-endian, strings (UTF-8) and byte strings behind
    /// their length as 4 bytes big-endian.
    [[nodiscard]] QByteArray toBytes() const;
};

} // namespace recado::protocol
