#pragma once

#include "base/Reason.h"

#include <QString>

#include <optional>
#include <utility>
#include <variant>

namespace recado::base {

/// Why something did not happen: a stable reason for programs, a sentence for people and logs.
/// The sentence never holds content, keys or whole identities.
struct Error {
    Reason reason = Reason::Internal;
    QString message;
    /// How long to wait before the next attempt, where the other side said so (RateLimited, Busy); 0:
    /// unknown.
    qint64 retryAfterMs = 0;
};

/// A value or the error that stands in its place. Errors are values in Recado; nothing throws.
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    [[nodiscard]] const T& value() const& { return std::get<0>(m_state); }
    [[nodiscard]] T& value() & { return std::get<0>(m_state); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(m_state)); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }

    [[nodiscard]] const Error& error() const& { return std::get<1>(m_state); }
    [[nodiscard]] Error&& error() && { return std::get<1>(std::move(m_state)); }

private:
    std::variant<T, Error> m_state;
};

/// Success without a value, or an error.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error)
        : m_error(std::move(error)) {}

    [[nodiscard]] bool ok() const { return !m_error.has_value(); }
    explicit operator bool() const { return ok(); }

    [[nodiscard]] const Error& error() const& { return *m_error; }
    [[nodiscard]] Error&& error() && { return *std::move(m_error); }

private:
    std::optional<Error> m_error;
};

using Status = Result<void>;

inline Error makeError(Reason reason, QString message, qint64 retryAfterMs = 0) {
    return Error{reason, std::move(message), retryAfterMs};
}

} // namespace recado::base

/// Declares `declaration` from the value of `expression`, or returns its error from the enclosing function.
#define RECADO_TRY(declaration, expression)                                                                  \
    auto RECADO_TRY_NAME(recadoTry, __LINE__) = (expression);                                                \
    if (!RECADO_TRY_NAME(recadoTry, __LINE__).ok())                                                          \
        return std::move(RECADO_TRY_NAME(recadoTry, __LINE__)).error();                                      \
    declaration = std::move(RECADO_TRY_NAME(recadoTry, __LINE__)).value()

/// Returns the error of a Status from the enclosing function, or goes on.
#define RECADO_CHECK(expression)                                                                             \
    do {                                                                                                     \
        if (auto recadoStatus = (expression); !recadoStatus.ok())                                            \
            return std::move(recadoStatus).error();                                                          \
    } while (false)

#define RECADO_TRY_NAME(prefix, line) RECADO_TRY_JOIN(prefix, line)
#define RECADO_TRY_JOIN(prefix, line) prefix##line
