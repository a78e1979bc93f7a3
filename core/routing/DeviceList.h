#pragma once

#include "base/Ids.h"
#include "base/Result.h"

#include <QByteArray>
#include <QVector>

namespace recado::routing {

/// One device of an account, as its list names it.
struct ListedDevice {
    quint32 deviceId = 0; // from 1, never reused
    quint32 registrationId =
        0;                // drawn anew at every registration; tells a reinstalled device from the old one
    QByteArray authKey;   // Ed25519 public key, 32 bytes
    QByteArray headerKey; // X25519 public key for crypto_box_seal, 32 bytes

    bool operator==(const ListedDevice&) const = default;
};

/// An account's devices, versioned. Whoever relies on one verifies the signature first (crypto), accepts no
/// lower version than seen before, and encrypts to no device that is not on it.
struct DeviceList {
    base::AccountId account;
    quint64 version = 0; // from 1
    qint64 issuedAtMs = 0;
    QByteArray identityKey; // 33 bytes: 0x05 and the X25519 public key
    QVector<ListedDevice> devices;

    [[nodiscard]] const ListedDevice* find(quint32 deviceId) const;
    bool operator==(const DeviceList&) const = default;

    /// The bytes that are signed (wire::DeviceList).
    [[nodiscard]] QByteArray serialise() const;
    /// Errors: MalformedFrame for anything that is not a well-formed list: sizes of ids and keys, the type of
    /// the identity key, no version, no device or more than `maximumDevices`, a device twice or numbered 0.
    static base::Result<DeviceList> parse(QByteArrayView bytes, quint32 maximumDevices);
};

/// A list with the identity key's signature over its bytes.
struct SignedDeviceList {
    QByteArray bytes;
    QByteArray signature; // 64 bytes

    bool operator==(const SignedDeviceList&) const = default;
};

/// The label under which device lists are signed.
inline constexpr char deviceListLabel[] = "recado device list v1";

} // namespace recado::routing
