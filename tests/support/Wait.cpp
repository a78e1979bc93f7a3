#include "support/Wait.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTimer>

namespace recado::tests {

bool waitUntil(const std::function<bool()>& condition, int timeoutMs) {
    if (condition())
        return true;
    QElapsedTimer elapsed;
    elapsed.start();
    QTimer tick;
    tick.start(20);
    while (elapsed.elapsed() < timeoutMs) {
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
        if (condition())
            return true;
    }
    return false;
}

} // namespace recado::tests
