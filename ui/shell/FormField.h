#pragma once

#include "ui/common/Theme.h"

#include <QLineEdit>
#include <QWidget>

namespace recado::ui {

class Label;

/// A labelled text field with its hint, which gives way to a problem in plain words. No line jumps: the
/// hint's place is always there.
class FormField final : public QWidget {
    Q_OBJECT
public:
    FormField(const Theme& theme, const QString& name, const QString& label, const QString& hint,
              QWidget* parent = nullptr);

    [[nodiscard]] QLineEdit& edit() const { return *m_edit; }
    [[nodiscard]] QString text() const { return m_edit->text(); }
    /// Empty: all is well.
    void setProblem(const QString& problem);
    [[nodiscard]] QString problem() const { return m_problem; }
    /// Shows dots, with a button that shows the text. The button is for the mouse; Tab passes it by, and the
    /// keyboard has Alt+V in the field.
    void makeSecret(const Theme& theme);

private:
    QLineEdit* m_edit;
    Label* m_note;
    QString m_hint;
    QString m_problem;
};

} // namespace recado::ui
