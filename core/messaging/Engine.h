#pragma once

#include "messaging/IdleWaiters.h"
#include "messaging/InboundPipeline.h"
#include "messaging/IncarnationWatch.h"
#include "messaging/OwnDevices.h"
#include "messaging/PresenceWatcher.h"
#include "messaging/ReceiptCoalescer.h"
#include "messaging/Registrar.h"
#include "messaging/TextDrafts.h"
#include "messaging/TrustDesk.h"
#include "messaging/TypingNotices.h"

#include <QObject>
#include <QTimer>

#include <memory>

namespace recado::messaging {

/// The client's domain on one thread: wires the parts together, follows the connection, and answers the
/// client's calls. Everything here belongs to the engine thread; EngineClient is its face elsewhere.
class Engine : public QObject, private RelayLinkListener {
    Q_OBJECT
public:
    template <typename T>
    using Answer = std::function<void(base::Result<T>)>;
    using Done = std::function<void(base::Status)>;

    /// Stores, link and clock are borrowed; `events` gets each commit's changes. Reads the account and the
    /// settings. StorageFailed, StorageCorrupt, CryptoFailed.
    static base::Result<std::unique_ptr<Engine>> create(Stores stores, RelayLink& link,
                                                        const base::Clock& clock, Changes::Sink events,
                                                        EngineTiming timing = {});
    ~Engine() override;

    // As in Client; Done and Answer may come at once or later.
    void start();
    void whoami(const Answer<AccountInfo>& done) const;
    void registerAccount(const Registration& registration, Answer<AccountInfo> done);
    void privacy(const Answer<Privacy>& done) const;
    void setPrivacy(const Privacy& privacy, const Done& done);
    void connection(const Answer<ConnectionInfo>& done) const;
    void acceptRelayKey(const Done& done);
    void createDirect(const QString& participant, Answer<base::ConversationId> done);
    void acceptConversation(const base::ConversationId& conversation, const Done& done);
    void removeConversation(const base::ConversationId& conversation, const Done& done);
    void sendText(const base::ConversationId& conversation, const QString& text,
                  std::optional<LocalId> replyTo, Answer<Message> done);
    void markRead(LocalId message, const Done& done);
    void retry(LocalId message, const Done& done);
    void deleteMessage(LocalId message, bool forEveryone, const Done& done);
    void editMessage(LocalId message, const QString& text, const Done& done);
    void react(LocalId message, const QString& emoji, const Done& done);
    void setTyping(const base::ConversationId& conversation, bool typing, const Done& done);
    void contact(const QString& address, Answer<Contact> done);
    void setTrust(const QString& address, Trust trust, Done done);
    void contactOf(const base::AccountId& account, const Answer<Contact>& done);
    void setTrustOf(const base::AccountId& account, Trust trust, const QString& shownNumber,
                    const Done& done);
    void holdIncoming(bool hold);
    void waitIdle(int timeoutMs, Done done);

private:
    struct Parts;

    Engine(Stores stores, RelayLink& link, const base::Clock& clock, Changes::Sink events,
           EngineTiming timing, std::unique_ptr<crypto::SessionCipher> cipher);

    void linkConnecting() override;
    void linkOnline(const wire::Welcome& welcome, const RelayIdentity& relay) override;
    void linkOffline(std::optional<base::Reason> problem) override;
    void linkReceived(std::vector<wire::RelayFrame> frames) override;

    base::Status loadProfile();
    base::Status rememberRelay(const wire::Welcome& welcome, const RelayIdentity& relay);
    void connectLink();
    void dispatch(const wire::RelayFrame& frame, std::vector<base::SubmissionNumber>& accepted);
    void refused(const wire::Refused& refused);
    void followUp(FollowUps& followUps);
    void setConnection(ConnectionState state, std::optional<base::Reason> problem);
    void countChanged();
    void recover();
    [[nodiscard]] bool isIdle() const;
    void checkIdle();
    void checkCaughtUp();
    void answerChange(const base::Status& status, FollowUps& followUps, const Done& done);

    Changes m_changes;
    std::unique_ptr<crypto::SessionCipher> m_cipher;
    EngineContext m_context;
    std::unique_ptr<Parts> m_parts;
    ConnectionState m_state = ConnectionState::Offline;
    std::optional<base::Reason> m_problem;
    std::optional<base::Error> m_failure;
    QTimer m_recovery;
    QTimer m_restart;
    IdleWaiters m_waiters;
    int m_toldWaiting = 0;
    bool m_drained = false;
};

} // namespace recado::messaging
