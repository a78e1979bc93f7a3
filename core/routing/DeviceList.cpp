#include "routing/DeviceList.h"

#include "protocol/FrameCodec.h"

#include <algorithm>

namespace recado::routing {

namespace {

constexpr qsizetype identityKeySize = 33;
constexpr char curve25519Key = 0x05;
constexpr qsizetype devicePublicKeySize = 32;

base::Error malformedList(QLatin1String what) {
    return base::makeError(base::Reason::MalformedFrame, QStringLiteral("device list: %1").arg(what));
}

} // namespace

const ListedDevice* DeviceList::find(quint32 deviceId) const {
    const auto found = std::find_if(devices.begin(), devices.end(),
                                    [&](const ListedDevice& device) { return device.deviceId == deviceId; });
    return found == devices.end() ? nullptr : &*found;
}

QByteArray DeviceList::serialise() const {
    wire::DeviceList list;
    list.set_account_id(protocol::fromBytes(account.toBytes()));
    list.set_version(version);
    list.set_issued_at_ms(quint64(issuedAtMs));
    list.set_identity_key(protocol::fromBytes(identityKey));
    for (const ListedDevice& device : devices) {
        wire::Device* out = list.add_devices();
        out->set_device_id(device.deviceId);
        out->set_registration_id(device.registrationId);
        out->set_auth_key(protocol::fromBytes(device.authKey));
        out->set_header_key(protocol::fromBytes(device.headerKey));
    }
    return protocol::toBytes(list.SerializeAsString());
}

base::Result<DeviceList> DeviceList::parse(QByteArrayView bytes, quint32 maximumDevices) {
    wire::DeviceList in;
    if (!in.ParseFromArray(bytes.data(), int(bytes.size())))
        return malformedList(QLatin1String("unreadable"));
    DeviceList list;
    const auto account = base::AccountId::fromBytes(protocol::toBytes(in.account_id()));
    if (!account || account->isNull())
        return malformedList(QLatin1String("account id"));
    list.account = *account;
    list.version = in.version();
    list.issuedAtMs = qint64(in.issued_at_ms());
    list.identityKey = protocol::toBytes(in.identity_key());
    if (list.version == 0)
        return malformedList(QLatin1String("version"));
    if (list.identityKey.size() != identityKeySize || list.identityKey.front() != curve25519Key)
        return malformedList(QLatin1String("identity key"));
    if (in.devices_size() == 0 || quint32(in.devices_size()) > maximumDevices)
        return malformedList(QLatin1String("number of devices"));
    for (const wire::Device& device : in.devices()) {
        ListedDevice listed{device.device_id(), device.registration_id(),
                            protocol::toBytes(device.auth_key()), protocol::toBytes(device.header_key())};
        if (listed.deviceId == 0 || list.find(listed.deviceId) != nullptr)
            return malformedList(QLatin1String("device number"));
        if (listed.authKey.size() != devicePublicKeySize || listed.headerKey.size() != devicePublicKeySize)
            return malformedList(QLatin1String("device keys"));
        list.devices.push_back(std::move(listed));
    }
    return list;
}

} // namespace recado::routing
