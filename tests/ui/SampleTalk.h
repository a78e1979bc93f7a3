#pragma once

#include "support/FakeClient.h"

namespace recado::tests {

/// Fills a FakeClient with people and messages that show everything a window can show: groups of bubbles,
/// several days, every status, a quote, reactions, emoji, links, long names, right-to-left text, a stranger's
/// request, a changed safety number, gaps and placeholders.
struct SampleTalk {
    explicit SampleTalk(FakeClient& client);

    base::ConversationId main;    // with Clara: the rich one, newest
    base::ConversationId request; // a stranger
    base::ConversationId changed; // identity changed
    base::ConversationId hebrew;  // right to left
    base::ConversationId longName;
    base::ConversationId failed; // its last message failed
};

} // namespace recado::tests
