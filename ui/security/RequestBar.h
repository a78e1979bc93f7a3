#pragma once

#include "messaging/Types.h"
#include "ui/common/Theme.h"

#include <QWidget>

namespace recado::ui {

class Label;

/// Stands in the composer's place while a conversation is a stranger's request.
class RequestBar final : public QWidget {
    Q_OBJECT
public:
    explicit RequestBar(const Theme& theme, QWidget* parent = nullptr);

    void setPerson(const messaging::Person& person);
    /// The decision is on its way; a second one makes no sense.
    void setBusy(bool busy);
    /// Why the decision could not be carried out; empty: nothing is wrong.
    void setProblem(const QString& problem);

Q_SIGNALS:
    void accepted();
    void deleted();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme& m_theme;
    Label* m_title;
    Label* m_text;
    Label* m_problem;
    QWidget* m_buttons;
};

} // namespace recado::ui
