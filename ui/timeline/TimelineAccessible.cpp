#include "ui/timeline/TimelineAccessible.h"

#include "ui/timeline/TimelineView.h"

#include <QAccessibleWidget>
#include <QHash>
#include <QPointer>

#include <mutex>

namespace recado::ui {

namespace {

/// One message. It names its message, not its row, because rows move.
class TimelineRowAccessible final : public QAccessibleInterface {
public:
    TimelineRowAccessible(TimelineView& view, messaging::LocalId message)
        : m_view(&view)
        , m_message(message) {}

    [[nodiscard]] bool isValid() const override { return m_view && row() >= 0; }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* parent() const override {
        return m_view ? QAccessible::queryAccessibleInterface(m_view) : nullptr;
    }
    [[nodiscard]] QAccessibleInterface* child(int) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::ListItem; }

    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        return kind == QAccessible::Name && isValid() ? m_view->accessibleTextOf(row()) : QString();
    }
    void setText(QAccessible::Text, const QString&) override {}

    [[nodiscard]] QRect rect() const override {
        if (!isValid())
            return {};
        const QRect inView = m_view->rectOf(row()).toRect();
        return inView.isEmpty() ? QRect() : inView.translated(m_view->viewport()->mapToGlobal(QPoint()));
    }

    [[nodiscard]] QAccessible::State state() const override {
        QAccessible::State state;
        if (!isValid()) {
            state.invalid = true;
            return state;
        }
        state.focusable = true;
        state.readOnly = true;
        state.focused = m_view->hasFocus() && m_view->currentRow() == row();
        state.offscreen = m_view->rectOf(row()).isEmpty();
        return state;
    }

private:
    [[nodiscard]] int row() const { return m_view->model().rowOf(m_message); }

    QPointer<TimelineView> m_view;
    messaging::LocalId m_message;
};

class TimelineAccessibleList final : public QAccessibleWidget {
public:
    explicit TimelineAccessibleList(TimelineView& view)
        : QAccessibleWidget(&view, QAccessible::List)
        , m_view(view) {}

    ~TimelineAccessibleList() override { forget(); }

    [[nodiscard]] int childCount() const override { return m_view.model().count(); }

    [[nodiscard]] QAccessibleInterface* child(int index) const override {
        if (index < 0 || index >= childCount())
            return nullptr;
        const messaging::LocalId message = m_view.model().at(index).id;
        if (const auto known = m_children.constFind(message); known != m_children.constEnd()) {
            if (QAccessibleInterface* row = QAccessible::accessibleInterface(known.value()))
                return row;
        }
        // A long evening of scrolling must not leave an object for every message behind.
        if (m_children.size() > 2 * TimelineModel::maximumRows)
            forget();
        const QAccessible::Id id =
            QAccessible::registerAccessibleInterface(new TimelineRowAccessible(m_view, message));
        m_children.insert(message, id);
        return QAccessible::accessibleInterface(id);
    }

    [[nodiscard]] int indexOfChild(const QAccessibleInterface* wanted) const override {
        for (int row = 0; row < childCount(); ++row) {
            const auto known = m_children.constFind(m_view.model().at(row).id);
            if (known != m_children.constEnd() && QAccessible::accessibleInterface(known.value()) == wanted)
                return row;
        }
        return -1;
    }

    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override {
        for (const auto& visible : m_view.geometryOfRows().visible()) {
            QAccessibleInterface* row = child(visible.row);
            if (row && row->rect().contains(x, y))
                return row;
        }
        return nullptr;
    }

    [[nodiscard]] QAccessibleInterface* focusChild() const override {
        const int current = m_view.hasFocus() ? m_view.currentRow() : -1;
        return current >= 0 ? child(current) : QAccessibleWidget::focusChild();
    }

private:
    void forget() const {
        for (const QAccessible::Id id : std::as_const(m_children))
            QAccessible::deleteAccessibleInterface(id);
        m_children.clear();
    }

    TimelineView& m_view;
    mutable QHash<messaging::LocalId, QAccessible::Id> m_children;
};

QAccessibleInterface* makeTimelineAccessible(const QString&, QObject* object) {
    auto* view = qobject_cast<TimelineView*>(object);
    return view ? new TimelineAccessibleList(*view) : nullptr;
}

} // namespace

void installTimelineAccessibility() {
    static std::once_flag once;
    std::call_once(once, [] { QAccessible::installFactory(makeTimelineAccessible); });
}

void announceTimelineFocus(TimelineView& view, int row) {
    if (!QAccessible::isActive())
        return;
    QAccessibleEvent event(&view, QAccessible::Focus);
    event.setChild(row);
    QAccessible::updateAccessibility(&event);
}

} // namespace recado::ui
