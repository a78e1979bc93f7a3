#pragma once

#include "base/Ids.h"
#include "relay/delivery/StoreAnswer.h"

#include <QByteArray>
#include <QVector>

#include <optional>

namespace recado::relay {

/// A one-time prekey: public key and the number its device gave it.
struct OneTimePrekey {
    quint32 id = 0;
    QByteArray key; // 33 bytes: 0x05 and the X25519 public key
};

/// A device's current signed prekey; the signature is by the account's identity key, for clients to verify.
struct SignedPrekeyRecord {
    quint32 id = 0;
    QByteArray key; // 33 bytes
    QByteArray signature;
};

/// What a device uploads.
struct PrekeyBatch {
    /// Replaces the stored one; absent keeps it.
    std::optional<SignedPrekeyRecord> signedPrekey;
    QVector<OneTimePrekey> prekeys;
    /// Forget every one-time prekey stored before.
    bool replace = false;
};

/// One device whose keys are asked for.
struct PrekeyRequest {
    quint32 deviceId = 0;
    /// Take a one-time prekey along, if one is left.
    bool takeOneTime = false;
};

/// One device's keys as handed out.
struct TakenPrekeys {
    quint32 deviceId = 0;
    SignedPrekeyRecord signedPrekey;
    std::optional<OneTimePrekey> oneTime;
    /// One-time prekeys left afterwards.
    quint32 remaining = 0;
};

/// The prekeys of every device. A one-time prekey is handed out once: it is deleted in the commit that takes
/// it, before anybody sees it.
///
/// Any thread may call. Operations take effect in the order of the calls.
class PrekeyStore {
public:
    virtual ~PrekeyStore() = default;

    /// Adds the batch; a one-time prekey with a stored number replaces it. Of more than `cap` one-time
    /// prekeys the ones beyond it (in the batch's order) are not stored. Answers how many are stored now:
    /// none for a device that is not on its account's list (any more), so that nothing is kept for nobody.
    virtual void storePrekeys(base::DeviceAddress device, PrekeyBatch batch, quint32 cap, StoreCall call,
                              StoreCallback<quint32> done) = 0;

    /// The keys of these devices of one account, lowest one-time number first; devices without a signed
    /// prekey are left out of the answer.
    virtual void takePrekeys(base::AccountId account, QVector<PrekeyRequest> requests, StoreCall call,
                             StoreCallback<QVector<TakenPrekeys>> done) = 0;

    /// One-time prekeys stored for this device.
    virtual void countPrekeys(base::DeviceAddress device, StoreCall call, StoreCallback<quint32> done) = 0;
};

} // namespace recado::relay
