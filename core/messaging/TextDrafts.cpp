#include "messaging/TextDrafts.h"

namespace recado::messaging {

TextDrafts::TextDrafts(Composer& composer, std::function<void(FollowUps&)> composed)
    : m_composer(composer)
    , m_composed(std::move(composed)) {
    m_timer.setSingleShot(true);
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { compose(); });
}

void TextDrafts::add(Composer::Draft draft, Answer answer) {
    m_drafts.push_back(std::move(draft));
    m_answers.push_back(std::move(answer));
    if (m_drafts.size() >= draftsACommit)
        return compose();
    if (!m_timer.isActive())
        m_timer.start(0);
}

void TextDrafts::compose() {
    m_timer.stop();
    if (m_drafts.isEmpty())
        return;
    FollowUps followUps;
    const QVector<base::Result<Message>> sent = m_composer.sendTexts(std::exchange(m_drafts, {}), followUps);
    const QVector<Answer> answers = std::exchange(m_answers, {});
    for (qsizetype index = 0; index < sent.size(); ++index)
        answers[index](sent[index]);
    m_composed(followUps);
}

} // namespace recado::messaging
