#pragma once

class QCoreApplication;

namespace recado::desktop {

/// Loads our words and Qt's in the machine's language; English where there is no translation (its file
/// carries the plural forms).
void installTranslations(QCoreApplication& application);

} // namespace recado::desktop
