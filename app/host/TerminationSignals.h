#pragma once

#include <QObject>

class QSocketNotifier;

namespace recado::host {

/// SIGTERM and SIGINT as events of the main loop. A handler that writes to a pipe, not a blocked signal:
/// programs that we start, such as a browser for a link, would inherit the block. One object in a program, on
/// the main thread.
class TerminationSignals final : public QObject {
    Q_OBJECT
public:
    explicit TerminationSignals(QObject* parent = nullptr);
    /// The signals end the program at once again.
    ~TerminationSignals() override;

Q_SIGNALS:
    /// One of them has come.
    void arrived();

private:
    int m_ends[2] = {-1, -1};
    QSocketNotifier* m_notifier = nullptr;
};

} // namespace recado::host
