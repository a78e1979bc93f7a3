#include "relay/ops/Findings.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace recado::relay {

namespace {

QString findingLevelName(Finding::Level level) {
    switch (level) {
    case Finding::Level::Ok:
        return QStringLiteral("ok");
    case Finding::Level::Warn:
        return QStringLiteral("warn");
    case Finding::Level::Fail:
        return QStringLiteral("fail");
    }
    return {};
}

} // namespace

bool allWell(const Findings& findings) {
    return std::none_of(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.level == Finding::Level::Fail; });
}

QString findingLine(const Finding& finding) {
    QString line = QStringLiteral("%1 %2: %3")
                       .arg(findingLevelName(finding.level), -5)
                       .arg(finding.check, finding.detail);
    if (!finding.remedy.isEmpty())
        line += QStringLiteral(" - ") + finding.remedy;
    return line + QLatin1Char('\n');
}

QByteArray findingsJson(const Findings& findings) {
    QJsonArray checks;
    for (const Finding& finding : findings) {
        QJsonObject check{{QStringLiteral("check"), finding.check},
                          {QStringLiteral("level"), findingLevelName(finding.level)},
                          {QStringLiteral("detail"), finding.detail}};
        if (!finding.remedy.isEmpty())
            check.insert(QStringLiteral("remedy"), finding.remedy);
        checks.append(check);
    }
    return QJsonDocument(
               QJsonObject{{QStringLiteral("ok"), allWell(findings)}, {QStringLiteral("checks"), checks}})
               .toJson(QJsonDocument::Compact) +
           '\n';
}

} // namespace recado::relay
