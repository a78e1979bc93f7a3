#include "relay/session/Intake.h"

#include "protocol/FrameCodec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <utility>

namespace recado::relay {

namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// So that the account's bucket is asked once in a while, not for every frame.
constexpr qint64 unitsInAdvance = 512;
constexpr qint64 passParts = 4;
// When all together have taken so many times what one may, each gets only such a part of it.
constexpr qint64 sharesAPass = 2;
constexpr qint64 crowdedParts = 8;
// What a driver that goes on reading may pile up.
constexpr qint64 mostWaitingMessages = 4;

/// What all connections of this thread have taken of its present pass.
struct ThreadPass {
    quint64 number = 1;
    qint64 units = 0;
};
thread_local ThreadPass threadPass;

const quint32 frameTag = WireFormatLite::MakeTag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);

CodedInputStream streamFrom(const QByteArray& message, qsizetype offset) {
    return CodedInputStream(reinterpret_cast<const google::protobuf::uint8*>(message.constData() + offset),
                            int(message.size() - offset));
}

/// The library prints a line for every string that is not UTF-8: a peer could fill the disk with our own log.
void silenceParser() {
    static const bool silenced = [] {
        google::protobuf::SetLogHandler(nullptr);
        return true;
    }();
    Q_UNUSED(silenced)
}

base::Error malformed(const QString& what) {
    return base::makeError(base::Reason::MalformedFrame, what);
}

} // namespace

Intake::Intake(Host& host, SessionLink& link, protocol::FrameMemory& frames, const SessionServices& services)
    : m_host(host)
    , m_link(link)
    , m_frames(frames)
    , m_services(services) {
    silenceParser();
}

void Intake::add(const QByteArray& message) {
    if (m_stopped || !checkShape(message))
        return;
    Waiting waiting{message, 0};
    if (m_pause == Pause::None && (work(waiting) || m_stopped))
        return;
    m_waitingBytes += message.size();
    if (m_waitingBytes > mostWaitingMessages * m_services.config->policy.limits.messageBytes)
        return m_host.refuse(malformed(QStringLiteral("faster than it can be served")));
    if (!m_waiting)
        m_waiting = std::make_unique<std::deque<Waiting>>();
    m_waiting->push_back(std::move(waiting));
}

void Intake::endPass() {
    m_passEndAsked = false;
    m_passUnits = 0;
    // The first one to hear of it tells the others.
    if (m_pass == threadPass.number) {
        ++threadPass.number;
        threadPass.units = 0;
    }
    if (m_pause == Pause::Pass)
        resume();
}

void Intake::endPause() {
    m_passUnits = 0;
    if (m_pause == Pause::Debt)
        resume();
}

void Intake::resume() {
    m_pause = Pause::None;
    while (!m_stopped && m_pause == Pause::None && m_waiting) {
        // Taken out: the session may end, and stop this, within work().
        Waiting next = std::move(m_waiting->front());
        m_waiting->pop_front();
        const bool isUsedUp = work(next);
        if (!m_waiting)
            return;
        if (isUsedUp) {
            m_waitingBytes -= next.message.size();
            if (m_waiting->empty())
                m_waiting.reset();
        } else {
            m_waiting->push_front(std::move(next));
        }
    }
    if (!m_stopped && m_pause == Pause::None)
        m_link.setReading(true);
}

void Intake::stop() {
    m_stopped = true;
    m_waiting.reset();
    m_waitingBytes = 0;
}

/// The frames' number and bounds, before anything is read: what is no message has no effect at all.
bool Intake::checkShape(const QByteArray& message) {
    CodedInputStream stream = streamFrom(message, 0);
    int frames = 0;
    quint32 tag = 0;
    while ((tag = stream.ReadTag()) != 0) {
        frames += tag == frameTag ? 1 : 0;
        if (!WireFormatLite::SkipField(&stream, tag)) {
            m_host.refuse(malformed(QStringLiteral("not a message of frames")));
            return false;
        }
    }
    const bool isWhole = stream.ConsumedEntireMessage();
    if (isWhole && frames > 0 && frames <= protocol::maximumFramesPerMessage)
        return true;
    m_host.refuse(
        isWhole
            ? malformed(
                  QStringLiteral("a message carries 1 to %1 frames").arg(protocol::maximumFramesPerMessage))
            : malformed(QStringLiteral("not a message of frames")));
    return false;
}

bool Intake::work(Waiting& waiting) {
    const auto isUsedUp = [&waiting] { return waiting.offset >= waiting.message.size(); };
    while (!isUsedUp() && m_pause == Pause::None) {
        CodedInputStream stream = streamFrom(waiting.message, waiting.offset);
        const quint32 tag = stream.ReadTag();
        if (tag != frameTag) {
            WireFormatLite::SkipField(&stream, tag);
            waiting.offset += stream.CurrentPosition();
            continue;
        }
        google::protobuf::uint32 size = 0;
        stream.ReadVarint32(&size);
        const qsizetype begin = waiting.offset + stream.CurrentPosition();
        waiting.offset = begin + qsizetype(size);
        wire::ClientFrame& frame = m_frames.fresh();
        if (!readFrame(QByteArrayView(waiting.message).sliced(begin, qsizetype(size)),
                       m_services.config->policy, frame)) {
            m_host.refuse(malformed(QStringLiteral("not a message of frames")));
            return true;
        }
        m_host.take(frame);
        if (m_stopped)
            return true;
        pay(workPrice(frame));
    }
    return isUsedUp();
}

void Intake::pay(const WorkPrice& price) {
    const qint64 most = m_services.config->policy.workPerPass;
    m_passUnits += price.units;
    threadPass.units += price.units;
    m_credit -= price.charged;
    qint64 waitMs = 0;
    if (m_credit < 0 && !m_payer.isNull()) {
        const qint64 more = unitsInAdvance - m_credit;
        m_credit += more;
        waitMs = m_services.work->charge(m_payer, more);
    }
    // Small traffic asks for the end of a pass now and then only.
    const bool isCrowded = threadPass.units > sharesAPass * most;
    const qint64 share = isCrowded ? most / crowdedParts : most;
    if (m_passUnits > share / passParts && !std::exchange(m_passEndAsked, true)) {
        m_pass = threadPass.number;
        m_host.nextPass();
    }
    if (waitMs > 0)
        m_pause = Pause::Debt;
    else if (m_passUnits > share)
        m_pause = Pause::Pass;
    if (m_pause == Pause::None)
        return;
    m_link.setReading(false);
    if (m_pause == Pause::Debt) {
        ++m_services.metrics->pauses;
        m_host.later(waitMs);
    }
}

} // namespace recado::relay
