// What a recording has left in its file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "format/trace_reader.h"
#include "tools/record/pending_request.h"

namespace ddireplay::tools::record {

// Of one function, by all that was recorded of it.
struct CallCount {
  std::string module;  // the target whose calls these are
  std::uint64_t calls = 0;
  std::uint64_t first_caller = 0;  // return address; 0: not known
  std::uint64_t last_caller = 0;
  std::uint64_t last_thread = 0;
};

struct RecordedTrace {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  bool whole = false;  // in container and losses; says nothing of how the driver fared
  std::optional<format::EndReason> end_reason;  // none: the trace was never closed
  std::vector<std::string> problems;
  std::vector<format::Module> modules;
  std::string kmdf;  // what is to be said of KMDF drivers; empty: there are none
  std::optional<format::FooterInfo> footer;

  // Only of a trace that was never closed.
  std::map<std::string, CallCount> calls;
  std::map<std::uint64_t, std::int64_t> inside;  // threads, and how deep in callbacks they were
  std::optional<PendingRequest> pending;         // only when asked for
  std::string error;                             // why there is no trace; empty: there is one
};

// Never throws for what is in the file. A trace that was closed is judged by its index; of one that
// was not, all events are read.
RecordedTrace examine_trace(const std::filesystem::path& path);

}  // namespace ddireplay::tools::record
