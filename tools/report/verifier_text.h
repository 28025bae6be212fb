// `!verifier`: what Driver Verifier would say of the drivers at one position of a trace.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "tools/report/pool_log.h"
#include "tools/report/report_view.h"

namespace ddireplay::tools {

// Where the recorded machine's verifier kept its list entry of each driver, as far as known.
using ListEntries = std::unordered_map<format::ModuleId, std::uint64_t>;

// Which parts of the display are asked for: the bits of !verifier's first argument.
struct VerifierParts {
  bool drivers = false;      // 0x1
  bool allocations = false;  // 0x2, together with 0x1
};

// `!verifier FLAGS IMAGE`. An empty image: all drivers. Throws format::Error (usage) where the
// trace has no driver of that name.
std::string verifier_text(const ReportView& view, const replay::World& world, VerifierParts parts,
                          std::string_view image, const ListEntries& entries);

// `!verifier 0x80 ADDRESS`: newest first.
std::string pool_log_text(const PoolLog& log, std::uint64_t address, Symbolizer& symbolizer);

}  // namespace ddireplay::tools
