#pragma once

#include "relay/delivery/DeliveryChannel.h"
#include "relay/session/SessionServices.h"

#include <functional>
#include <list>
#include <memory>

namespace recado::relay {

/// Serves the requests of one authenticated connection. Connection's thread. Held by shared_ptr; pending
/// operations hold it weakly.
class DeviceRequests : public std::enable_shared_from_this<DeviceRequests> {
public:
    /// `answer` is given complete frames; services and inbox are borrowed.
    DeviceRequests(base::DeviceAddress device, const SessionServices& services, base::Inbox& inbox,
                   std::function<void(const wire::RelayFrame&)> answer);

    /// Any frame that comes once the device is welcomed. `channel` is told of acknowledgements.
    void handle(const wire::ClientFrame& frame, DeliveryChannel& channel);

private:
    void acknowledge(const wire::ClientFrame& frame, DeliveryChannel& channel);
    void setPresence(const wire::ClientFrame& frame);
    void lookUp(const wire::ClientFrame& frame);
    void nextLookup();
    [[nodiscard]] FrameAnswer answerTo(quint64 requestId);
    void answerStatus(quint64 requestId, const base::Status& status);
    [[nodiscard]] StoreCall storeCall() const { return StoreCall{&m_inbox}; }

    const base::DeviceAddress m_device;
    const SessionServices& m_services;
    base::Inbox& m_inbox;
    const std::function<void(const wire::RelayFrame&)> m_answer;
    /// Look-ups run one after the other, so that each knows whether the one before it missed.
    std::list<wire::ClientFrame> m_lookups; // a list: nothing is allocated while it is empty
    bool m_lookupUnderWay = false;
    bool m_startingLookups = false;
};

} // namespace recado::relay
