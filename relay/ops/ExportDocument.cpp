#include "relay/ops/ExportDocument.h"

#include "relay/storage/MailboxMemory.h"
#include "routing/DeviceList.h"
#include "sql/Database.h"

#include <QDateTime>
#include <QJsonArray>
#include <QtEndian>

#include <limits>
#include <set>

namespace recado::relay {

using base::AccountId;
using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

namespace {

QJsonValue exportedTime(qint64 ms) {
    if (ms <= 0)
        return {};
    return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC).toString(Qt::ISODateWithMs);
}

QString exportedBytes(const QByteArray& bytes) {
    return QString::fromLatin1(bytes.toBase64());
}

struct ExportedAccount {
    AccountId id;
    QJsonObject account;
    QJsonObject deviceList;
    routing::DeviceList list;
};

QJsonObject deviceListObject(const routing::DeviceList& list, const QByteArray& bytes,
                             const QByteArray& signature, quint32 highestDevice) {
    QJsonArray devices;
    for (const routing::ListedDevice& device : list.devices)
        devices.append(QJsonObject{{QStringLiteral("deviceId"), qint64(device.deviceId)},
                                   {QStringLiteral("registrationId"), qint64(device.registrationId)},
                                   {QStringLiteral("authKey"), exportedBytes(device.authKey)},
                                   {QStringLiteral("headerKey"), exportedBytes(device.headerKey)}});
    return {{QStringLiteral("version"), qint64(list.version)},
            {QStringLiteral("issuedAt"), exportedTime(list.issuedAtMs)},
            {QStringLiteral("identityKey"), exportedBytes(list.identityKey)},
            {QStringLiteral("devices"), devices},
            {QStringLiteral("highestDeviceIdEver"), qint64(highestDevice)},
            {QStringLiteral("signedBytes"), exportedBytes(bytes)},
            {QStringLiteral("signature"), exportedBytes(signature)}};
}

Result<ExportedAccount> readExported(sql::Database& database, const QString& who, const QString& relayName) {
    const auto id = AccountId::fromHex(who);
    RECADO_TRY(
        sql::Statement statement,
        database.query("SELECT id, username, skeleton, created_at, list, list_signature, highest_device"
                       " FROM account WHERE username = ?1 OR id = ?2",
                       who.section(QLatin1Char('@'), 0, 0), id ? id->toBytes() : QByteArray()));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return makeError(Reason::UnknownRecipient, QStringLiteral("%1: there is no such account").arg(who));
    ExportedAccount exported;
    exported.id = statement.id<AccountId>(0);
    const QString username = statement.text(1);
    exported.account = {{QStringLiteral("accountId"), exported.id.toHex()},
                        {QStringLiteral("username"), username},
                        {QStringLiteral("address"), username + QLatin1Char('@') + relayName},
                        {QStringLiteral("lookAlikeForm"), statement.text(2)},
                        {QStringLiteral("createdAt"), exportedTime(statement.int64(3))}};
    const QByteArray bytes = statement.bytes(4);
    RECADO_TRY(exported.list, routing::DeviceList::parse(bytes, std::numeric_limits<quint32>::max()));
    exported.deviceList =
        deviceListObject(exported.list, bytes, statement.bytes(5), quint32(statement.int64(6)));
    RECADO_TRY(const bool another, statement.step());
    if (another) // a name can be chosen to look like somebody else's id
        return makeError(
            Reason::UnknownRecipient,
            QStringLiteral("%1: is one account's id and another one's name; give an address instead")
                .arg(who));
    return exported;
}

Result<QJsonArray> readPrekeys(sql::Database& database, const base::DeviceAddress& device) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT id, key FROM one_time_prekey WHERE account = ?1 AND device = ?2",
                              device.account, device.device));
    QJsonArray prekeys;
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return prekeys;
        prekeys.append(QJsonObject{{QStringLiteral("id"), qint64(statement.int64(0))},
                                   {QStringLiteral("key"), exportedBytes(statement.bytes(1))}});
    }
}

Result<QJsonValue> readSignedPrekey(sql::Database& database, const base::DeviceAddress& device) {
    RECADO_TRY(
        sql::Statement statement,
        database.query("SELECT id, key, signature FROM signed_prekey WHERE account = ?1 AND device = ?2",
                       device.account, device.device));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return QJsonValue();
    return QJsonValue(QJsonObject{{QStringLiteral("id"), qint64(statement.int64(0))},
                                  {QStringLiteral("key"), exportedBytes(statement.bytes(1))},
                                  {QStringLiteral("signature"), exportedBytes(statement.bytes(2))}});
}

QJsonObject waitingObject(base::DeliveryId id, qint64 acceptedMs, qint64 expiresMs, qint64 bytes, bool body) {
    return {{QStringLiteral("deliveryId"), QString::number(id)},
            {QStringLiteral("acceptedAt"), exportedTime(acceptedMs)},
            {QStringLiteral("expiresAt"), exportedTime(expiresMs)},
            {QStringLiteral("bytes"), bytes},
            {QStringLiteral("hasSharedBody"), body}};
}

