// What ended a recording, and which DDIs were called that its host doesn't have: as sentences,
// without a full stop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools {

// "Crash.sys+0x1012"; the bare address where it is in none of the modules.
std::string module_place(std::span<const format::Module> modules, std::uint64_t address);

// " (Dispatch+0x14, driver.c:33)" as far as these are known; of the file, only its name.
std::string symbol_suffix(std::string_view symbol, std::string_view file, std::uint32_t line);

// "access violation (0xc0000005) writing 0x0".
std::string exception_text(const format::Ending& ending);

// "The recording ended because the target crashed: access violation (0xc0000005) writing 0x0 at
// Crash.sys+0x1012 (Dispatch+0x14, driver.c:33), in thread 0x104, while running test.exe". Nothing
// where it ended as it should, or nobody has told why.
std::optional<std::string> ending_sentence(const format::FooterInfo& footer);

// Symbol of a return address, as in "Crash!Dispatch+0x14"; empty: not known.
using NameAddress = std::function<std::string(std::uint64_t)>;

// One for each such DDI: "The target called a DDI that this host does not have: NAME, 3 calls, the
// first from Crash.sys+0x1040 (Crash!Dispatch+0x14)". Not the one whose call was the end.
std::vector<std::string> absent_sentences(const format::FooterInfo& footer,
                                          const NameAddress& name_address);

// All of these.
std::vector<std::string> ending_sentences(const format::FooterInfo* footer,
                                          const NameAddress& name_address);

}  // namespace ddireplay::tools
