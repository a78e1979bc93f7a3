#include "ui/security/RelayKeyDialog.h"

#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace recado::ui {

RelayKeyDialog::RelayKeyDialog(messaging::Client& client, const Theme& theme, QWidget* parent)
    : QDialog(parent) {
    setObjectName(QStringLiteral("relayKeyDialog"));
    setWindowTitle(tr("The relay's key"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::huge, metric::huge, metric::huge, metric::large);
    layout->setSpacing(metric::medium);
    layout->addWidget(
        new Label(theme, TextStyle::Title, tr("Is this still your relay?"), Tone::Normal, Label::Wrap::Yes));
    layout->addWidget(
        new Label(theme, TextStyle::Secondary,
                  tr("The relay shows another key than the one you know. Perhaps it was set up anew. "
                     "Perhaps someone is posing as it. Ask whoever runs the relay before you accept. Your "
                     "messages stay encrypted either way."),
                  Tone::Secondary, Label::Wrap::Yes));
    auto* problem = new Label(theme, TextStyle::Secondary, {}, Tone::Danger, Label::Wrap::Yes);
    layout->addWidget(problem);
    auto* wait = new QPushButton(tr("Not now"));
    wait->setObjectName(QStringLiteral("relayKeyWait"));
    wait->setToolTip(tr("Stay disconnected"));
    wait->setProperty("kind", QStringLiteral("primary"));
    wait->setDefault(true);
    auto* accept = new QPushButton(tr("Accept the new key"));
    accept->setObjectName(QStringLiteral("relayKeyAccept"));
    accept->setToolTip(tr("Trust the relay's new key and connect"));
    accept->setProperty("kind", QStringLiteral("danger"));
    accept->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addStretch();
    for (QPushButton* button : {accept, wait}) {
        button->setFont(theme.font(TextStyle::Body));
        row->addWidget(button);
    }
    layout->addLayout(row);
    setFixedWidth(metric::formWidth + metric::huge);
    connect(wait, &QPushButton::clicked, this, &QDialog::reject);
    connect(accept, &QPushButton::clicked, this, [this, &client, accept, problem] {
        accept->setEnabled(false);
        whenDone(client.acceptRelayKey(), this, [this, accept, problem](const base::Status& status) {
            accept->setEnabled(true);
            if (status.ok())
                this->accept();
            else
                problem->setText(problemText(status.error().reason));
        });
    });
}

} // namespace recado::ui
