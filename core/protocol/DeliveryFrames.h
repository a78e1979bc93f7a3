#pragma once

#include "base/Ids.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QVector>

namespace recado::protocol {

/// The fields of a wire::Deliver. The views are borrowed for the call.
struct DeliverFields {
    base::DeliveryId deliveryId = 0;
    quint64 acceptedAtMs = 0;
    QByteArrayView sealedHeader;
    QByteArrayView ciphertext;
    QByteArrayView body;
};

/// A RelayFrame with this Deliver takes at most so many bytes in a message.
qsizetype largestDeliverSize(const DeliverFields& fields);

/// Appends a RelayFrame with this Deliver (request id 0) to `message`; the bytes are those that appendFrame()
/// makes of the generated types. Written by hand because it is what a relay does most: the generated types
/// would copy every envelope once more, into strings of their own.
void appendDeliver(QByteArray& message, const DeliverFields& fields);

/// The same for an Accepted that names these submissions; at least one.
void appendAccepted(QByteArray& message, const QVector<base::SubmissionNumber>& submissions);

} // namespace recado::protocol
