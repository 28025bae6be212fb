// Every DDI, once. From this table come the recorder's capture plan, the decoder, names and columns
// in the tools, the documentation's list and the fuzzer's dictionary.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "format/freestanding/ddi_layout.h"

namespace ddireplay::format {

enum class Family : std::uint8_t {
  pool,
  irql,
  spinlock,
  fastmutex,
  sync,
  resource,
  mdl,
  iospace,
  timer,
  dpc,
  workitem,
  thread,
  object,
  handle,
  lookaside,
  irp,
  string,
  power,
  removelock,
  wmi,
  etw,
  callback,  // a routine of the driver that the kernel calls
  runtime,   // C run-time exports: left unhooked unless asked for
  unknown,   // an import that the table doesn't have
};
std::string_view family_name(Family family);

// At which moments a call makes an event. A release has happened when it is entered, an acquisition
// exists from its return: with that rule an address that another processor reuses at once can't be
// read as a double free. Callbacks and calls in which others take place are recorded at both.
enum class When : std::uint8_t {
  entry = 1,
  exit = 2,
  both = 3,
  never = 4,  // inspects its caller's frame, or unwinds: never hooked
};

struct DdiRow {
  std::string_view name;  // the export's name; `cb:Name` for a callback
  Family family;
  When when;
  std::string_view prototype;
  std::string_view derived;

  // Parsed anew at each call: the texts were checked when the table was compiled.
  constexpr Layout layout() const { return parse_layout(prototype, derived); }
};

// All rows: callbacks first, then imports, each group sorted by name. A row's place is not stable
// between versions; names are.
struct DdiTable {
  const DdiRow* rows;
  std::size_t count;
  const DdiRow* begin() const { return rows; }
  const DdiRow* end() const { return rows + count; }
};
DdiTable ddi_table();
// Tells tables of different versions apart.
std::uint64_t ddi_table_id();

// The row of that name, or nullptr.
const DdiRow* find_ddi(std::string_view name);

// What is recorded of an import that the table doesn't have: four arguments and the result.
const DdiRow& unknown_ddi();

// What is recorded of an import that the host doesn't have: four arguments. Such a call ends in an
// exception, so it is recorded as it begins.
const DdiRow& absent_ddi();

}  // namespace ddireplay::format
