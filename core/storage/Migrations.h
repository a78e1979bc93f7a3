#pragma once

#include <QByteArray>

#include <vector>

namespace recado::storage {

/// The profile's schema, oldest step first: the files of migrations/ by number, compiled in.
std::vector<QByteArray> profileMigrations();

} // namespace recado::storage
