#include "relay/keys/PrekeyRules.h"

#include "protocol/FrameCodec.h"

#include <QSet>

#include <algorithm>

namespace recado::relay {

namespace {

constexpr qsizetype prekeySize = 33;
constexpr char curve25519Type = 0x05;
constexpr qsizetype prekeySignatureSize = 64;
// libsignal's prekey numbers have 24 bits.
constexpr quint32 largestPrekeyId = 0xffffff;

base::Error badPrekey(const QString& what) {
    return base::makeError(base::Reason::InvalidArgument, what);
}

bool isPrekey(quint32 id, const QByteArray& key) {
    return id != 0 && id <= largestPrekeyId && key.size() == prekeySize && key.front() == curve25519Type;
}

} // namespace

base::Result<PrekeyBatch> parsePrekeys(const wire::PrekeyUpload& upload, quint32 cap) {
    PrekeyBatch batch;
    batch.replace = upload.replace();
    if (upload.has_signed_prekey()) {
        const wire::SignedPrekey& in = upload.signed_prekey();
        SignedPrekeyRecord key{in.id(), protocol::toBytes(in.key()), protocol::toBytes(in.signature())};
        if (!isPrekey(key.id, key.key) || key.signature.size() != prekeySignatureSize)
            return badPrekey(QStringLiteral("the signed prekey is malformed"));
        batch.signedPrekey = std::move(key);
    }
    QSet<quint32> ids;
    const int taken = int(std::min(quint32(upload.prekeys_size()), cap));
    for (int index = 0; index < taken; ++index) {
        const wire::Prekey& in = upload.prekeys(index);
        OneTimePrekey key{in.id(), protocol::toBytes(in.key())};
        if (!isPrekey(key.id, key.key) || ids.contains(key.id))
            return badPrekey(QStringLiteral("a one-time prekey is malformed or numbered twice"));
        ids.insert(key.id);
        batch.prekeys.push_back(std::move(key));
    }
    return batch;
}

} // namespace recado::relay
