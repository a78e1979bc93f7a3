#pragma once

#include "ui/common/Theme.h"

#include <QPointer>
#include <QWidget>

class QPushButton;
class QVBoxLayout;

namespace recado::ui {

class Label;

/// A page that is one form in the middle of the window: our mark, a heading, fields, a problem line and one
/// button. Scrolls when the window is low.
class FormPage : public QWidget {
    Q_OBJECT
public:
    explicit FormPage(const Theme& theme, QWidget* parent = nullptr);

    void setHeading(const QString& heading, const QString& text);
    /// What went wrong with the whole form; empty: nothing.
    void setProblem(const QString& problem);
    /// While waiting, fields and button are off and the button says `word`.
    void setBusy(bool busy, const QString& word = {});

protected:
    [[nodiscard]] QVBoxLayout& fields() { return *m_fields; }
    /// Call it when all fields are in; again, to change the word.
    void setAction(const QString& name, const QString& word);
    /// Below the button: what one does instead, quieter.
    void addSecondaryAction(QPushButton& button);
    virtual void submit() = 0;
    [[nodiscard]] const Theme& theme() const { return m_theme; }

private:
    const Theme& m_theme;
    QWidget* m_form;
    QVBoxLayout* m_fields;
    Label* m_heading;
    Label* m_text;
    Label* m_problem;
    QPushButton* m_action;
    QVBoxLayout* m_secondary;
    QVBoxLayout* m_rows;
    QPointer<QWidget> m_focusBefore; // while busy
    QString m_actionWord;
};

} // namespace recado::ui
