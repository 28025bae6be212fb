// An event as readers see it, and the trace-wide tables that it refers to.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "format/freestanding/ddi_layout.h"
#include "format/freestanding/ddi_table.h"
#include "format/freestanding/record.h"

namespace ddireplay::format {

using FunctionId = std::uint32_t;
using StackId = std::uint32_t;
using ModuleId = std::uint32_t;

inline constexpr ModuleId kNoModuleId = 0xffffffff;

// Function of the pseudo-event that stands where events of a processor were lost. It has the
// position of the event that follows it, and is no event itself.
//   values[0]  how many were lost; 0: not known, perhaps none
//   values[1]  until when events of that processor are missing
// Its own time says since when: the gap stands right behind the last event in front of the loss.
inline constexpr FunctionId kGap = 0;

struct Event {
  std::uint64_t position;  // 1 is the trace's first event, in the merged order of all processors
  std::uint64_t time;      // clock ticks
  std::uint64_t thread;
  const std::uint64_t* values;  // lives as long as the batch that the event came in
  FunctionId function;
  StackId stack;  // kNoStack: none
  std::uint16_t processor;
  std::uint8_t irql;  // kIrqlUnknown: not sampled. Of a call: when it was entered
  std::uint8_t flags;
  std::uint8_t value_count;

  bool at_exit() const { return (flags & event_flags::exit) != 0; }
  bool raised() const { return (flags & event_flags::raised) != 0; }
};

struct Module {
  std::string name{};
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint32_t time_date_stamp = 0;
  std::uint32_t checksum = 0;
  std::string pdb_name{};
  std::array<std::uint8_t, 16> pdb_guid{};
  std::uint32_t pdb_age = 0;
  bool is_target = false;

  bool contains(std::uint64_t address) const { return address - base < size; }
  bool operator==(const Module&) const = default;
};

// A function of a trace: a DDI that one target calls, or a callback of one target.
struct Function {
  std::string name;
  std::string prototype;
  std::string derived;
  std::uint64_t original = 0;
  ModuleId module = kNoModuleId;
  Layout layout;  // its names point into `prototype` and `derived`: functions are never copied
  Family family = Family::unknown;
  bool is_callback() const { return name.starts_with("cb:"); }
};

// Names and lines that a trace carries for one of its modules.
struct SymbolRow {
  std::uint32_t rva = 0;
  std::uint32_t size = 0;
  std::string name;
  bool operator==(const SymbolRow&) const = default;
};
struct LineRow {
  std::uint32_t rva = 0;
  std::uint32_t file = 0;  // place in ModuleSymbols::files
  std::uint32_t line = 0;
  bool operator==(const LineRow&) const = default;
};
struct ModuleSymbols {
  std::string module{};
  std::uint64_t size = 0;
  std::uint32_t time_date_stamp = 0;
  std::vector<SymbolRow> symbols{};
  std::vector<std::string> files{};
  std::vector<LineRow> lines{};

  // They are those of this very build.
  bool are_of(const Module& of) const {
    return module == of.name && size == of.size && time_date_stamp == of.time_date_stamp;
  }
};

// Events of one function. Recorded at both moments, a call is two of them.
struct CallCount {
  std::uint64_t entries = 0;
  std::uint64_t exits = 0;

  void add(bool at_exit, std::uint64_t events = 1) { (at_exit ? exits : entries) += events; }
  CallCount& operator+=(const CallCount& other) {
    entries += other.entries;
    exits += other.exits;
    return *this;
  }
  std::uint64_t all() const { return entries + exits; }
  std::uint64_t calls() const { return std::max(entries, exits); }
};

}  // namespace ddireplay::format
