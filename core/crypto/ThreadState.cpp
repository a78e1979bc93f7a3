#include "crypto/ThreadState.h"

#include <openssl/crypto.h>

namespace recado::crypto {

void releaseThreadState() {
    OPENSSL_thread_stop();
}

} // namespace recado::crypto
