#pragma once

#include <QtGlobal>

#include <atomic>

namespace recado::relay {

/// For Connection::id(). Any thread.
inline quint64 nextConnectionId() {
    static std::atomic<quint64> last{0};
    return ++last;
}

} // namespace recado::relay
