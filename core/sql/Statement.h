#pragma once

#include "base/Ids.h"
#include "base/Result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringView>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

struct sqlite3_stmt;

namespace recado::sql {

class Database;

/// A prepared statement on loan from its Database; reset and given back when it goes. Parameters and columns
/// are by position: parameters from 1, columns from 0 (as in SQLite). Lives on its Database's thread and dies
/// before it.
class Statement {
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    /// Binds one value; all bytes are copied. A failure (a position that does not exist) is remembered and
    /// returned by the next step(). An empty QByteArray is an empty blob, never NULL.
    Statement& bind(int parameter, std::nullptr_t);
    Statement& bind(int parameter, std::nullopt_t) { return bind(parameter, nullptr); }
    Statement& bind(int parameter, double value);
    Statement& bind(int parameter, const QByteArray& value) { return bindBytes(parameter, value); }
    Statement& bind(int parameter, QByteArrayView value) { return bindBytes(parameter, value); }
    /// Without a copy: the bytes stay where they are until the statement is done.
    Statement& bindBorrowed(int parameter, QByteArrayView value);
    Statement& bind(int parameter, const QString& value) { return bindText(parameter, value); }
    Statement& bind(int parameter, QStringView value) { return bindText(parameter, value); }
    /// Unsigned 64-bit values keep their bits; read them back with uint64().
    template <std::integral Integer>
    Statement& bind(int parameter, Integer value) {
        return bindInteger(parameter, static_cast<std::int64_t>(value));
    }
    template <typename Enum>
        requires std::is_enum_v<Enum>
    Statement& bind(int parameter, Enum value) {
        return bindInteger(parameter, static_cast<std::int64_t>(value));
    }
    template <typename Tag>
    Statement& bind(int parameter, const base::Id128<Tag>& id) {
        return bindBytes(parameter, QByteArrayView(id.data(), base::Id128<Tag>::size));
    }
    template <typename Value>
    Statement& bind(int parameter, const std::optional<Value>& value) {
        return value ? bind(parameter, *value) : bind(parameter, nullptr);
    }
    /// Binds the values to parameters 1, 2, …
    template <typename... Values>
    Statement& bindAll(const Values&... values) {
        int parameter = 0;
        (bind(++parameter, values), ...);
        return *this;
    }

    /// Goes to the next row; false when there is none.
    base::Result<bool> step();
    /// Steps to the end, ignoring rows.
    base::Status finish();
    /// Ready to be stepped again from the start, with the same values bound.
    void reset();

    /// Columns of the current row; meaningful only after step() gave true. Values of another type are
    /// converted as SQLite does; NULL reads as 0 or empty.
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::int64_t int64(int column) const;
    [[nodiscard]] std::uint64_t uint64(int column) const;
    [[nodiscard]] int integer(int column) const { return static_cast<int>(int64(column)); }
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] QByteArray bytes(int column) const;
    [[nodiscard]] QString text(int column) const;
    /// The null id when the column does not hold 16 bytes.
    template <typename Id>
    [[nodiscard]] Id id(int column) const {
        return Id::fromBytes(bytes(column)).value_or(Id());
    }

private:
    friend class Database;
    Statement(Database* database, sqlite3_stmt* handle, bool* lent);

    Statement& bindInteger(int parameter, std::int64_t value);
    Statement& bindBytes(int parameter, QByteArrayView value);
    Statement& bindText(int parameter, QStringView value);
    void remember(int code);
    void release();

    Database* m_database = nullptr;
    sqlite3_stmt* m_handle = nullptr;
    bool* m_lent = nullptr; // the cache's mark, null for a statement compiled apart
    int m_bindError = 0;
};

} // namespace recado::sql
