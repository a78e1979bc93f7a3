#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"

#include <QByteArray>
#include <QByteArrayView>

#include <signal_protocol.h>

#include <memory>
#include <mutex>
#include <utility>

namespace recado::crypto {

/// Internal to recado_crypto: libsignal's global context with our provider and a recursive lock, and owners
/// for its objects.

/// Owns one object of the C library. Unlike unique_ptr it can be filled through `T**` and read in the same
/// expression, which chains of C calls do.
template <typename T, void (*Release)(T*)>
class Handle {
public:
    Handle() = default;
    Handle(Handle&& other) noexcept
        : m_object(std::exchange(other.m_object, nullptr)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(m_object, other.m_object);
        return *this;
    }
    ~Handle() { release(); }

    [[nodiscard]] T* get() const { return m_object; }
    /// Where a C function puts the object; what was held before is released.
    [[nodiscard]] T** out() {
        release();
        return &m_object;
    }
    bool operator==(std::nullptr_t) const { return m_object == nullptr; }

private:
    void release() {
        if (T* object = std::exchange(m_object, nullptr); object != nullptr)
            Release(object);
    }
    T* m_object = nullptr;
};

template <typename T>
void releaseReference(T* object) {
    signal_type_unref(reinterpret_cast<signal_type_base*>(object));
}

/// One reference to a reference-counted object.
template <typename T>
using SignalPointer = Handle<T, releaseReference<T>>;
/// A buffer, wiped before it is freed.
using SignalBuffer = Handle<signal_buffer, signal_buffer_bzero_free>;

class SignalContext {
public:
    /// CryptoFailed when memory is short.
    static base::Result<std::unique_ptr<SignalContext>> create();
    ~SignalContext();
    SignalContext(const SignalContext&) = delete;
    SignalContext& operator=(const SignalContext&) = delete;

    [[nodiscard]] signal_context* get() const { return m_context; }

private:
    SignalContext() = default;
    // libsignal takes its lock again while it holds it.
    std::recursive_mutex m_mutex;
    signal_context* m_context = nullptr;
};

QByteArray toByteArray(const signal_buffer* buffer);
base::SecretBytes toSecret(const signal_buffer* buffer);
const std::uint8_t* asBytes(QByteArrayView view);

/// The 33 bytes of a key; empty for a null key.
QByteArray serialized(const ec_public_key* key);

/// A key from outside: null unless isAcceptablePublicKey().
SignalPointer<ec_public_key> decodePublicKey(QByteArrayView bytes, signal_context* context);

} // namespace recado::crypto
