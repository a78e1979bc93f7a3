#pragma once

#include "messaging/Client.h"
#include "ui/common/Theme.h"

#include <QDialog>

namespace recado::ui {

/// The decision about a relay that shows another key than the one this profile knows. Window-modal; show it
/// with open().
class RelayKeyDialog final : public QDialog {
    Q_OBJECT
public:
    RelayKeyDialog(messaging::Client& client, const Theme& theme, QWidget* parent = nullptr);
};

} // namespace recado::ui
