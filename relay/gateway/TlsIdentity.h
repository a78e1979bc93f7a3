#pragma once

#include "relay/gateway/TlsContext.h"

#include <QStringList>

#include <mutex>

namespace recado::relay {

/// What a relay shows in TLS handshakes now. A renewed certificate takes its place without a restart: new
/// connections get it, old ones stay with theirs. Any thread.
class TlsIdentity {
public:
    /// Errors as of TlsContext::load().
    static base::Result<std::shared_ptr<TlsIdentity>> create(const TlsFiles& files);

    [[nodiscard]] const TlsFiles& files() const { return m_files; }
    [[nodiscard]] std::shared_ptr<const TlsContext> current() const;

    /// Reads the files again; what they hold is only taken when it is whole, the old stays otherwise. Says in
    /// the log how it went. Reads files.
    base::Status reload();
    /// The same when the files are other ones, or have changed, since they were read last: cheap enough to be
    /// asked every few seconds. Programs that renew certificates replace symbolic links, which no watch on
    /// the files would notice.
    void reloadIfChanged();

private:
    /// What tells one state of the two files from another.
    using Marks = QStringList;

    explicit TlsIdentity(TlsFiles files)
        : m_files(std::move(files)) {}
    [[nodiscard]] Marks marks() const;

    const TlsFiles m_files;
    mutable std::mutex m_mutex;
    std::shared_ptr<const TlsContext> m_current;
    Marks m_marks;
};

} // namespace recado::relay
