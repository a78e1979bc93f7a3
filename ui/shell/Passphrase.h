#pragma once

#include <QString>

namespace recado::ui {

/// Why a new passphrase will not do, in plain words; empty when it will.
QString passphraseProblem(const QString& passphrase);
/// The same for its repetition.
QString repeatProblem(const QString& passphrase, const QString& repeated);

} // namespace recado::ui
