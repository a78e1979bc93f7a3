#pragma once

#include "relay/accounts/Accounts.h"
#include "relay/accounts/Registration.h"
#include "relay/delivery/RequestRate.h"
#include "relay/delivery/Router.h"
#include "relay/delivery/Submitter.h"
#include "relay/delivery/WorkBudget.h"
#include "relay/keys/Keys.h"
#include "relay/presence/Ephemerals.h"
#include "relay/presence/PresenceHub.h"
#include "relay/session/RelayCoreConfig.h"

namespace recado::relay {

/// What every session works with; owned by the RelayCore, which outlives its sessions.
struct SessionServices {
    const RelayCoreConfig* config = nullptr;
    const base::Clock* clock = nullptr;
    MailboxStore* mailboxes = nullptr;
    Directory* directory = nullptr;
    PrekeyStore* prekeys = nullptr;
    RelayMetrics* metrics = nullptr;
    Router* router = nullptr;
    Submitter* submitter = nullptr;
    Registration* registration = nullptr;
    Accounts* accounts = nullptr;
    Keys* keys = nullptr;
    PresenceHub* presence = nullptr;
    Ephemerals* ephemerals = nullptr;
    RequestRate* rate = nullptr;
    WorkBudget* work = nullptr;
};

} // namespace recado::relay
