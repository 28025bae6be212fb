#include "replay/finding.h"

#include <iterator>

namespace ddireplay::replay {

namespace {

constexpr std::string_view kRoleNames[] = {
    "violated", "allocated", "freed",    "initialised", "armed",     "queued",  "cancelled",
    "running",  "locked",    "unlocked", "referenced",  "created",   "deleted", "loaded",
    "unloaded", "mapped",    "received", "sent",        "completed",
};
static_assert(std::size(kRoleNames) == static_cast<std::size_t>(Role::completed) + 1);

}  // namespace

std::string_view role_name(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

}  // namespace ddireplay::replay
