#pragma once

#include "messaging/DeviceKeys.h"

namespace recado::messaging {

/// Makes this profile's account. Keys and account id are stored before the relay is asked, so that an answer
/// lost on the way, or a crash, is repaired by asking the very same again. Engine thread.
class Registrar {
public:
    using Done = std::function<void(base::Status)>;

    /// Both are borrowed.
    Registrar(EngineContext& context, DeviceKeys& keys);

    /// As Client::registerAccount(); afterwards the context's account is registered.
    void registerAccount(const Registration& registration, Done done);

private:
    base::Result<wire::Register> prepare(const Registration& registration);
    base::Result<wire::Register> makeKeys(const Registration& registration);
    base::Status confirm(const RegistrationAnswer& answer, quint32 signedPrekey);

    EngineContext& m_context;
    DeviceKeys& m_keys;
    bool m_underWay = false;
};

} // namespace recado::messaging
