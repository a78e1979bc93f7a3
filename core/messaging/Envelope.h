#pragma once

#include "base/Ids.h"

#include <QByteArray>

namespace recado::messaging {

/// One delivered envelope with its header opened, as far as it could be. What the header says is a claim
/// until the content repeats it under authentication.
struct Envelope {
    base::DeliveryId delivery = 0; // 0 when it comes from quarantine
    bool headerOpened = false;
    base::DeviceAddress sender;
    base::SubmissionNumber submission = 0;
    quint64 senderListVersion = 0;
    bool prekeyMessage = false;
    QByteArray sealedHeader;
    QByteArray ciphertext;
    QByteArray body;
};

} // namespace recado::messaging
