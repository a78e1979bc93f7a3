#include "ui/common/Banner.h"

#include "ui/common/Metrics.h"
#include "ui/common/Text.h"

#include <QAccessible>
#include <QPainter>
#include <QPushButton>
#include <QResizeEvent>
#include <QVariantAnimation>

namespace recado::ui {

Banner::Banner(const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_label(new Label(theme, TextStyle::Secondary, {}, Tone::Secondary, Label::Wrap::Yes))
    , m_action(new QPushButton)
    , m_slide(new QVariantAnimation(this)) {
    m_label->setParent(this);
    m_label->setObjectName(QStringLiteral("bannerText"));
    m_action->setParent(this);
    m_action->setObjectName(QStringLiteral("bannerAction"));
    m_action->setProperty("kind", QStringLiteral("flat"));
    m_action->setAutoDefault(true); // Enter presses it
    m_action->setFont(theme.font(TextStyle::Secondary, QFont::DemiBold));
    setFocusProxy(m_action);
    m_slide->setEasingCurve(QEasingCurve::OutCubic);
    setFixedHeight(0);
    hide();
    connect(m_action, &QPushButton::clicked, this, &Banner::actionTriggered);
    connect(m_slide, &QVariantAnimation::valueChanged, this,
            [this](const QVariant& height) { setFixedHeight(height.toInt()); });
    connect(m_slide, &QVariantAnimation::finished, this, [this] { setVisible(m_saying); });
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

int Banner::labelWidth() const {
    const int beside = m_action->isHidden() ? 0 : m_action->sizeHint().width() + metric::small;
    return qMax(width() - metric::large - metric::small - beside, metric::hitArea);
}

int Banner::fullHeight() const {
    // A choice needs room to be hit, and in a narrow window the words take several lines; else it stays low.
    const int least = m_action->isHidden() ? metric::bannerHeight : metric::bannerHeight + metric::medium;
    return qMax(least, m_label->heightForWidth(labelWidth()) + metric::small);
}

void Banner::place() {
    // By hand and hung from the lower edge: what slides in must neither squeeze nor wrap anew on its way.
    const int full = fullHeight();
    const int top = height() - full;
    m_label->setGeometry(metric::large, top, labelWidth(), full);
    const QSize button = m_action->sizeHint();
    m_action->setGeometry(width() - metric::small - button.width(), top + (full - button.height()) / 2,
                          button.width(), button.height());
}

void Banner::say(const QString& text, Tone tone, const QString& action) {
    const bool news = !m_saying || text != m_label->text();
    m_tone = tone;
    m_label->setText(text);
    m_label->setToolTip(plainToolTip(text));
    m_label->setTone(tone == Tone::Normal ? Tone::Secondary : tone);
    m_action->setText(action);
    m_action->setToolTip(action);
    m_action->setVisible(!action.isEmpty());
    setAccessibleName(text);
    m_label->update();
    m_saying = true;
    show();
    place();
    slideTo(fullHeight());
    if (news && QAccessible::isActive()) {
        QAccessibleEvent alert(this, QAccessible::Alert);
        QAccessible::updateAccessibility(&alert);
    }
}

void Banner::dismiss() {
    if (!m_saying)
        return;
    m_saying = false;
    slideTo(0);
}

void Banner::slideTo(int height) {
    m_slide->stop();
    const int duration = isVisible() ? m_theme.motionMs() : 0;
    if (duration == 0) {
        setFixedHeight(height);
        setVisible(m_saying);
        return;
    }
    m_slide->setDuration(duration);
    m_slide->setStartValue(this->height());
    m_slide->setEndValue(height);
    m_slide->start();
}

void Banner::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (m_saying && event->size().width() != event->oldSize().width()) {
        m_slide->stop();
        setFixedHeight(fullHeight());
    }
    place();
}

QString Banner::text() const {
    return m_label->text();
}

void Banner::paintEvent(QPaintEvent*) {
    const Colors& colors = m_theme.colors();
    QPainter painter(this);
    QColor wash = m_tone == Tone::Danger    ? colors.danger
                  : m_tone == Tone::Caution ? colors.caution
                                            : colors.secondary;
    painter.fillRect(rect(), colors.surface);
    wash.setAlphaF(m_theme.isDark() ? 0.14F : 0.09F);
    painter.fillRect(rect(), wash);
    painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
}

} // namespace recado::ui
