#pragma once

#include "messaging/Composer.h"

#include <QTimer>

namespace recado::messaging {

/// Texts asked for in one turn: composed together in the next one, in one commit, each with its own answer.
/// Engine thread.
class TextDrafts {
public:
    using Answer = std::function<void(base::Result<Message>)>;

    /// The composer is borrowed; `composed` is called after each commit with what it left to do.
    TextDrafts(Composer& composer, std::function<void(FollowUps&)> composed);

    void add(Composer::Draft draft, Answer answer);
    /// What has been asked for, at once.
    void compose();

private:
    /// Composed in one commit: enough to make a burst cheap, few enough to answer soon.
    static constexpr qsizetype draftsACommit = 128;

    Composer& m_composer;
    std::function<void(FollowUps&)> m_composed;
    QVector<Composer::Draft> m_drafts;
    QVector<Answer> m_answers;
    QTimer m_timer;
};

} // namespace recado::messaging
