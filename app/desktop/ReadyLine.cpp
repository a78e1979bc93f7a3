#include "app/desktop/ReadyLine.h"

#include <QFile>

namespace recado::desktop {

void writeReadyLine() {
    bool given = false;
    const int descriptor = qEnvironmentVariableIntValue("RECADO_READY_FD", &given);
    if (!given)
        return;
    QFile line;
    if (!line.open(descriptor, QIODevice::WriteOnly | QIODevice::Unbuffered, QFileDevice::DontCloseHandle) ||
        line.write("ready\n") < 0)
        qWarning("RECADO_READY_FD names no descriptor that can be written");
}

} // namespace recado::desktop
