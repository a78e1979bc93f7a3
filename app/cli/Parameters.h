#pragma once

#include "app/cli/JsonRpc.h"

#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

namespace recado::cli {

/// Reads a request's named parameters and remembers the first one that is missing or wrong. After reading
/// everything a method asks error() once. A parameter that is null counts as absent; unknown ones are
/// ignored.
class Parameters {
public:
    explicit Parameters(const QJsonObject& object);

    /// Required and not empty.
    QString text(QLatin1String name);
    /// Required, may be empty.
    QString possiblyEmptyText(QLatin1String name);
    std::optional<QString> optionalText(QLatin1String name);
    /// Required: `username@relay`, or a username of the own relay.
    QString address(QLatin1String name);
    bool flag(QLatin1String name);
    std::optional<bool> optionalFlag(QLatin1String name);
    /// An integer from `minimum` to `maximum`; `fallback` when absent.
    int integer(QLatin1String name, int fallback, int minimum, int maximum);
    /// Required: the place of the given word among `words`.
    int choice(QLatin1String name, const QStringList& words);
    std::optional<int> optionalChoice(QLatin1String name, const QStringList& words);
    /// Addresses or usernames; required ones are at least one.
    QStringList addresses(QLatin1String name);
    QStringList optionalAddresses(QLatin1String name);
    /// The members of a required object; what is wrong in it is named `name.member`.
    Parameters object(QLatin1String name);
    /// The same, empty when absent.
    Parameters optionalObject(QLatin1String name);

    [[nodiscard]] bool has(QLatin1String name) const;
    /// Refuses for a reason that the reader cannot know.
    void refuse(QLatin1String name, const QString& why);

    [[nodiscard]] const std::optional<RpcError>& error() const { return *m_error; }

private:
    Parameters(const QJsonObject& object, const QString& prefix,
               std::shared_ptr<std::optional<RpcError>> error);
    QJsonValue required(QLatin1String name);
    QString textOf(QLatin1String name, const QJsonValue& value);
    bool flagOf(QLatin1String name, const QJsonValue& value);
    int choiceOf(QLatin1String name, const QJsonValue& value, const QStringList& words);
    QStringList addressesOf(QLatin1String name, const QJsonValue& value);
    Parameters objectOf(QLatin1String name, const QJsonValue& value);

    QJsonObject m_object;
    QString m_prefix;
    std::shared_ptr<std::optional<RpcError>> m_error; // shared with the readers of inner objects
};

} // namespace recado::cli
