#pragma once

#include <QString>

namespace recado::storage {

/// The full-text expression for what a person typed: every word must occur, at least as the beginning of a
/// word. Quotes and operators (AND, NEAR, *, -, :) are plain text. Empty when nothing in it can be
/// searched for. Words beyond the 32nd are ignored. Source: SQLite, "FTS5 Full-text Query Syntax".
[[nodiscard]] QString searchExpression(const QString& query);

} // namespace recado::storage
