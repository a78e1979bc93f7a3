#pragma once

#include <QString>

#include <optional>

namespace recado::ui {

/// Where to register: a relay and, where it wants one, an invitation.
struct Invitation {
    QString relayUrl; // ws:// or wss://
    QString invite;   // empty: none
    QString username; // of the account that is to be recovered; empty: none

    bool operator==(const Invitation&) const = default;
};

/// Reads what a person typed or pasted: a relay's address with or without scheme, with the invitation's code
/// behind a slash where there is one (`relay.example.org/CODE`), or an invitation link: the same behind
/// `recado:`, or `recado:?relay=ADDRESS&invite=CODE`, with `&name=USERNAME` for a recovery. Nothing when it
/// is none of these. An address without scheme means wss, on this machine ws.
std::optional<Invitation> parseInvitation(const QString& text);

} // namespace recado::ui
