#include "ui/shell/Passphrase.h"

#include <QCoreApplication>

namespace recado::ui {

namespace {

constexpr qsizetype shortestPassphrase = 8;

} // namespace

QString passphraseProblem(const QString& passphrase) {
    return passphrase.size() < shortestPassphrase
               ? QCoreApplication::translate("recado::ui::Passphrase",
                                             "That is too short: at least 8 characters.")
               : QString();
}

QString repeatProblem(const QString& passphrase, const QString& repeated) {
    return passphrase == repeated
               ? QString()
               : QCoreApplication::translate("recado::ui::Passphrase", "The two are not the same.");
}

} // namespace recado::ui
