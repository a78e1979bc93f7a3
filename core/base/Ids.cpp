#include "base/Ids.h"

#include "base/Sodium.h"

#include <sodium.h>

namespace recado::base {

void fillRandom(void* data, std::size_t size) {
    ensureSodium();
    randombytes_buf(data, size);
}

} // namespace recado::base
