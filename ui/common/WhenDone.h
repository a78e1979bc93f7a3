#pragma once

#include <QFuture>
#include <QPointer>

#include <utility>

namespace recado::ui {

/// Calls `receive` with the value of a future that finishes on this thread, unless `context` is gone by then
/// or the future is cancelled. In place of QFuture::then(context, …), which in Qt 6.4 asserts when its
/// context went first: a dialog may well be closed while its question is on the way.
template <typename T, typename Receive>
void whenDone(QFuture<T> future, QObject* context, Receive receive) {
    future.then([guard = QPointer<QObject>(context), receive = std::move(receive)](const T& value) mutable {
        if (guard)
            receive(value);
    });
}

} // namespace recado::ui
