#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace recado::cli {

/// Turns SIGTERM and SIGINT into a Qt signal, and makes SIGPIPE an error of write() instead of the end. One
/// object a process; the signals keep their usual effect before it and after it. Main thread.
class TerminationSignals : public QObject {
    Q_OBJECT
public:
    explicit TerminationSignals(QObject* parent = nullptr);
    ~TerminationSignals() override;

Q_SIGNALS:
    void requested();

private:
    QSocketNotifier m_notifier;
};

} // namespace recado::cli
