#include "ui/conversations/ConversationModel.h"

#include "ui/common/Text.h"
#include "ui/common/TimeFormat.h"
#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"

#include <QDateTime>

#include <algorithm>
#include <numeric>

namespace recado::ui {

using messaging::Conversation;

namespace {

/// Several changes in one turn of the loop (a burst of messages) are one read.
constexpr int reloadDelayMs = 30;
/// Who stopped typing without saying so (went offline) stops here.
constexpr qint64 typingLifeMs = 8'000;

} // namespace

ConversationModel::ConversationModel(messaging::Client& client, QObject* parent)
    : QAbstractListModel(parent)
    , m_client(client) {
    m_reload.setSingleShot(true);
    m_reload.setInterval(reloadDelayMs);
    connect(&m_reload, &QTimer::timeout, this, &ConversationModel::reload);
    m_typingExpiry.setInterval(1'000);
    connect(&m_typingExpiry, &QTimer::timeout, this, [this] {
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        const auto typing = m_typing;
        for (auto it = typing.begin(); it != typing.end(); ++it) {
            if (it.value() <= now)
                setTyping(it.key(), false);
        }
    });
    using messaging::Client;
    connect(&client, &Client::conversationChanged, this, &ConversationModel::reloadSoon);
    connect(&client, &Client::identityChanged, this, &ConversationModel::reloadSoon);
    connect(&client, &Client::messageReceived, this, [this](const messaging::Message& message) {
        setTyping(message.conversation, false);
        setLastMessage(message);
    });
    connect(&client, &Client::messageSent, this, &ConversationModel::setLastMessage);
    connect(&client, &Client::messageChanged, this, &ConversationModel::reloadSoon);
    connect(&client, &Client::statusChanged, this,
            [this](messaging::LocalId message, base::ConversationId id, messaging::MessageStatus status) {
                setStatus(message, id, status);
            });
    connect(&client, &Client::presenceChanged, this, &ConversationModel::setPresence);
    connect(
        &client, &Client::typingChanged, this,
        [this](base::ConversationId id, const messaging::Person&, bool typing) { setTyping(id, typing); });
}

void ConversationModel::reloadSoon() {
    if (!m_reload.isActive())
        m_reload.start();
}

void ConversationModel::reload() {
    if (m_reading) {
        m_readAgain = true;
        return;
    }
    m_reading = true;
    whenDone(m_client.conversations(), this, [this](const base::Result<QVector<Conversation>>& result) {
        m_reading = false;
        // A failed read keeps what is shown; the next change reads again.
        if (result.ok())
            replaceAll(result.value());
        else
            qWarning("conversations: reading failed (%d)", int(result.error().reason));
        if (m_readAgain) {
            m_readAgain = false;
            reloadSoon();
        }
    });
}

void ConversationModel::replaceAll(QVector<Conversation> conversations) {
    std::stable_sort(conversations.begin(), conversations.end(),
                     [](const auto& a, const auto& b) { return a.lastActivityMs > b.lastActivityMs; });
    QHash<base::ConversationId, int> places;
    for (int i = 0; i < conversations.size(); ++i)
        places.insert(conversations[i].id, i);
    QVector<base::ConversationId> gone;
    for (const Conversation& old : std::as_const(m_all)) {
        if (!places.contains(old.id))
            gone.append(old.id);
    }
    const QVector<int> wanted = rowsOfFolder(conversations);
    if (m_loaded) {
        QSet<base::ConversationId> staying;
        for (const int index : wanted)
            staying.insert(conversations[index].id);
        removeRowsNotIn(staying);
        for (int& index : m_shown)
            index = places.value(m_all[index].id);
        m_all = std::move(conversations);
        arrangeRows(wanted);
    } else {
        beginResetModel();
        m_all = std::move(conversations);
        m_shown = wanted;
        endResetModel();
    }
    const bool first = !m_loaded;
    m_loaded = true;
    if (first)
        Q_EMIT loaded();
    for (const base::ConversationId& id : gone) {
        m_drafts.remove(id);
        Q_EMIT conversationRemoved(id);
        Q_EMIT conversationUpdated(id);
    }
    for (const Conversation& conversation : std::as_const(m_all))
        Q_EMIT conversationUpdated(conversation.id);
    Q_EMIT countsChanged();
}

QVector<int> ConversationModel::rowsOfFolder(const QVector<Conversation>& all) const {
    QVector<int> rows;
    for (int i = 0; i < all.size(); ++i) {
        if (m_folder == Folder::All || all[i].request)
            rows.append(i);
    }
    return rows;
}

void ConversationModel::removeRowsNotIn(const QSet<base::ConversationId>& staying) {
    for (int row = int(m_shown.size()) - 1; row >= 0; --row) {
        if (staying.contains(at(row).id))
            continue;
        beginRemoveRows({}, row, row);
        m_shown.removeAt(row);
        endRemoveRows();
    }
}

void ConversationModel::arrangeRows(const QVector<int>& wanted) {
    // What is shown is part of what is wanted. First its order, then what is new.
    QVector<int> ordered = m_shown;
    std::sort(ordered.begin(), ordered.end());
    if (ordered != m_shown) {
        Q_EMIT layoutAboutToBeChanged();
        const QModelIndexList old = persistentIndexList();
        QModelIndexList moved;
        for (const QModelIndex& each : old)
            moved.append(index(int(ordered.indexOf(m_shown[each.row()]))));
        m_shown = ordered;
        changePersistentIndexList(old, moved);
        Q_EMIT layoutChanged();
    }
    for (int row = 0; row < wanted.size(); ++row) {
        if (row < m_shown.size() && m_shown[row] == wanted[row])
            continue;
        beginInsertRows({}, row, row);
        m_shown.insert(row, wanted[row]);
        endInsertRows();
    }
    if (!m_shown.isEmpty())
        Q_EMIT dataChanged(index(0), index(int(m_shown.size()) - 1));
}

void ConversationModel::setFolder(Folder folder) {
    if (folder == m_folder)
        return;
    beginResetModel();
    m_folder = folder;
    m_shown = rowsOfFolder(m_all);
    endResetModel();
}

int ConversationModel::requestCount() const {
    return int(std::count_if(m_all.begin(), m_all.end(), [](const auto& c) { return c.request; }));
}

int ConversationModel::unreadCount() const {
    return std::accumulate(m_all.begin(), m_all.end(), 0,
                           [](int sum, const auto& c) { return c.request ? sum : sum + c.unread; });
}

int ConversationModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_shown.size());
}

