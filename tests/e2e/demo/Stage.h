#pragma once

#include "support/CliProcess.h"
#include "support/RelayProcess.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <functional>

namespace recado::tests {

/// What the demo plays on: a fresh relay, two people, and a printed record of what happened and how long it
/// took. Every step either holds or ends the demo with its reason.
class Stage {
public:
    /// Everything lives in a temporary directory; pictures go to `output`.
    explicit Stage(const QString& output);

    using Step = std::function<bool()>;
    /// Runs one step and prints its name, outcome and time. After a failed one the others are not run.
    void step(const QString& name, const Step& step);
    /// Says why the running step fails; returns false, to be returned by the step.
    bool fail(const QString& why);
    /// Prints a line of the conversation, as seen by a person.
    void say(const CliProcess& who, const QString& text, const QString& note = {});
    void note(const QString& text);

    [[nodiscard]] bool failed() const { return m_failed; }
    [[nodiscard]] QString output() const { return m_output; }
    [[nodiscard]] QString directory() const { return m_directory.path(); }

    RelayProcess& relay() { return m_relay; }
    CliProcess& ana() { return m_ana; }
    CliProcess& bruno() { return m_bruno; }
    [[nodiscard]] QString nameOf(const CliProcess& who) const;

private:
    QTemporaryDir m_directory;
    QString m_output;
    RelayProcess m_relay;
    CliProcess m_ana;
    CliProcess m_bruno;
    QString m_why;
    bool m_failed = false;
};

} // namespace recado::tests
