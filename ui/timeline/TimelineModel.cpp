#include "ui/timeline/TimelineModel.h"

#include "ui/common/WhenDone.h"

#include <algorithm>
#include <utility>

namespace recado::ui {

using messaging::Message;
using messaging::Page;
using messaging::PageRequest;

TimelineModel::TimelineModel(messaging::Client& client, QObject* parent)
    : QObject(parent)
    , m_client(client) {
    using messaging::Client;
    connect(&client, &Client::messageReceived, this, &TimelineModel::insertNew);
    connect(&client, &Client::messageSent, this, &TimelineModel::insertNew);
    connect(&client, &Client::messageChanged, this, &TimelineModel::update);
    connect(
        &client, &Client::statusChanged, this,
        [this](messaging::LocalId id, base::ConversationId conversation, messaging::MessageStatus status) {
            if (conversation == m_conversation && m_reading)
                m_changedMeanwhile.insert(id);
            const int row = conversation == m_conversation ? rowOf(id) : -1;
            if (row < 0 || m_rows[row].status == status)
                return;
            m_rows[row].status = status;
            if (status != messaging::MessageStatus::Failed)
                m_rows[row].failure.reset();
            Q_EMIT rowChanged(row);
            // The signal does not say why it failed; the message does.
            if (status == messaging::MessageStatus::Failed)
                ask(id);
        });
}

void TimelineModel::open(base::ConversationId conversation, int unread) {
    close();
    m_conversation = conversation;
    Q_EMIT reset();
    readNewest(std::clamp(unread + pageSize / 2, pageSize, maximumRows));
}

void TimelineModel::close() {
    ++m_generation;
    m_conversation = {};
    m_rows.clear();
    m_arrivedMeanwhile.clear();
    m_changedMeanwhile.clear();
    m_firstUnread = 0;
    m_loaded = m_moreBefore = m_moreAfter = m_reading = false;
}

int TimelineModel::rowOf(messaging::LocalId message) const {
    // From the end: nearly every question is about a recent message.
    for (int row = count() - 1; row >= 0; --row) {
        if (m_rows[row].id == message)
            return row;
    }
    return -1;
}

void TimelineModel::readNewest(int limit) {
    m_reading = true;
    const int generation = ++m_generation;
    const PageRequest request{m_conversation, PageRequest::Direction::Newest, 0, limit};
    whenDone(m_client.page(request), this, [this, generation](const base::Result<Page>& result) {
        if (generation != m_generation)
            return;
        m_reading = false;
        if (!result.ok()) {
            Q_EMIT readFailed(result.error().reason);
            return;
        }
        replaceWindow(result.value());
        catchUp();
    });
}

void TimelineModel::ask(messaging::LocalId message) {
    whenDone(m_client.message(message), this, [this](const base::Result<Message>& result) {
        if (result.ok())
            update(result.value());
    });
}

void TimelineModel::catchUp() {
    const auto arrived = std::exchange(m_arrivedMeanwhile, {});
    const auto changed = std::exchange(m_changedMeanwhile, {});
    for (const Message& message : arrived) {
        if (!m_moreAfter && rowOf(message.id) < 0)
            place(message);
    }
    for (const messaging::LocalId message : changed) {
        if (rowOf(message) >= 0)
            ask(message);
    }
}

void TimelineModel::readAgain() {
    if (!m_loaded && !m_reading && !m_conversation.isNull())
        readNewest(pageSize);
}

void TimelineModel::replaceWindow(const Page& page) {
    const bool opening = !m_loaded;
    m_rows = page.messages;
    m_moreBefore = page.moreBefore;
    m_moreAfter = page.moreAfter;
    m_loaded = true;
    if (opening) {
        const auto unread = std::find_if(m_rows.begin(), m_rows.end(), [](const Message& message) {
            return !message.outgoing && message.status == messaging::MessageStatus::Received;
        });
        m_firstUnread = unread == m_rows.end() ? 0 : unread->id;
    }
    Q_EMIT reset();
}

void TimelineModel::loadNewest() {
    if (m_moreAfter && !m_conversation.isNull())
        readNewest(pageSize);
}

void TimelineModel::loadBefore() {
    if (m_reading || !m_moreBefore || m_rows.isEmpty())
        return;
    m_reading = true;
    const PageRequest request{m_conversation, PageRequest::Direction::Before, m_rows.first().id, pageSize};
    whenDone(m_client.page(request), this,
             [this, generation = m_generation](const base::Result<Page>& result) {
                 if (generation != m_generation)
                     return;
                 m_reading = false;
                 if (!result.ok()) {
                     Q_EMIT readFailed(result.error().reason);
                     return;
                 }
                 prepend(result.value());
                 catchUp();
             });
}

void TimelineModel::prepend(const Page& page) {
    m_moreBefore = page.moreBefore && !page.messages.isEmpty();
    if (page.messages.isEmpty())
        return;
    m_rows = page.messages + m_rows;
    Q_EMIT rowsInserted(0, int(page.messages.size()));
    if (count() > maximumRows) {
        m_moreAfter = true;
        removeRows(maximumRows, count() - maximumRows);
    }
}

void TimelineModel::loadAfter() {
    if (m_reading || !m_moreAfter || m_rows.isEmpty())
        return;
    m_reading = true;
    const PageRequest request{m_conversation, PageRequest::Direction::After, m_rows.last().id, pageSize};
    whenDone(m_client.page(request), this,
             [this, generation = m_generation](const base::Result<Page>& result) {
                 if (generation != m_generation)
                     return;
                 m_reading = false;
                 if (!result.ok()) {
                     Q_EMIT readFailed(result.error().reason);
                     return;
                 }
                 m_moreAfter = result.value().moreAfter && !result.value().messages.isEmpty();
                 append(result.value().messages);
                 catchUp();
             });
}

void TimelineModel::append(const QVector<Message>& messages) {
    if (messages.isEmpty())
        return;
    const int first = count();
    m_rows += messages;
    Q_EMIT rowsInserted(first, int(messages.size()));
    if (count() > maximumRows) {
        m_moreBefore = true;
        removeRows(0, count() - maximumRows);
    }
}

void TimelineModel::insertNew(const Message& message) {
    if (message.conversation != m_conversation)
        return;
    if (rowOf(message.id) >= 0) {
        update(message);
        return;
    }
    if (m_reading)
        m_arrivedMeanwhile.append(message);
    if (!m_loaded)
        return;
    if (!m_moreAfter)
        place(message);
    else if (message.outgoing) // Beyond the window. One's own is what one wants to see; theirs only counts.
        loadNewest();
    Q_EMIT arrived(message);
}

void TimelineModel::place(const Message& message) {
    if (m_rows.isEmpty() || message.timestampMs >= m_rows.last().timestampMs)
        append({message});
    else
        insertLate(message);
}

void TimelineModel::insertLate(const Message& message) {
    // Only the engine knows the order; ask it for the message before this one.
    const PageRequest request{m_conversation, PageRequest::Direction::Before, message.id, 1};
    whenDone(m_client.page(request), this,
             [this, message, generation = m_generation](const base::Result<Page>& result) {
                 if (generation != m_generation || rowOf(message.id) >= 0)
                     return;
                 const bool first = result.ok() && result.value().messages.isEmpty();
                 const int before = result.ok() && !first ? rowOf(result.value().messages.last().id) : -1;
                 if (!first && before < 0) {
                     // Its place is outside the window, or the read failed: at the end it is at least seen.
                     append({message});
                     return;
                 }
                 m_rows.insert(before + 1, message);
                 Q_EMIT rowsInserted(before + 1, 1);
             });
}

void TimelineModel::update(const Message& message) {
    if (message.conversation != m_conversation)
        return;
    if (m_reading)
        m_changedMeanwhile.insert(message.id);
    if (const int row = rowOf(message.id); row >= 0) {
        m_rows[row] = message;
        Q_EMIT rowChanged(row);
    }
}

void TimelineModel::removeRows(int first, int count) {
    m_rows.remove(first, count);
    Q_EMIT rowsRemoved(first, count);
}

} // namespace recado::ui
