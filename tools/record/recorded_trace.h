// What a recording has left in its file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools::record {

struct RecordedTrace {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  bool whole = false;  // in container and losses; says nothing of how the driver fared
  std::optional<format::EndReason> end_reason;  // none: the trace was never closed
  std::vector<std::string> problems;
  std::vector<format::Module> modules;
  std::string kmdf;  // what is to be said of KMDF drivers; empty: there are none
  std::string error;  // why there is no trace; empty: there is one
};

// Never throws for what is in the file. A trace that was closed is judged by its index; of one that
// was not, all events are read.
RecordedTrace examine_trace(const std::filesystem::path& path);

// "Crash.sys+0x1012"; nothing where it lies in no module of the trace.
std::optional<std::string> place_of(const RecordedTrace& trace, std::uint64_t address);

}  // namespace ddireplay::tools::record
