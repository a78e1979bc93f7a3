#include "relay/delivery/RecipientLoader.h"

namespace recado::relay {

namespace {

base::Error storeDidNotAnswer() {
    return base::makeError(base::Reason::Busy, QStringLiteral("the directory is busy"));
}

} // namespace

void loadRecipient(Directory& directory, MailboxStore& mailboxes, base::AccountId account, StoreCall call,
                   std::function<void(base::Result<LoadedRecipient>)> done) {
    directory.findAccount(account, call, [&mailboxes, call, done = std::move(done)](const auto& answer) {
        if (!answer.committed())
            return done(storeDidNotAnswer());
        if (!answer.value) {
            return done(
                base::makeError(base::Reason::UnknownRecipient, QStringLiteral("there is no such account")));
        }
        const auto list = routing::DeviceList::parse(answer.value->list.bytes, anyNumberOfDevices);
        if (!list)
            return done(base::makeError(base::Reason::StorageCorrupt, list.error().message));
        QVector<base::DeviceAddress> devices;
        for (const routing::ListedDevice& device : list->devices)
            devices.push_back({list->account, device.deviceId});
        mailboxes.usage(devices, call, [list = *list, done](const auto& usage) {
            if (!usage.committed())
                return done(storeDidNotAnswer());
            done(LoadedRecipient{list, usage.value});
        });
    });
}

} // namespace recado::relay
