#include "app/desktop/Translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

namespace recado::desktop {

void installTranslations(QCoreApplication& application) {
    const QString folder = QStringLiteral(":/i18n");
    auto* ours = new QTranslator(&application);
    // The Portuguese that ships is Brazil's; anywhere else it is still nearer than English.
    const QString portuguese = QStringLiteral("recado_pt_BR");
    const bool found = ours->load(QLocale(), QStringLiteral("recado"), QStringLiteral("_"), folder) ||
                       (QLocale().language() == QLocale::Portuguese && ours->load(portuguese, folder));
    if (!found)
        (void)ours->load(QStringLiteral("recado_en"), folder);
    application.installTranslator(ours);
    auto* qt = new QTranslator(&application);
    if (qt->load(QLocale(), QStringLiteral("qtbase"), QStringLiteral("_"),
                 QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        application.installTranslator(qt);
}

} // namespace recado::desktop
