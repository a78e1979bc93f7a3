#include "base/Sodium.h"

#include <QtGlobal>

#include <sodium.h>

namespace recado::base {

void ensureSodium() {
    static const int state = sodium_init();
    if (state < 0)
        qFatal("libsodium could not be initialised");
}

} // namespace recado::base
