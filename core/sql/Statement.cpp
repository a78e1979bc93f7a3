#include "sql/Statement.h"

#include "sql/Database.h"
#include "sql/Engine.h"
#include "sql/Failure.h"

#include <utility>

namespace recado::sql {

Statement::Statement(Database* database, sqlite3_stmt* handle, bool* lent)
    : m_database(database)
    , m_handle(handle)
    , m_lent(lent) {
    if (m_lent != nullptr)
        *m_lent = true;
}

Statement::Statement(Statement&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr))
    , m_handle(std::exchange(other.m_handle, nullptr))
    , m_lent(std::exchange(other.m_lent, nullptr))
    , m_bindError(other.m_bindError) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    if (this == &other)
        return *this;
    release();
    m_database = std::exchange(other.m_database, nullptr);
    m_handle = std::exchange(other.m_handle, nullptr);
    m_lent = std::exchange(other.m_lent, nullptr);
    m_bindError = other.m_bindError;
    return *this;
}

Statement::~Statement() {
    release();
}

void Statement::release() {
    if (m_handle == nullptr)
        return;
    if (m_lent == nullptr) {
        sqlite3_finalize(m_handle);
    } else {
        sqlite3_reset(m_handle);
        sqlite3_clear_bindings(m_handle); // no copy of a payload stays behind in the cache
        *m_lent = false;
    }
    m_handle = nullptr;
}

void Statement::remember(int code) {
    if (code != SQLITE_OK && m_bindError == SQLITE_OK)
        m_bindError = code;
}

Statement& Statement::bind(int parameter, std::nullptr_t) {
    remember(sqlite3_bind_null(m_handle, parameter));
    return *this;
}

Statement& Statement::bind(int parameter, double value) {
    remember(sqlite3_bind_double(m_handle, parameter, value));
    return *this;
}

Statement& Statement::bindInteger(int parameter, std::int64_t value) {
    remember(sqlite3_bind_int64(m_handle, parameter, value));
    return *this;
}

Statement& Statement::bindBytes(int parameter, QByteArrayView value) {
    // A null pointer would bind NULL, and a view of nothing may have one.
    const char* data = value.isEmpty() ? "" : value.data();
    remember(sqlite3_bind_blob64(m_handle, parameter, data, sqlite3_uint64(value.size()), SQLITE_TRANSIENT));
    return *this;
}

Statement& Statement::bindBorrowed(int parameter, QByteArrayView value) {
    const char* data = value.isEmpty() ? "" : value.data();
    remember(sqlite3_bind_blob64(m_handle, parameter, data, sqlite3_uint64(value.size()), SQLITE_STATIC));
    return *this;
}

Statement& Statement::bindText(int parameter, QStringView value) {
    const QByteArray utf8 = value.toUtf8();
    remember(sqlite3_bind_text64(m_handle, parameter, utf8.constData(), sqlite3_uint64(utf8.size()),
                                 SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

base::Result<bool> Statement::step() {
    if (m_bindError != SQLITE_OK)
        return m_database->failure(m_bindError, "binding a value");
    const int code = sqlite3_step(m_handle);
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    base::Error error = m_database->failure(code, "running a statement");
    sqlite3_reset(m_handle); // frees its locks now, not when the caller is done with the error
    return error;
}

base::Status Statement::finish() {
    while (true) {
        RECADO_TRY(const bool row, step());
        if (!row)
            return {};
    }
}

void Statement::reset() {
    sqlite3_reset(m_handle);
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(m_handle, column) == SQLITE_NULL;
}

std::int64_t Statement::int64(int column) const {
    return sqlite3_column_int64(m_handle, column);
}

std::uint64_t Statement::uint64(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(m_handle, column));
}

double Statement::real(int column) const {
    return sqlite3_column_double(m_handle, column);
}

QByteArray Statement::bytes(int column) const {
    // The pointer first: asking for the size converts nothing then.
    const void* data = sqlite3_column_blob(m_handle, column);
    return QByteArray(static_cast<const char*>(data), sqlite3_column_bytes(m_handle, column));
}

QString Statement::text(int column) const {
    const unsigned char* data = sqlite3_column_text(m_handle, column);
    return QString::fromUtf8(reinterpret_cast<const char*>(data), sqlite3_column_bytes(m_handle, column));
}

} // namespace recado::sql
