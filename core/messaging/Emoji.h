#pragma once

#include <QString>

namespace recado::messaging {

/// True for exactly one emoji as UTS #51 builds them: a pictograph with its variation selector or skin tone,
/// a flag, a keycap, or several of them joined; at most 64 UTF-8 bytes.
bool isEmoji(const QString& text);

} // namespace recado::messaging
