// Which function of a trace is which operation, and where its operands stand among its values.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "replay/operation.h"

namespace ddireplay::replay {

enum class At : std::uint8_t { entry, exit };

// Where an operand comes from: a field of the function's layout, by its name, or a constant.
struct OperandSource {
  enum class Kind : std::uint8_t {
    unused,
    field,           // without it the function can't be bound
    optional_field,  // a trace may have it or not: then the operand is 0
    constant,
  };
  Kind kind = Kind::unused;
  Operand operand = Operand::count_;
  std::string_view field;
  std::uint64_t value32 = 0;  // of a constant, where pointers have 4 bytes
  std::uint64_t value64 = 0;
};

inline constexpr std::size_t kMaxOperandSources = 24;

// Completes what no single field has: it may set type, size and kind, and the operation itself,
// where an argument says which of several it is.
using FinishStep = void (*)(Step& step, unsigned pointer_bytes);

struct OperationRow {
  std::string_view function;
  At at = At::entry;
  Op op = Op::none;
  std::array<OperandSource, kMaxOperandSources> operands{};
  // The operation has taken place only where these fields say so. Empty: always.
  std::string_view must_succeed{};  // an NTSTATUS
  std::string_view must_hold{};     // not zero
  FinishStep finish = nullptr;
  Op other_op = Op::none;  // that `finish` may make of it, besides none
};

// All rows, one table for each family (replay/operations/). A function may have two rows, one for
// each moment.
std::span<const std::span<const OperationRow>> operation_tables();

}  // namespace ddireplay::replay
