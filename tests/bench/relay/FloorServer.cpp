#include "bench/relay/FloorServer.h"

#include "bench/relay/FloorLoad.h"
#include "support/Wait.h"

namespace recado::tests::load {

QString FloorServer::start(const QString& directory, int) {
    const FrameSizes sizes = RecadoLoad::frameSizes();
    m_process = std::make_unique<ChildProcess>(QStringLiteral("recado-bench-floor"), directory);
    m_process->setArguments({QString::number(sizes.deliver), QString::number(sizes.accepted)});
    if (!m_process->launch() ||
        !waitUntil([this] { return !m_process->lines().isEmpty() || !m_process->isRunning(); }, 5'000) ||
        m_process->lines().isEmpty())
        return QStringLiteral("the floor did not start: ") + QString::fromUtf8(m_process->errorText());
    m_port = quint16(m_process->lines().first().split(' ').last().toUInt());
    return {};
}

std::unique_ptr<LoadProtocol> FloorServer::protocol() const {
    return std::make_unique<FloorLoad>(RecadoLoad::frameSizes());
}

} // namespace recado::tests::load
