#include "relay/ops/AdminWords.h"
#include "relay/ops/DurableFile.h"
#include "relay/ops/ExportDocument.h"
#include "relay/ops/Program.h"
#include "relay/ops/StoreReading.h"
#include "relay/storage/Schema.h"
#include "sql/Transaction.h"

#include <QFileInfo>
#include <QJsonDocument>

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Result;

Result<QJsonObject> readExport(const AdminWords& read) {
    RECADO_TRY(const StoreReading store, openStoreForReading(read.config.dataDirectory));
    if (store.schema != relaySchema().newest())
        return makeError(Reason::UnsupportedVersion,
                         QStringLiteral("data: its schema is %1, this program's %2; start the relay of this "
                                        "version once")
                             .arg(store.schema)
                             .arg(relaySchema().newest()));
    const QString given = read.subjects.first();
    const QString relayName = store.meta.publicName;
    if (given.contains(QLatin1Char('@')) && given.section(QLatin1Char('@'), 1) != relayName)
        return makeError(Reason::Configuration,
                         QStringLiteral("%1: that is another relay's address").arg(given));
    RECADO_TRY(const sql::Transaction moment, sql::Transaction::beginRead(*store.database));
    return exportAccount(*store.database, given, relayName, read.config.policy.limits);
}

bool isMistake(Reason reason) {
    return reason == Reason::Configuration || reason == Reason::UnknownRecipient;
}

} // namespace

int runExport(const QStringList& words) {
    const auto read =
        readAdminWords(words, {.options = {{QStringLiteral("output")}, {}},
                               .subjects = {QStringLiteral("who: a username, an address or an account id")}});
    if (!read) {
        complain(read.error().message);
        return exitUsage;
    }
    const QString output = read->options.value(QStringLiteral("output"));
    if (!output.isEmpty() && QFileInfo::exists(output)) {
        complain(QStringLiteral("output: %1 exists; an export replaces nothing").arg(output));
        return exitUsage;
    }
    const auto exported = readExport(*read);
    if (!exported) {
        complain(exported.error().message);
        return isMistake(exported.error().reason) ? exitUsage : exitFailure;
    }
    const QByteArray document = QJsonDocument(*exported).toJson(QJsonDocument::Indented);
    if (output.isEmpty()) {
        say(QString::fromUtf8(document));
        return exitSuccess;
    }
    if (const base::Status written = durableFile::write(output, document); !written) {
        complain(QStringLiteral("output: ") + written.error().message);
        return exitFailure;
    }
    return exitSuccess;
}

} // namespace recado::relay
