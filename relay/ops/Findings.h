#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

namespace recado::relay {

/// What a check found.
struct Finding {
    enum class Level {
        Ok,
        Warn, ///< it works, and will not for ever, or not for everybody
        Fail, ///< somebody cannot be served, or something will be lost
    };

    QString check;
    Level level = Level::Ok;
    QString detail;
    /// What to do about it; empty when it is ok.
    QString remedy;

    static Finding ok(const QString& check, const QString& detail) { return {check, Level::Ok, detail, {}}; }
    static Finding warn(const QString& check, const QString& detail, const QString& remedy) {
        return {check, Level::Warn, detail, remedy};
    }
    static Finding fail(const QString& check, const QString& detail, const QString& remedy) {
        return {check, Level::Fail, detail, remedy};
    }
};

using Findings = std::vector<Finding>;

/// No check failed.
bool allWell(const Findings& findings);

/// `ok    check: detail`, and the remedy behind a dash.
QString findingLine(const Finding& finding);

/// {`ok`, `checks`: [{`check`, `level`, `detail`, `remedy`?}]}, on one line.
QByteArray findingsJson(const Findings& findings);

} // namespace recado::relay
