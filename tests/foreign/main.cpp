// `recado-foreign [qt] [ws] [chromium]`: WebSocket implementations that are not ours against every gateway
// driver and a real relay. Prints a table; exits non-zero when a step failed or a client could not be run.
#include "foreign/QtClient.h"
#include "foreign/Targets.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTextStream>

namespace {

using namespace recado::tests;

constexpr int clientPatienceMs = 180'000;

/// One list of steps a target; fewer when the client broke down.
QVector<QJsonArray> runScript(const QString& client, const QJsonArray& targets) {
    QProcess node;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    // Debian's Node.js looks there by itself, others do not.
    environment.insert(QStringLiteral("NODE_PATH"), QStringLiteral("/usr/share/nodejs"));
    node.setProcessEnvironment(environment);
    node.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    node.start(QStringLiteral("node"),
               {QStringLiteral(RECADO_FOREIGN_SCRIPTS "/clients.js"), client,
                QString::fromUtf8(QJsonDocument(targets).toJson(QJsonDocument::Compact))});
    if (!node.waitForFinished(clientPatienceMs)) {
        QTextStream(stderr) << client << ": " << node.errorString() << '\n';
        node.kill();
        node.waitForFinished();
    }
    QVector<QJsonArray> results;
    for (const QByteArray& line : node.readAllStandardOutput().split('\n')) {
        if (!line.isEmpty())
            results.append(QJsonDocument::fromJson(line).array());
    }
    return results;
}

QVector<QJsonArray> runClient(const QString& client, const QJsonArray& targets) {
    if (client != QStringLiteral("qt"))
        return runScript(client, targets);
    QVector<QJsonArray> results;
    for (const QJsonValue& target : targets)
        results.append(runQtClient(target.toObject()));
    return results;
}

/// True when all went well.
bool report(QTextStream& out, const QString& client, const QString& target, const QJsonArray& steps) {
    QStringList failures;
    for (const QJsonValue& value : steps) {
        const QJsonObject step = value.toObject();
        const QString error = step.value(QStringLiteral("error")).toString();
        if (!error.isEmpty())
            failures.append(step.value(QStringLiteral("step")).toString() + QStringLiteral(": ") + error);
    }
    const bool good = !steps.isEmpty() && failures.isEmpty();
    out << client.leftJustified(10) << target.leftJustified(22)
        << QStringLiteral("%1 of %2").arg(steps.size() - failures.size()).arg(steps.size()).leftJustified(10)
        << (good              ? "good"
            : steps.isEmpty() ? "did not run"
                              : "FAILED")
        << '\n';
    for (const QString& failure : failures)
        out << "    " << failure << '\n';
    return good;
}

} // namespace

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    QStringList clients = QCoreApplication::arguments().mid(1);
    if (clients.isEmpty())
        clients = {QStringLiteral("qt"), QStringLiteral("ws"), QStringLiteral("chromium")};
    ForeignTargets targets;
    if (!targets.start())
        return 1;
    QTextStream out(stdout);
    out << "client    target                steps\n";
    bool good = true;
    for (const QString& client : std::as_const(clients)) {
        const QVector<QJsonArray> results = runClient(client, targets.list());
        for (qsizetype index = 0; index < targets.list().size(); ++index) {
            const QString name = targets.list().at(index).toObject().value(QStringLiteral("name")).toString();
            good = report(out, client, name, results.value(index)) && good;
        }
        out.flush();
    }
    return good ? 0 : 1;
}
