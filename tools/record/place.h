// Where in a recorded driver an address lies, by the symbols that are beside the driver's file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/record/recorded_trace.h"

namespace ddireplay::tools::record {

struct Place {
  std::string module;
  std::uint64_t offset = 0;
  std::string symbol;  // "Dispatch+0x14"; empty: none is known
  std::string file;
  std::uint32_t line = 0;
};

// Symbols, a PDB or the driver itself, are looked for in the directories of `symbol_path`. Nothing
// where the address lies in no module of the trace.
std::optional<Place> place_of(const RecordedTrace& trace, const std::string& symbol_path,
                              std::uint64_t address);

// "Crash.sys+0x1012 (Dispatch+0x14, driver.c:33)".
std::string place_text(const Place& place);

}  // namespace ddireplay::tools::record
