#include "ui/shell/RecoveryCodePage.h"

#include "ui/common/Label.h"
#include "ui/common/Metrics.h"

#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QGuiApplication>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

namespace recado::ui {

namespace {

constexpr int codeGroupsInRow = 4;

} // namespace

RecoveryCodePage::RecoveryCodePage(const Theme& theme, const QString& code, QWidget* parent)
    : FormPage(theme, parent)
    , m_code(code)
    , m_note(new Label(theme, TextStyle::Secondary, {}, Tone::Secondary, Label::Wrap::Yes)) {
    setObjectName(QStringLiteral("recoveryCodePage"));
    setHeading(
        tr("Keep your recovery code"),
        tr("It opens this profile when you lose the passphrase or the keychain. It is shown only now, and "
           "nobody can make it again. Whoever has it and this computer can read your messages."));
    buildCode();
    buildButtons();
    m_note->setObjectName(QStringLiteral("recoveryNote"));
    fields().addWidget(m_note);
    setAction(QStringLiteral("recoveryKept"), tr("I have kept it"));
}

void RecoveryCodePage::buildCode() {
    auto* card = new QWidget;
    card->setObjectName(QStringLiteral("card"));
    card->setAttribute(Qt::WA_StyledBackground);
    card->setAccessibleName(tr("Recovery code"));
    card->setAccessibleDescription(m_code);
    auto* grid = new QGridLayout(card);
    grid->setContentsMargins(metric::large, metric::large, metric::large, metric::large);
    grid->setVerticalSpacing(metric::medium);
    const QStringList groups = m_code.split(QLatin1Char('-'), Qt::SkipEmptyParts);
    for (int i = 0; i < groups.size(); ++i) {
        auto* group = new Label(theme(), TextStyle::Heading, groups[i]);
        group->setObjectName(QStringLiteral("recoveryGroup%1").arg(i));
        group->setFont(theme().font(TextStyle::Heading));
        group->setAlignment(Qt::AlignCenter);
        grid->addWidget(group, i / codeGroupsInRow, i % codeGroupsInRow);
    }
    fields().addWidget(card);
}

void RecoveryCodePage::buildButtons() {
    auto* row = new QHBoxLayout;
    row->setSpacing(metric::small);
    auto* copyButton = new QPushButton(tr("Copy"));
    copyButton->setObjectName(QStringLiteral("recoveryCopy"));
    copyButton->setToolTip(tr("Copy the code, to keep it in a password manager"));
    auto* saveButton = new QPushButton(tr("Save…"));
    saveButton->setObjectName(QStringLiteral("recoverySave"));
    saveButton->setToolTip(tr("Save the code to a file, best not on this computer"));
    for (QPushButton* button : {copyButton, saveButton}) {
        button->setFont(theme().font(TextStyle::Body));
        button->setAutoDefault(true); // Enter presses it
        row->addWidget(button);
    }
    fields().addLayout(row);
    setFocusProxy(copyButton);
    connect(copyButton, &QPushButton::clicked, this, &RecoveryCodePage::copy);
    connect(saveButton, &QPushButton::clicked, this, &RecoveryCodePage::askWhereToSave);
}

void RecoveryCodePage::copy() {
    QGuiApplication::clipboard()->setText(m_code);
    m_note->setTone(Tone::Secondary);
    m_note->setText(tr("Copied."));
}

void RecoveryCodePage::askWhereToSave() {
    auto* dialog = new QFileDialog(window(), tr("Save the recovery code"));
    dialog->setObjectName(QStringLiteral("recoveryFileDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDirectory(QDir::homePath());
    dialog->selectFile(tr("Recado recovery code") + QStringLiteral(".txt"));
    connect(dialog, &QFileDialog::fileSelected, this, &RecoveryCodePage::saveTo);
    dialog->open();
}

void RecoveryCodePage::saveTo(const QString& path) {
    QSaveFile file(path);
    const QByteArray content = m_code.toUtf8() + '\n';
    const bool written = file.open(QIODevice::WriteOnly) &&
                         file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) &&
                         file.write(content) == content.size() && file.commit();
    m_note->setTone(written ? Tone::Secondary : Tone::Danger);
    m_note->setText(written ? tr("Saved.") : tr("It could not be saved there. Choose another place."));
}

} // namespace recado::ui
