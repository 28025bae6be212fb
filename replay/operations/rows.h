// What the families' tables of operation rows are written with. Included by them only.
#pragma once

#include <span>

#include "replay/irql.h"
#include "replay/operation_table.h"
#include "replay/pool_tag.h"

namespace ddireplay::replay::operations {

constexpr OperandSource field(Operand operand, std::string_view name) {
  return {OperandSource::Kind::field, operand, name, 0, 0};
}
constexpr OperandSource maybe(Operand operand, std::string_view name) {
  return {OperandSource::Kind::optional_field, operand, name, 0, 0};
}
constexpr OperandSource fixed(Operand operand, std::uint64_t value) {
  return {OperandSource::Kind::constant, operand, {}, value, value};
}
constexpr OperandSource fixed(Operand operand, std::uint64_t value32, std::uint64_t value64) {
  return {OperandSource::Kind::constant, operand, {}, value32, value64};
}

inline void set(Step& step, Operand operand, std::uint64_t value) {
  step.operands[static_cast<std::size_t>(operand)] = value;
}

// Calls that report about the object which `parameter` names.
constexpr OperationRow reports(std::string_view function, Op op, std::string_view parameter) {
  return {function,
          At::exit,
          op,
          {field(Operand::address, parameter), field(Operand::result, "return")}};
}

std::span<const OperationRow> callback_rows();
std::span<const OperationRow> device_rows();
std::span<const OperationRow> handle_rows();
std::span<const OperationRow> level_rows();
std::span<const OperationRow> mdl_rows();
std::span<const OperationRow> object_rows();
std::span<const OperationRow> lock_rows();
std::span<const OperationRow> pool_rows();
std::span<const OperationRow> reference_rows();
std::span<const OperationRow> request_rows();
std::span<const OperationRow> timer_rows();
std::span<const OperationRow> work_rows();

}  // namespace ddireplay::replay::operations
