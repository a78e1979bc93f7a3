#include "messaging/Engine.h"

#include "messaging/ProfileValues.h"
#include "protocol/FrameCodec.h"

#include <QLoggingCategory>

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::toBytes;

namespace {

Q_LOGGING_CATEGORY(engineLog, "recado.engine")

QByteArray privacyBytes(const Privacy& privacy) {
    QByteArray bytes(4, '\0');
    bytes[0] = char(privacy.acceptRequests == AcceptRequests::Automatically);
    bytes[1] = char(privacy.sendReceipts);
    bytes[2] = char(privacy.sendTyping);
    bytes[3] = char(privacy.showPresence);
    return bytes;
}

Privacy privacyFrom(const QByteArray& bytes) {
    if (bytes.size() != 4)
        return {};
    return {.acceptRequests = bytes[0] ? AcceptRequests::Automatically : AcceptRequests::Ask,
            .sendReceipts = bytes[1] != 0,
            .sendTyping = bytes[2] != 0,
            .showPresence = bytes[3] != 0};
}

/// What a relay asks for in milliseconds; the outbox has its own idea of too long.
qint64 waitOf(quint64 retryAfterMs) {
    return qint64(std::min<quint64>(retryAfterMs, quint64(Outbox::longestWaitMs)));
}

Reason reasonOf(const std::string& name) {
    return base::reasonFromString(QLatin1String(name.data(), int(name.size())));
}

} // namespace

/// The parts, in the order in which they need each other.
struct Engine::Parts {
    Parts(EngineContext& context, std::function<void(FollowUps&)> composed)
        : directory(context)
        , sessions(context, directory)
        , typingKey(context)
        , sealer(context, typingKey)
        , ledger(context)
        , outbox(context, ledger, sessions, sealer)
        , resends(context, ledger, outbox)
        , acceptance(context)
        , applier(context, resends, acceptance)
        , inbound(context, directory, applier)
        , receipts(context, ledger, outbox)
        , typing(context, typingKey)
        , presence(context)
        , keys(context)
        , ownDevices(context, keys, directory, ledger, outbox)
        , upkeep(context, keys)
        , incarnation(context, ledger, outbox, upkeep)
        , registrar(context, keys)
        , trust(context, directory)
        , conversations(context, ledger, acceptance)
        , composer(context, ledger, conversations, acceptance)
        , drafts(composer, std::move(composed)) {}

    PeerDirectory directory;
    SessionSetup sessions;
    OwnTypingKey typingKey;
    OutboxSealer sealer;
    OutboxLedger ledger;
    Outbox outbox;
    ResendDesk resends;
    PeerAcceptance acceptance;
    ContentApplier applier;
    InboundPipeline inbound;
    ReceiptCoalescer receipts;
    TypingNotices typing;
    PresenceWatcher presence;
    DeviceKeys keys;
    OwnDevices ownDevices;
    KeyUpkeep upkeep;
    IncarnationWatch incarnation;
    Registrar registrar;
    TrustDesk trust;
    ConversationDesk conversations;
    Composer composer;
    TextDrafts drafts;
};

base::Result<std::unique_ptr<Engine>> Engine::create(Stores stores, RelayLink& link, const base::Clock& clock,
                                                     Changes::Sink events, EngineTiming timing) {
    RECADO_TRY(std::unique_ptr<crypto::SessionCipher> cipher,
               crypto::SessionCipher::create(stores.sessions, stores.preKeys, stores.identities,
                                             stores.seenBaseKeys));
    std::unique_ptr<Engine> engine(
        new Engine(stores, link, clock, std::move(events), timing, std::move(cipher)));
    RECADO_CHECK(engine->loadProfile());
    return engine;
}

Engine::Engine(Stores stores, RelayLink& link, const base::Clock& clock, Changes::Sink events,
               EngineTiming timing, std::unique_ptr<crypto::SessionCipher> cipher)
    : m_changes(std::move(events))
    , m_cipher(std::move(cipher))
    , m_context{stores, *m_cipher, link, clock, m_changes, timing, {}, {}}
    , m_parts(std::make_unique<Parts>(m_context, [this](FollowUps& followUps) {
        m_parts->outbox.wake();
        followUp(followUps);
    })) {
    m_recovery.setSingleShot(true);
    m_restart.setSingleShot(true);
    connect(&m_recovery, &QTimer::timeout, this, [this] { recover(); });
    connect(&m_restart, &QTimer::timeout, this, [this] { start(); });
    m_context.storageFailed = [this](const base::Error& error) {
        // Later: whoever noticed it is still in the middle of something.
        m_failure = error;
        m_recovery.start(0);
    };
    m_parts->directory.peerChanged = [this](const base::AccountId& account) {
        m_parts->outbox.unblock(account);
        m_parts->presence.refresh();
    };
    m_parts->trust.decided = [this](const base::AccountId& account) {
        const base::Status released = m_parts->inbound.release(account);
        if (!released)
            m_context.storageFailed(released.error());
        m_parts->outbox.unblock(account);
        m_parts->presence.refresh();
    };
    m_parts->inbound.committed = [this](FollowUps& followUps) {
        followUp(followUps);
        checkCaughtUp();
    };
    m_parts->outbox.countChanged = [this] { countChanged(); };
    link.setListener(this);
}

