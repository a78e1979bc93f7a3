#pragma once

#include "bench/relay/LoadServer.h"
#include "support/ChildProcess.h"

#include <memory>

namespace recado::tests::load {

/// recado-bench-floor, the raw epoll router (FloorMain.cpp).
class FloorServer final : public LoadServer {
public:
    [[nodiscard]] QString name() const override { return QStringLiteral("floor (raw epoll)"); }
    [[nodiscard]] QString start(const QString& directory, int clients) override;
    [[nodiscard]] quint16 port() const override { return m_port; }
    [[nodiscard]] QVector<qint64> processIds() const override { return {m_process->processId()}; }
    [[nodiscard]] std::unique_ptr<LoadProtocol> protocol() const override;
    void stop() override { m_process.reset(); }

private:
    std::unique_ptr<ChildProcess> m_process;
    quint16 m_port = 0;
};

} // namespace recado::tests::load
