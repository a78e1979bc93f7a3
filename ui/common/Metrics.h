#pragma once

/// Sizes in logical pixels and durations in milliseconds, written down once. A grid of four.
namespace recado::ui::metric {

inline constexpr int unit = 4;
inline constexpr int small = 8;
inline constexpr int medium = 12;
inline constexpr int large = 16;
inline constexpr int huge = 24;

inline constexpr int radiusBubble = 14;
inline constexpr int radiusBubbleTail = 4;
inline constexpr int radiusCard = 10;
inline constexpr int radiusButton = 8;

inline constexpr int railWidth = 64;
inline constexpr int listMinimumWidth = 280;
inline constexpr int listMaximumWidth = 380;
inline constexpr int listWidth = 320;
/// Narrower windows show one pane at a time.
inline constexpr int onePaneBelow = 720;
inline constexpr int windowMinimumWidth = 360;
inline constexpr int windowMinimumHeight = 480;
inline constexpr int windowWidth = 1100;
inline constexpr int windowHeight = 720;

inline constexpr int headerHeight = 56;
inline constexpr int bannerHeight = 28;
inline constexpr int listRow = 68;
inline constexpr int listAvatar = 44;
inline constexpr int headerAvatar = 36;
inline constexpr int presenceDot = 12;
inline constexpr int hitArea = 32;
inline constexpr int railButton = 44;
inline constexpr int icon = 20;
inline constexpr int statusIcon = 14;
inline constexpr int pillHeight = 20;
inline constexpr int badgeHeight = 16;
inline constexpr int badgeText = 12;
inline constexpr int formWidth = 400;

inline constexpr int bubbleMaximumWidth = 560;
/// The talk takes no more width than this, centred.
inline constexpr int timelineColumn = 960;
inline constexpr int bubbleShare = 72; // per cent of the timeline's width
inline constexpr int bubblePaddingX = 12;
inline constexpr int bubblePaddingY = 7;
inline constexpr int groupGap = 2;
inline constexpr int bubbleGap = 10;
inline constexpr int quoteEdge = 3;
inline constexpr int reactionHeight = 24;
inline constexpr int composerLines = 8;
inline constexpr int emojiScale = 3;

inline constexpr int slideMs = 120;
inline constexpr int skeletonAfterMs = 200;
/// Messages of one sender closer than this stand together as a group.
inline constexpr int groupMs = 5 * 60 * 1000;

} // namespace recado::ui::metric