Engine::~Engine() {
    m_context.link.setListener(nullptr);
    m_parts->drafts.compose(); // what was asked for in this very turn is committed, and answered
}

base::Status Engine::loadProfile() {
    RECADO_TRY(m_context.state.account, m_context.stores.profile.account());
    RECADO_TRY(const std::optional<QByteArray> privacy,
               m_context.stores.profile.value(profile_value::privacy));
    if (privacy)
        m_context.state.privacy = privacyFrom(*privacy);
    return m_context.state.account ? m_parts->ownDevices.load() : base::Status();
}

void Engine::start() {
    if (!m_context.state.isRegistered())
        return;
    m_parts->outbox.wake();
    const auto waiting = m_context.stores.receipts.isEmpty();
    if (waiting && !*waiting)
        m_parts->receipts.schedule();
    connectLink();
}

void Engine::connectLink() {
    const OwnAccount& account = *m_context.state.account;
    const auto pinned = m_context.stores.profile.value(profile_value::relayKey);
    if (!pinned)
        return m_context.storageFailed(pinned.error());
    m_context.link.connectTo({account.relayUrl, account.account, account.device, account.authSeed.clone(),
                              pinned->value_or(QByteArray())});
    setConnection(ConnectionState::Connecting, std::nullopt);
}

// --- The connection ---

void Engine::linkConnecting() {
    setConnection(ConnectionState::Connecting, m_problem);
}

void Engine::linkOnline(const wire::Welcome& welcome, const RelayIdentity& relay) {
    const base::Status remembered = rememberRelay(welcome, relay);
    if (!remembered)
        return m_context.storageFailed(remembered.error());
    EngineState& state = m_context.state;
    state.limits = protocol::fromWire(welcome.limits());
    state.relayAheadMs = qint64(welcome.relay_time_ms()) - m_context.nowMs();
    state.online = true;
    m_drained = false;
    setConnection(ConnectionState::Online, std::nullopt);
    m_parts->ownDevices.wentOnline(welcome.device_list_version());
    m_parts->incarnation.welcomed(toBytes(welcome.store_incarnation()));
    m_parts->upkeep.wentOnline(welcome.prekeys_remaining());
    m_parts->presence.wentOnline();
    m_parts->outbox.wentOnline();
    m_parts->directory.wentOnline();
    m_parts->inbound.wentOnline();
    m_parts->resends.ask(true);
}

base::Status Engine::rememberRelay(const wire::Welcome& welcome, const RelayIdentity& relay) {
    RECADO_TRY(const std::optional<QByteArray> pinned,
               m_context.stores.profile.value(profile_value::relayKey));
    const QString address = QString::fromStdString(welcome.address());
    const QString name = address.section(QLatin1Char('@'), 1);
    OwnAccount& account = *m_context.state.account;
    const bool renamed = !name.isEmpty() && name != account.relayName;
    if (pinned == relay.relayKey && !renamed)
        return {};
    return inWork(m_context, [&]() -> base::Status {
        RECADO_CHECK(m_context.stores.profile.setValue(profile_value::relayKey, relay.relayKey));
        if (!renamed)
            return {};
        account.relayName = name;
        return m_context.stores.profile.saveAccount(account);
    });
}

void Engine::linkOffline(std::optional<Reason> problem) {
    m_context.state.online = false;
    m_parts->directory.wentOffline(problem.has_value());
    m_parts->inbound.wentOffline();
    m_parts->outbox.wentOffline();
    m_parts->upkeep.wentOffline();
    m_parts->presence.wentOffline();
    setConnection(ConnectionState::Offline, problem);
    checkIdle();
}

void Engine::linkReceived(std::vector<wire::RelayFrame> frames) {
    std::vector<base::SubmissionNumber> accepted;
    for (const wire::RelayFrame& frame : frames)
        dispatch(frame, accepted);
    if (!accepted.empty())
        m_parts->outbox.accepted(accepted);
    checkIdle();
}

