#pragma once

#include "messaging/EngineContext.h"

namespace recado::messaging {

/// Makes and keeps this device's prekeys and its account's signed device list. Engine thread, inside a work.
class DeviceKeys {
public:
    static constexpr qint64 rotationMs = 7LL * 24 * 3'600 * 1'000;
    static constexpr int uploadCount = 100;

    explicit DeviceKeys(EngineContext& context)
        : m_context(context) {}

    /// A fresh signed list of this one device, stored. First registration only; `version` is above 1 when the
    /// account had lists before (recovery).
    base::Result<wire::SignedDeviceList> makeFirstList(const OwnAccount& account, quint64 version);
    /// The stored own list; StorageCorrupt when there is none.
    base::Result<wire::SignedDeviceList> ownList();

    /// `count` new one-time prekeys, stored, and the signed prekey in use, which is made anew when there is
    /// none, when it is a week old, or when `newSigned`.
    base::Result<wire::PrekeyUpload> makeUpload(const crypto::IdentityKeyPair& identity, int count,
                                                bool newSigned);
    /// True when the signed prekey is due to be replaced, or the relay is not known to have it.
    base::Result<bool> isUploadDue();
    /// The relay has said that it hands out the signed prekey with this number from now on.
    base::Status confirmUpload(quint32 signedPrekeyId);
    /// Signed prekeys made before the returned time (ms since 1970) were handed out for the last time before
    /// `beforeMs`; 0 when there are none.
    base::Result<qint64> outOfUseSince(qint64 beforeMs);

private:
    /// A signed prekey that the relay has confirmed.
    struct AtRelay {
        quint32 id = 0;
        qint64 madeMs = 0;
        qint64 confirmedMs = 0;
    };
    /// More than a year of rotations. What falls out is kept too long, never too short.
    static constexpr qsizetype confirmedKept = 64;

    base::Result<bool> isRotationDue();
    base::Result<std::optional<wire::SignedPrekey>> signedPrekeyInUse();
    base::Result<QVector<AtRelay>> confirmed();
    base::Result<wire::SignedPrekey> makeSignedPrekey(const crypto::IdentityKeyPair& identity);
    base::Result<std::vector<crypto::OneTimePreKey>> makeOneTimePrekeys(int count);

    EngineContext& m_context;
};

} // namespace recado::messaging
