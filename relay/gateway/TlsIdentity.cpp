#include "relay/gateway/TlsIdentity.h"

#include "base/Log.h"

#include <QDateTime>
#include <QFileInfo>
#include <QLoggingCategory>

namespace recado::relay {

namespace {

Q_LOGGING_CATEGORY(tlsIdentityLog, "recado.relay.tls")

} // namespace

base::Result<std::shared_ptr<TlsIdentity>> TlsIdentity::create(const TlsFiles& files) {
    std::shared_ptr<TlsIdentity> identity(new TlsIdentity(files));
    identity->m_marks = identity->marks();
    RECADO_TRY(identity->m_current, TlsContext::load(files));
    return identity;
}

std::shared_ptr<const TlsContext> TlsIdentity::current() const {
    const std::lock_guard lock(m_mutex);
    return m_current;
}

base::Status TlsIdentity::reload() {
    // Before reading: a change that comes while we read is seen next time.
    const Marks before = marks();
    auto loaded = TlsContext::load(m_files);
    {
        const std::lock_guard lock(m_mutex);
        m_marks = before;
        if (loaded)
            m_current = *loaded;
    }
    if (!loaded) {
        qCWarning(tlsIdentityLog) << "the TLS certificate was not taken, the old one stays"
                                  << base::logField("error", loaded.error().message);
        return loaded.error();
    }
    qCInfo(tlsIdentityLog) << "new connections get another TLS certificate"
                           << base::logField("file", m_files.certificate);
    return {};
}

void TlsIdentity::reloadIfChanged() {
    const Marks now = marks();
    {
        const std::lock_guard lock(m_mutex);
        if (now == m_marks)
            return;
    }
    [[maybe_unused]] const base::Status logged = reload();
}

TlsIdentity::Marks TlsIdentity::marks() const {
    Marks marks;
    for (const QString& path : {m_files.certificate, m_files.key}) {
        const QFileInfo file(path);
        marks << file.canonicalFilePath() << QString::number(file.size())
              << QString::number(file.lastModified().toMSecsSinceEpoch())
              << QString::number(file.metadataChangeTime().toMSecsSinceEpoch());
    }
    return marks;
}

} // namespace recado::relay
