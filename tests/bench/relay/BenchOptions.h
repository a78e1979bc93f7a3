#pragma once

#include <QSet>
#include <QString>
#include <QStringList>
#include <QVector>

#include <optional>

namespace recado::tests::load {

/// What `./dev bench relay` was asked for.
struct BenchOptions {
    bool quick = false;
    bool limit = false;
    bool peers = false;
    int active = 1'000;
    QVector<int> idle; // ascending, beginning with 0; bounded by this machine's descriptors
    int window = 1;    // unanswered messages a sender in the routing figures
    double rate = 4'000;
    int rounds = 0;
    int milliseconds = 0; // of one measured window
    QSet<QString> only;   // names of scenarios; empty: all
    QString markdownFile;

    /// Nothing, and why on stderr, when the words are wrong.
    static std::optional<BenchOptions> parse(const QStringList& words);
    [[nodiscard]] bool wants(const QString& scenario) const {
        return only.isEmpty() || only.contains(scenario);
    }
    [[nodiscard]] int mostIdle() const { return idle.last(); }
    /// How the run can be repeated.
    [[nodiscard]] QString command() const { return m_command; }

private:
    QString m_command;
};

} // namespace recado::tests::load