void Engine::dispatch(const wire::RelayFrame& frame, std::vector<base::SubmissionNumber>& accepted) {
    switch (frame.body_case()) {
    case wire::RelayFrame::kDeliver:
        m_parts->inbound.receive(frame.deliver());
        break;
    case wire::RelayFrame::kAccepted:
        accepted.insert(accepted.end(), frame.accepted().submissions().begin(),
                        frame.accepted().submissions().end());
        break;
    case wire::RelayFrame::kRefused:
        refused(frame.refused());
        break;
    case wire::RelayFrame::kError:
        if (frame.request_id() > RelayLink::listenerIds)
            m_parts->outbox.refused(
                frame.request_id() - RelayLink::listenerIds,
                {reasonOf(frame.error().reason()), waitOf(frame.error().retry_after_ms()), false});
        break;
    case wire::RelayFrame::kMailboxDrained:
        m_drained = true;
        checkCaughtUp();
        break;
    case wire::RelayFrame::kPrekeysLow:
        m_parts->upkeep.prekeysLow(frame.prekeys_low().remaining());
        break;
    case wire::RelayFrame::kPresence:
        m_parts->presence.received(frame.presence());
        break;
    case wire::RelayFrame::kEphemeralDelivery:
        m_parts->typing.received(frame.ephemeral_delivery());
        break;
    default:
        break; // a later version's push
    }
}

void Engine::refused(const wire::Refused& refused) {
    const std::string own = protocol::fromBytes(m_context.ownAccount().toBytes());
    const bool ownDevicesStale =
        std::any_of(refused.mismatches().begin(), refused.mismatches().end(),
                    [&own](const wire::DeviceMismatch& mismatch) { return mismatch.account_id() == own; });
    m_parts->outbox.refused(refused.submission(),
                            {reasonOf(refused.reason()), waitOf(refused.retry_after_ms()), ownDevicesStale});
}

void Engine::followUp(FollowUps& followUps) {
    for (const base::ConversationId& conversation : std::as_const(followUps.messagesIn))
        m_parts->typing.stopped(conversation);
    if (followUps.acceptedChanged)
        m_parts->presence.refresh();
    if (followUps.receiptsWait)
        m_parts->receipts.schedule();
    if (followUps.resendsToAsk)
        m_parts->resends.ask(false);
    if (!followUps.requeue.isEmpty())
        m_parts->outbox.requeue(followUps.requeue);
    for (const base::AccountId& account : std::as_const(followUps.toLookUp))
        m_parts->directory.fetch(account, [](const auto&) {}); // else when something is sent there
    checkIdle();
}

void Engine::setConnection(ConnectionState state, std::optional<Reason> problem) {
    if (m_state == state && m_problem == problem)
        return;
    m_state = state;
    m_problem = problem;
    m_toldWaiting = m_parts->outbox.waitingMessages();
    m_changes.connectionChanged({m_state, m_problem, m_toldWaiting});
    m_changes.publish();
}

void Engine::countChanged() {
    // While online a message waits for milliseconds only; that is no news.
    const int waiting = m_parts->outbox.waitingMessages();
    if (waiting != m_toldWaiting && (waiting == 0 || m_state != ConnectionState::Online)) {
        m_toldWaiting = waiting;
        m_changes.connectionChanged({m_state, m_problem, waiting});
        m_changes.publish();
    }
    checkIdle();
}

void Engine::recover() {
    const base::Error error = m_failure.value_or(base::Error{});
    qCWarning(engineLog) << "the profile's store failed:" << base::reasonName(error.reason) << error.message;
    m_context.link.disconnect();
    linkOffline(error.reason);
    m_restart.start(m_context.timing.storageRetryMs);
}

// --- What the client asks ---

void Engine::whoami(const Answer<AccountInfo>& done) const {
    if (!m_context.state.isRegistered())
        return done(makeError(Reason::NotRegistered, QStringLiteral("this profile has no account yet")));
    const OwnAccount& account = *m_context.state.account;
    done(AccountInfo{account.account, account.device, account.username,
                     account.username + QLatin1Char('@') + account.relayName, account.displayName,
                     account.relayUrl});
}

void Engine::registerAccount(const Registration& registration, Answer<AccountInfo> done) {
    m_parts->registrar.registerAccount(registration,
                                       [this, done = std::move(done)](const base::Status& status) {
                                           if (!status)
                                               return done(status.error());
                                           start();
                                           whoami(done);
                                       });
}

void Engine::privacy(const Answer<Privacy>& done) const {
    done(m_context.state.privacy);
}

void Engine::setPrivacy(const Privacy& privacy, const Done& done) {
    const base::Status status = inWork(m_context, [&] {
        return m_context.stores.profile.setValue(profile_value::privacy, privacyBytes(privacy));
    });
    if (status) {
        m_context.state.privacy = privacy;
        m_parts->presence.refresh();
    }
    done(status);
}

void Engine::connection(const Answer<ConnectionInfo>& done) const {
    done(ConnectionInfo{m_state, m_problem, m_parts->outbox.waitingMessages()});
}

