// How objects were ended, in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/bisect/left_over.h"
#include "tools/report/symbolizer.h"

namespace ddireplay::tools::bisect {

// "IRP_MJ_DEVICE_CONTROL 0x222003", "cb:Dpc", "no callback that was seen to be entered"
std::string activity_text(const Activity& activity, const format::TraceReader& trace);

// "MyDriver!Release+0x1b"; "a place without a stack"
std::string place_text(std::uint64_t caller, Symbolizer& symbolizer);

// "1 of the 2 blocks from this call path (IoAllocateMdl) was freed"
std::string siblings_text(const LostGroup& group, const Life& life, Symbolizer& symbolizer);

// "1 by IoFreeMdl at MyDriver!Release+0x17 in IRP_MJ_READ, before the request was completed ..."
std::string way_text(const Way& way, const WayTaken& taken, Symbolizer& symbolizer);

// One line for each way, indented; the commonest first.
std::string ways_text(const LostGroup& group, Symbolizer& symbolizer);
nlohmann::ordered_json ways_json(const LostGroup& group, Symbolizer& symbolizer);

}  // namespace ddireplay::tools::bisect
