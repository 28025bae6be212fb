// The commands that look at the World. They run where it is: in a process of its own.
#pragma once

#include <string>
#include <string_view>

#include "replay/world.h"
#include "tools/report/report_view.h"
#include "tools/report/verifier_text.h"

namespace ddireplay::tools {

// What `line` prints: a name in its full form, then words. Throws format::Error (usage) where its
// words make no sense.
std::string run_world_command(const ReportView& view, const replay::World& world,
                              const ListEntries& list_entries, std::string_view line);

}  // namespace ddireplay::tools
