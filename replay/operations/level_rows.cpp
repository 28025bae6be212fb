// IRQL, critical and guarded regions.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr std::uint64_t kSynch = 12;  // of a multiprocessor x64 kernel
constexpr OperationRow raises_to(std::string_view name, std::uint64_t irql) {
  return {name, exit, Op::irql_raise, {fixed(level, irql), field(result, "return")}};
}
constexpr OperationRow lowers(std::string_view name) {
  return {name, entry, Op::irql_lower, {field(level, "NewIrql")}};
}

constexpr OperationRow region(std::string_view name, At at, Op op) {
  return {name, at, op, {maybe(apcs, "Apcs")}};
}

constexpr OperationRow kRows[] = {
    // IRQL, critical and guarded regions.
    {"KfRaiseIrql", exit, Op::irql_raise, {field(level, "NewIrql"), field(result, "return")}},
    raises_to("KeRaiseIrqlToDpcLevel", kDispatchLevel),
    raises_to("KeRaiseIrqlToSynchLevel", kSynch),
    lowers("KeLowerIrql"),
    lowers("KfLowerIrql"),
    region("KeEnterCriticalRegion", exit, Op::critical_enter),
    region("KeEnterGuardedRegion", exit, Op::guarded_enter),
    region("KeLeaveCriticalRegion", entry, Op::critical_leave),
    region("KeLeaveGuardedRegion", entry, Op::guarded_leave),
};

}  // namespace

std::span<const OperationRow> level_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
