#include "app/cli/Parameters.h"

#include "routing/Address.h"

#include <QJsonArray>

namespace recado::cli {

namespace {

/// A bare username belongs to the own relay, whose name does not matter to the syntax.
bool isAddressOrUsername(const QString& text) {
    return routing::Address::parse(text, QStringLiteral("own")).ok();
}

QString addressRule() {
    return QStringLiteral("must be username@relay or a username (3 to 32 of a-z, 0-9, dot, _)");
}

} // namespace

Parameters::Parameters(const QJsonObject& object)
    : Parameters(object, QString(), std::make_shared<std::optional<RpcError>>()) {}

Parameters::Parameters(const QJsonObject& object, const QString& prefix,
                       std::shared_ptr<std::optional<RpcError>> error)
    : m_object(object)
    , m_prefix(prefix)
    , m_error(std::move(error)) {}

bool Parameters::has(QLatin1String name) const {
    const QJsonValue value = m_object.value(name);
    return !value.isUndefined() && !value.isNull();
}

void Parameters::refuse(QLatin1String name, const QString& why) {
    if (!*m_error)
        *m_error = invalidParameter(m_prefix + name, why);
}

QJsonValue Parameters::required(QLatin1String name) {
    if (!has(name))
        refuse(name, QStringLiteral("is missing"));
    return m_object.value(name);
}

QString Parameters::textOf(QLatin1String name, const QJsonValue& value) {
    const QString text = value.toString();
    if (!value.isString())
        refuse(name, QStringLiteral("must be a string"));
    else if (!text.isValidUtf16()) // JSON can escape half a surrogate pair; UTF-8 cannot carry it
        refuse(name, QStringLiteral("is not valid Unicode"));
    return text;
}

QString Parameters::text(QLatin1String name) {
    const QString text = possiblyEmptyText(name);
    if (text.isEmpty())
        refuse(name, QStringLiteral("must not be empty"));
    return text;
}

QString Parameters::possiblyEmptyText(QLatin1String name) {
    return textOf(name, required(name));
}

std::optional<QString> Parameters::optionalText(QLatin1String name) {
    if (!has(name))
        return std::nullopt;
    return textOf(name, m_object.value(name));
}

QString Parameters::address(QLatin1String name) {
    const QString address = text(name);
    if (!isAddressOrUsername(address))
        refuse(name, addressRule());
    return address;
}

bool Parameters::flagOf(QLatin1String name, const QJsonValue& value) {
    if (!value.isBool())
        refuse(name, QStringLiteral("must be true or false"));
    return value.toBool();
}

bool Parameters::flag(QLatin1String name) {
    return flagOf(name, required(name));
}

std::optional<bool> Parameters::optionalFlag(QLatin1String name) {
    if (!has(name))
        return std::nullopt;
    return flagOf(name, m_object.value(name));
}

int Parameters::integer(QLatin1String name, int fallback, int minimum, int maximum) {
    if (!has(name))
        return fallback;
    const QJsonValue value = m_object.value(name);
    const double number = value.toDouble(minimum - 1.0);
    if (!value.isDouble() || number < minimum || number > maximum || number != double(int(number))) {
        refuse(name, QStringLiteral("must be an integer from %1 to %2").arg(minimum).arg(maximum));
        return fallback;
    }
    return int(number);
}

int Parameters::choiceOf(QLatin1String name, const QJsonValue& value, const QStringList& words) {
    const int place = value.isString() ? int(words.indexOf(value.toString())) : -1;
    if (place < 0)
        refuse(name, QStringLiteral("must be one of: ") + words.join(QStringLiteral(", ")));
    return place;
}

int Parameters::choice(QLatin1String name, const QStringList& words) {
    return choiceOf(name, required(name), words);
}

std::optional<int> Parameters::optionalChoice(QLatin1String name, const QStringList& words) {
    if (!has(name))
        return std::nullopt;
    return choiceOf(name, m_object.value(name), words);
}

QStringList Parameters::addressesOf(QLatin1String name, const QJsonValue& value) {
    QStringList addresses;
    if (!value.isArray())
        refuse(name, QStringLiteral("must be an array of addresses"));
    for (const QJsonValue entry : value.toArray()) {
        if (!entry.isString() || !isAddressOrUsername(entry.toString()))
            refuse(name, QStringLiteral("each ") + addressRule());
        addresses.append(entry.toString());
    }
    return addresses;
}

QStringList Parameters::addresses(QLatin1String name) {
    const QStringList addresses = addressesOf(name, required(name));
    if (addresses.isEmpty())
        refuse(name, QStringLiteral("must name somebody"));
    return addresses;
}

QStringList Parameters::optionalAddresses(QLatin1String name) {
    return has(name) ? addressesOf(name, m_object.value(name)) : QStringList();
}

Parameters Parameters::objectOf(QLatin1String name, const QJsonValue& value) {
    if (!value.isObject())
        refuse(name, QStringLiteral("must be an object"));
    return Parameters(value.toObject(), m_prefix + name + QLatin1Char('.'), m_error);
}

Parameters Parameters::object(QLatin1String name) {
    return objectOf(name, required(name));
}

Parameters Parameters::optionalObject(QLatin1String name) {
    return objectOf(name, has(name) ? m_object.value(name) : QJsonValue(QJsonObject()));
}

} // namespace recado::cli
