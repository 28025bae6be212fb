// A trace that a test has recorded.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "format/trace_reader.h"

namespace ddireplay::tools::record {

struct Recorded {
  bool complete = false;
  bool closed = false;
  std::size_t events = 0;
  std::map<std::string, std::size_t> calls;  // events by the name of what was called
  std::string target;                        // name of the target's module
  std::map<std::string, std::map<std::string, std::size_t>> calls_of;  // the same by driver
  bool attached = false;
};

// Reads all of it. Throws format::Error where it is no trace.
inline Recorded read_recorded(const std::filesystem::path& path) {
  format::TraceReader trace = format::TraceReader::open(path);
  Recorded recorded;
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      const format::Function& function = trace.function(event.function);
      recorded.calls[function.name] += 1;
      if (function.module != format::kNoModuleId) {
        recorded.calls_of[trace.module(function.module).name][function.name] += 1;
      }
      recorded.events += event.function != format::kGap;
    }
  }
  recorded.complete = trace.condition().complete();
  recorded.closed = trace.footer() != nullptr;
  recorded.attached = recorded.closed && trace.footer()->started_attached;
  for (format::ModuleId id = 0; id < trace.module_count(); ++id) {
    if (trace.module(id).is_target) recorded.target = trace.module(id).name;
  }
  return recorded;
}

}  // namespace ddireplay::tools::record
