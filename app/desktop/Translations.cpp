#include "app/desktop/Translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

namespace recado::desktop {

void installTranslations(QCoreApplication& application) {
    const QString folder = QStringLiteral(":/i18n");
    auto* ours = new QTranslator(&application);
    if (!ours->load(QLocale(), QStringLiteral("recado"), QStringLiteral("_"), folder))
        (void)ours->load(QStringLiteral("recado_en"), folder);
    application.installTranslator(ours);
    auto* qt = new QTranslator(&application);
    if (qt->load(QLocale(), QStringLiteral("qtbase"), QStringLiteral("_"),
                 QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        application.installTranslator(qt);
}

} // namespace recado::desktop
