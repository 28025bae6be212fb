// A trace as a list that can be changed and written again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::fuzz {

struct ListedFunction {
  std::string name;
  std::string prototype;
  std::string derived;
  format::ModuleId module = format::kNoModuleId;
  std::uint64_t original = 0;
};

struct ListedEvent {
  std::uint64_t time = 0;
  std::uint64_t thread = 0;
  std::vector<std::uint64_t> values{};
  std::size_t function = 0;  // place in EventList::functions; 0: events were lost here
  format::StackId stack = format::kNoStack;
  std::uint16_t processor = 0;
  std::uint8_t irql = 0;
  std::uint8_t flags = 0;
};

struct EventList {
  format::FileHeader header{};
  format::FooterInfo footer{};
  std::vector<format::Module> modules{};
  std::vector<ListedFunction> functions{};  // [0] stands for gaps
  std::vector<std::vector<std::uint64_t>> stacks{};
  std::vector<ListedEvent> events{};
};

// The first `events_max` events of the trace.
EventList list_events(format::TraceReader& trace, std::size_t events_max);

// As a trace. Events get the number of values that their functions have, and a time that does not
// go back. Throws format::Error.
std::vector<std::byte> to_trace(const EventList& list);

}  // namespace ddireplay::fuzz
