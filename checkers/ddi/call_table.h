// Rules that a single call decides, as rows: at which level it may not be made, what its arguments
// may not be.
//
// A new rule is a CallRule and one or more CallRows in one of the tables (*_rows.cpp); the engine
// (call_checker.cpp) needs no change. A row whose function a trace lacks, or of which the trace's
// own layout has not all fields, is never asked.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "replay/irql.h"

namespace ddireplay::checkers {

// Levels at which the call breaks the rule, a bit for each. An unknown level is none of them.
struct Levels {
  std::uint32_t bad = 0;
  bool any = false;  // the level doesn't matter, and need not be known
};
inline constexpr Levels kAnyLevel = {0, true};
constexpr Levels above(std::uint8_t level) { return {~((std::uint32_t{2} << level) - 1), false}; }
constexpr Levels exactly(std::uint8_t level) { return {std::uint32_t{1} << level, false}; }
constexpr Levels other_than(std::uint8_t level) { return {~(std::uint32_t{1} << level), false}; }

// What a value of the call is, where the rule is broken. Values are unsigned, of their field's
// width.
enum class Is : std::uint8_t {
  unused,
  equal,
  other,
  greater,
  less,
  with,            // has at least one of the bits of `value`
  without,         // has none of them
  none_of,         // a small number whose bit in `value` is 0
  no_tag,          // has neither a letter nor a digit among its four characters
  above_field,     // greater than the value of field `low`
  user_address,    // not 0, and in the user half: undecided where the kernel is a process (Wine)
  kernel_address,  // as above
  between,         // field `low` <= it < field `high`; never where `low` is 0
  overlapping,  // [it, it + size) and [low, low + size), `high` naming the size; not the same ones
};
struct Test {
  Is is = Is::unused;
  std::string_view field;
  std::uint64_t value = 0;
  std::string_view low{};
  std::string_view high{};
};

// Callbacks of the driver in which the call has to take place.
enum class Inside : std::uint8_t {
  anything,
  dpc,           // of an IoTimer or a threaded DPC too
  set_power,     // a dispatch routine with IRP_MJ_POWER, IRP_MN_SET_POWER
  start_device,  // with IRP_MJ_PNP, IRP_MN_START_DEVICE
};

inline constexpr std::size_t kMaxTests = 3;

struct CallRow {
  std::string_view rule;       // id
  std::string_view functions;  // with spaces between; the rest holds for each of them
  Levels levels = kAnyLevel;
  std::array<Test, kMaxTests> tests{};  // all of them
  Inside inside = Inside::anything;
};

// What a bug check parameter shows.
struct Parameter {
  enum class Kind : std::uint8_t { constant, irql, field, tested, call_site, limit };
  Kind kind = Kind::constant;
  std::string_view field{};  // names with spaces between: the first that the function has; else 0
  std::uint64_t value = 0;
};
constexpr Parameter shows(std::string_view field) { return {Parameter::Kind::field, field, 0}; }
constexpr Parameter constant(std::uint64_t value) { return {Parameter::Kind::constant, {}, value}; }
inline constexpr Parameter kIrql = {Parameter::Kind::irql, {}, 0};
inline constexpr Parameter kTested = {Parameter::Kind::tested, {}, 0};  // by the row's first test
inline constexpr Parameter kCallSite = {Parameter::Kind::call_site, {}, 0};
// 1: the level is not the only one allowed; 2: it is above the limit.
inline constexpr Parameter kLimit = {Parameter::Kind::limit, {}, 0};

// Tests, as rows write them.
constexpr Test is(std::string_view field, std::uint64_t value) { return {Is::equal, field, value}; }
constexpr Test is_not(std::string_view field, std::uint64_t value) {
  return {Is::other, field, value};
}
constexpr Test has(std::string_view field, std::uint64_t bits) { return {Is::with, field, bits}; }
constexpr Test lacks(std::string_view field, std::uint64_t bits) {
  return {Is::without, field, bits};
}
constexpr Test exceeds(std::string_view field, std::uint64_t value) {
  return {Is::greater, field, value};
}
constexpr Test exceeds(std::string_view field, std::string_view limit) {
  return {Is::above_field, field, 0, limit};
}
constexpr Test is_below(std::string_view field, std::uint64_t value) {
  return {Is::less, field, value};
}
constexpr Test is_user(std::string_view field) { return {Is::user_address, field}; }
constexpr Test is_kernel(std::string_view field) { return {Is::kernel_address, field}; }
constexpr Test is_on_stack(std::string_view field) {
  return {Is::between, field, 0, "StackLow", "StackHigh"};
}

struct CallRule {
  std::string_view id;  // of a ledger row
  std::string_view slug;
  std::array<Parameter, 3> parameters{};  // 2 to 4
  std::string_view aliases{};             // ids of other rows that are the same defect
  bool by_default = true;
};

// The rows of one rule stand together.
struct CallTable {
  std::span<const CallRule> rules;
  std::span<const CallRow> rows;
};

CallTable level_calls();     // the level of a call, and nothing else
CallTable memory_calls();    // memory manager and pool
CallTable wait_calls();      // waits and events
CallTable argument_calls();  // addresses and other arguments
CallTable advice_calls();    // on request only

}  // namespace ddireplay::checkers
