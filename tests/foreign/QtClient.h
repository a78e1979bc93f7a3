#pragma once

#include <QJsonArray>
#include <QJsonObject>

namespace recado::tests {

/// The steps of scenario.js, as far as they make sense for it, by QWebSocket. Answers the same list.
QJsonArray runQtClient(const QJsonObject& target);

} // namespace recado::tests