/// What waits: in the table, where an envelope begins with the time of its acceptance (MailboxTables), and in
/// the mailboxes' log, which is newer.
Result<QJsonArray> readWaiting(sql::Database& database, const KnownMailbox& mailbox) {
    QJsonArray waiting;
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT sequence, expires_at, weight, reference, substr(payload, 1, 8)"
                              " FROM envelope WHERE queue = ?1 ORDER BY sequence",
                              mailbox.number));
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            break;
        const QByteArray accepted = statement.bytes(4);
        waiting.append(waitingObject(statement.uint64(0),
                                     accepted.size() == 8 ? qFromBigEndian<qint64>(accepted.constData()) : 0,
                                     statement.int64(1), statement.int64(2), statement.int64(3) != 0));
    }
    for (const auto& [id, entry] : mailbox.entries)
        waiting.append(
            waitingObject(id, entry.acceptedAtMs, entry.expiresAtMs, entry.weight(), entry.body != nullptr));
    return waiting;
}

QJsonValue submissionsValue(const queue::AckWindow& window) {
    if (window.highest() == 0)
        return {};
    return QJsonObject{{QStringLiteral("highestNumber"), QString::number(window.highest())},
                       {QStringLiteral("window"), exportedBytes(window.bits())}};
}

Result<QJsonObject> readDevice(sql::Database& database, const base::DeviceAddress& device) {
    QJsonObject object{{QStringLiteral("deviceId"), qint64(device.device)}};
    RECADO_TRY(const QJsonValue signedPrekey, readSignedPrekey(database, device));
    RECADO_TRY(const QJsonArray prekeys, readPrekeys(database, device));
    RECADO_TRY(MailboxMemory* const mailboxes, MailboxMemory::of(database));
    RECADO_TRY(KnownMailbox* const mailbox, mailboxes->find(database, device));
    QJsonArray waiting;
    QJsonValue submissions;
    if (mailbox != nullptr) {
        RECADO_TRY(waiting, readWaiting(database, *mailbox));
        RECADO_TRY(const queue::AckWindow* const window, mailboxes->window(database, *mailbox));
        submissions = submissionsValue(*window);
    }
    qint64 bytes = 0;
    for (const QJsonValue& envelope : waiting)
        bytes += envelope[QStringLiteral("bytes")].toInteger();
    object.insert(QStringLiteral("signedPrekey"), signedPrekey);
    object.insert(QStringLiteral("oneTimePrekeys"), prekeys);
    object.insert(QStringLiteral("mailbox"), QJsonObject{{QStringLiteral("envelopes"), waiting.size()},
                                                         {QStringLiteral("bytes"), bytes},
                                                         {QStringLiteral("waiting"), waiting}});
    object.insert(QStringLiteral("submissions"), submissions);
    return object;
}

/// Listed ones, and any that something is still stored for.
Result<std::set<quint32>> devicesOf(sql::Database& database, const ExportedAccount& account) {
    std::set<quint32> devices;
    for (const routing::ListedDevice& device : account.list.devices)
        devices.insert(device.deviceId);
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT device FROM mailbox WHERE account = ?1"
                              " UNION SELECT device FROM signed_prekey WHERE account = ?1"
                              " UNION SELECT device FROM one_time_prekey WHERE account = ?1"
                              " UNION SELECT device FROM submission_window WHERE account = ?1",
                              account.id));
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return devices;
        devices.insert(quint32(statement.int64(0)));
    }
}

Result<QJsonValue> readRecovery(sql::Database& database, const AccountId& account) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT expires_at FROM recovery WHERE account = ?1", account));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return QJsonValue();
    return QJsonValue(QJsonObject{{QStringLiteral("expiresAt"), exportedTime(statement.int64(0))}});
}

QJsonObject limitsObject(const protocol::Limits& limits) {
    return {{QStringLiteral("textBytes"), qint64(limits.textBytes)},
            {QStringLiteral("devices"), qint64(limits.devices)},
            {QStringLiteral("attachmentBytes"), qint64(limits.attachmentBytes)},
            {QStringLiteral("undeliveredSeconds"), qint64(limits.undeliveredSeconds)},
            {QStringLiteral("mediaSeconds"), qint64(limits.mediaSeconds)},
            {QStringLiteral("prekeysStored"), qint64(limits.prekeysStored)}};
}

} // namespace

Result<QJsonObject> exportAccount(sql::Database& database, const QString& who, const QString& relayName,
                                  const protocol::Limits& limits) {
    RECADO_TRY(const ExportedAccount exported, readExported(database, who, relayName));
    RECADO_TRY(const std::set<quint32> numbers, devicesOf(database, exported));
    QJsonArray devices;
    for (const quint32 number : numbers) {
        RECADO_TRY(const QJsonObject device, readDevice(database, {exported.id, number}));
        devices.append(device);
    }
    RECADO_TRY(const QJsonValue recovery, readRecovery(database, exported.id));
    return QJsonObject{
        {QStringLiteral("format"), QStringLiteral("recado account export 1")},
        {QStringLiteral("exportedAt"), QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs)},
        {QStringLiteral("relay"), relayName},
        {QStringLiteral("account"), exported.account},
        {QStringLiteral("deviceList"), exported.deviceList},
        {QStringLiteral("devices"), devices},
        {QStringLiteral("recoveryInvitation"), recovery},
        {QStringLiteral("limits"), limitsObject(limits)},
        {QStringLiteral("notKept"),
         QJsonArray{
             QStringLiteral("who invited this account"),
             QStringLiteral("whom it wrote to, and who wrote "
                            "to it"),
             QStringLiteral("when and from where it connected"),
             QStringLiteral("names, pictures, contacts, groups and contents: they exist on its devices "
                            "and those of its correspondents only")}},
    };
}

} // namespace recado::relay