QVariant ConversationModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_shown.size())
        return {};
    const Conversation& conversation = at(index.row());
    switch (role) {
    case ConversationRole:
        return QVariant::fromValue(&conversation);
    case Qt::DisplayRole:
    case NameRole:
        return conversationName(conversation);
    case PreviewRole:
        return previewOf(conversation);
    case TypingRole:
        return isTyping(conversation.id);
    case DraftRole:
        return m_drafts.value(conversation.id);
    case Qt::AccessibleTextRole:
        return accessibleText(conversation);
    default:
        return {};
    }
}

const Conversation* ConversationModel::find(base::ConversationId id) const {
    const auto found = std::find_if(m_all.begin(), m_all.end(),
                                    [&](const auto& conversation) { return conversation.id == id; });
    return found == m_all.end() ? nullptr : &*found;
}

int ConversationModel::rowOf(base::ConversationId id) const {
    for (int row = 0; row < m_shown.size(); ++row) {
        if (at(row).id == id)
            return row;
    }
    return -1;
}

QString ConversationModel::previewOf(const Conversation& conversation) const {
    if (isTyping(conversation.id))
        return tr("typing…");
    if (conversation.identityChanged)
        return tr("Safety number has changed");
    if (const QString draft = m_drafts.value(conversation.id); !draft.isEmpty())
        return tr("Draft: %1").arg(isolated(singleLine(draft)));
    if (!conversation.lastMessage)
        return conversation.request ? tr("Wants to write to you") : tr("No messages yet");
    const messaging::Message& last = *conversation.lastMessage;
    const QString standIn = standInText(last);
    const QString text = standIn.isEmpty() ? singleLine(last.text) : standIn;
    return last.outgoing && standIn.isEmpty() ? tr("You: %1").arg(isolated(text)) : text;
}

QString ConversationModel::accessibleText(const Conversation& conversation) const {
    QStringList parts{isolated(conversationName(conversation))};
    if (conversation.request)
        parts << tr("message request");
    if (conversation.presence && conversation.presence->online)
        parts << tr("online");
    if (conversation.unread > 0)
        parts << tr("%n unread message(s)", nullptr, conversation.unread);
    parts << previewOf(conversation);
    if (conversation.lastMessage) {
        parts << listTimeText(conversation.lastMessage->timestampMs, QDateTime::currentDateTime());
        if (const QString status = statusText(conversation.lastMessage->status); !status.isEmpty())
            parts << status;
    }
    return parts.join(QStringLiteral(", "));
}

void ConversationModel::announce(base::ConversationId id) {
    if (const int row = rowOf(id); row >= 0)
        Q_EMIT dataChanged(index(row), index(row));
    Q_EMIT conversationUpdated(id);
}

void ConversationModel::setTyping(base::ConversationId id, bool typing) {
    const bool was = m_typing.contains(id);
    if (typing)
        m_typing.insert(id, QDateTime::currentMSecsSinceEpoch() + typingLifeMs);
    else
        m_typing.remove(id);
    if (m_typing.isEmpty())
        m_typingExpiry.stop();
    else if (!m_typingExpiry.isActive())
        m_typingExpiry.start();
    if (was != typing)
        announce(id);
}

void ConversationModel::setDraft(base::ConversationId id, const QString& text) {
    if (text == m_drafts.value(id))
        return;
    if (text.isEmpty())
        m_drafts.remove(id);
    else
        m_drafts.insert(id, text);
    if (const int row = rowOf(id); row >= 0)
        Q_EMIT dataChanged(index(row), index(row));
}

void ConversationModel::setStatus(messaging::LocalId message, base::ConversationId id,
                                  messaging::MessageStatus status) {
    for (Conversation& conversation : m_all) {
        if (conversation.id == id && conversation.lastMessage && conversation.lastMessage->id == message) {
            conversation.lastMessage->status = status;
            announce(id);
            return;
        }
    }
}

void ConversationModel::setPresence(const messaging::Person& person, const messaging::Presence& presence) {
    for (Conversation& conversation : m_all) {
        const bool theirs = conversation.type == messaging::ConversationType::Direct &&
                            !conversation.participants.isEmpty() &&
                            conversation.participants.first().account == person.account;
        if (theirs) {
            conversation.presence = presence;
            announce(conversation.id);
        }
    }
}

void ConversationModel::setLastMessage(const messaging::Message& message) {
    // At once, so that the line never lags behind the timeline; order and unread count come with the read.
    for (Conversation& conversation : m_all) {
        if (conversation.id == message.conversation) {
            conversation.lastMessage = message;
            announce(conversation.id);
            break;
        }
    }
    reloadSoon();
}

} // namespace recado::ui
