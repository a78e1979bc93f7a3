#pragma once

#include "bench/relay/LoadServer.h"
#include "bench/relay/LoadWorker.h"

#include <QString>
#include <QVector>

#include <memory>

namespace recado::tests::load {

/// One column of a run: a server instance, its generator, and what the rounds gave. After the first trouble
/// it is measured no more.
class LoadCell {
public:
    /// Nothing is started yet.
    LoadCell(QString name, int active, int idle, std::unique_ptr<LoadServer> server, bool tls = false);

    /// More clients of the generator, numbered behind the others, that are not connected. Before start().
    void reserve(int clients) { m_reserve = clients; }

    /// Starts server and generator below `directory`, connects the active clients (numbers from 0) and then
    /// the idle ones, and notes what a connection costs.
    bool start(const QString& directory);
    /// Runs a job unless there was trouble; whether the result counts.
    bool run(const LoadJob& job, LoadResult& result);
    bool connect(int first, int count, LoadResult& result);
    /// Without a word; returns when the server has had time to see it.
    bool disconnect(int first, int count);
    /// For what a scenario finds out by itself.
    void setTrouble(const QString& text) { m_trouble = text; }

    [[nodiscard]] const QString& name() const { return m_name; }
    [[nodiscard]] int idle() const { return m_idle; }
    [[nodiscard]] int active() const { return m_active; }
    [[nodiscard]] const QString& trouble() const { return m_trouble; }
    [[nodiscard]] LoadServer& server() { return *m_server; }

    /// Clients may vanish and come again at once (relay and floor; others keep what vanished for a while).
    bool reconnects = false;

    // What the rounds gave, one value a round.
    QVector<double> cpuUs;       // of the server, a message
    QVector<double> generatorUs; // of the generator, a message
    QVector<double> perSecond;
    QVector<double> deliveryP50;
    QVector<double> deliveryP99;
    QVector<double> answerP50;
    QVector<double> answerP99;
    QVector<double> fixedRateCpuUs;
    // What connecting the idle clients gave.
    double idleBytes = 0; // private memory of the server, a connection
    QVector<double> connectsPerSecond;
    QVector<double> connectCpuUs; // of the server, a connection

private:
    QString m_name;
    int m_active;
    int m_idle;
    int m_reserve = 0;
    bool m_tls;
    std::unique_ptr<LoadServer> m_server;
    std::unique_ptr<LoadWorker> m_worker; // ends before its server
    QString m_trouble;
};

/// Private (unshared, written) memory of a process in bytes: what it would give back by ending.
double privateBytes(qint64 processId);

} // namespace recado::tests::load