void Engine::acceptRelayKey(const Done& done) {
    if (!m_context.state.isRegistered())
        return done(makeError(Reason::NotRegistered, QStringLiteral("this profile has no account yet")));
    if (m_problem != Reason::RelayKeyChanged)
        return done({});
    const base::Status status =
        inWork(m_context, [&] { return m_context.stores.profile.setValue(profile_value::relayKey, {}); });
    if (status)
        connectLink();
    done(status);
}

void Engine::createDirect(const QString& participant, Answer<base::ConversationId> done) {
    m_parts->trust.resolve(participant,
                           [this, done = std::move(done)](const base::Result<base::AccountId>& account) {
                               if (!account)
                                   return done(account.error());
                               done(m_parts->conversations.openDirect(*account));
                           });
}

void Engine::answerChange(const base::Status& status, FollowUps& followUps, const Done& done) {
    done(status);
    if (!status)
        return;
    m_parts->outbox.wake();
    followUp(followUps);
}

void Engine::acceptConversation(const base::ConversationId& conversation, const Done& done) {
    m_parts->drafts.compose();
    FollowUps followUps;
    answerChange(m_parts->conversations.accept(conversation, followUps), followUps, done);
}

void Engine::removeConversation(const base::ConversationId& conversation, const Done& done) {
    m_parts->drafts.compose(); // a text asked for before is not to bring the conversation back
    done(m_parts->conversations.remove(conversation));
}

void Engine::sendText(const base::ConversationId& conversation, const QString& text,
                      std::optional<LocalId> replyTo, Answer<Message> done) {
    m_parts->drafts.add({conversation, text, replyTo}, std::move(done));
}

void Engine::markRead(LocalId message, const Done& done) {
    FollowUps followUps;
    answerChange(m_parts->composer.markRead(message, followUps), followUps, done);
}

void Engine::retry(LocalId message, const Done& done) {
    FollowUps followUps;
    answerChange(m_parts->composer.retry(message, followUps), followUps, done);
}

void Engine::deleteMessage(LocalId message, bool forEveryone, const Done& done) {
    FollowUps followUps;
    answerChange(m_parts->composer.remove(message, forEveryone, followUps), followUps, done);
}

void Engine::editMessage(LocalId message, const QString& text, const Done& done) {
    FollowUps followUps;
    answerChange(m_parts->composer.edit(message, text, followUps), followUps, done);
}

void Engine::react(LocalId message, const QString& emoji, const Done& done) {
    FollowUps followUps;
    answerChange(m_parts->composer.react(message, emoji, followUps), followUps, done);
}

void Engine::setTyping(const base::ConversationId& conversation, bool typing, const Done& done) {
    done(m_parts->typing.setTyping(conversation, typing));
}

void Engine::contact(const QString& address, Answer<Contact> done) {
    m_parts->trust.contact(address, std::move(done));
}

void Engine::setTrust(const QString& address, Trust trust, Done done) {
    m_parts->trust.setTrust(address, trust, std::move(done));
}

void Engine::contactOf(const base::AccountId& account, const Answer<Contact>& done) {
    done(m_parts->trust.contactOf(account));
}

void Engine::setTrustOf(const base::AccountId& account, Trust trust, const QString& shownNumber,
                        const Done& done) {
    done(m_parts->trust.setTrustOf(account, trust, shownNumber));
}

void Engine::holdIncoming(bool hold) {
    m_parts->inbound.hold(hold);
}

/// What waited is not only here, but read: keys that opened it may age only then.
void Engine::checkCaughtUp() {
    if (m_state == ConnectionState::Online && m_drained && m_parts->inbound.isIdle())
        m_parts->upkeep.caughtUp();
}

// --- Idleness ---

bool Engine::isIdle() const {
    if (m_parts->outbox.waiting() > 0 || !m_parts->receipts.isIdle() || !m_parts->inbound.isIdle())
        return false;
    if (m_recovery.isActive() || m_restart.isActive())
        return false; // what is to be done can not be read at the moment
    // What waits at the relay is not known before it said so. While away, nothing more can be done than to
    // have nothing of one's own left.
    return m_state == ConnectionState::Online ? m_drained : m_state == ConnectionState::Offline;
}

void Engine::waitIdle(int timeoutMs, Done done) {
    m_parts->drafts.compose();
    if (!m_parts->receipts.isIdle())
        m_parts->receipts.flush();
    if (isIdle())
        return done({});
    m_waiters.add(timeoutMs, std::move(done));
}

void Engine::checkIdle() {
    if (m_waiters.isEmpty())
        return;
    if (m_parts->outbox.waiting() == 0 && m_parts->inbound.isIdle() && !m_parts->receipts.isIdle())
        return m_parts->receipts.flush();
    if (!isIdle())
        return;
    m_waiters.finish();
}

} // namespace recado::messaging
