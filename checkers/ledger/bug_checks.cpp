#include "checkers/ledger/bug_checks.h"

#include <fmt/format.h>

#include "checkers/ledger/row_id.h"

namespace ddireplay::checkers {
namespace {

struct BugCheck {
  std::uint64_t number;
  std::string_view name;
};
constexpr BugCheck kBugChecks[] = {
    {0x1, "APC_INDEX_MISMATCH"},
    {0x20, "KERNEL_APC_PENDING_DURING_EXIT"},
    {0x4A, "IRQL_GT_ZERO_AT_SYSTEM_SERVICE"},
    {0x76, "PROCESS_HAS_LOCKED_PAGES"},
    {0x93, "INVALID_KERNEL_HANDLE"},
    {0xC1, "SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION"},
    {0xC2, "BAD_POOL_CALLER"},
    {0xC4, "DRIVER_VERIFIER_DETECTED_VIOLATION"},
    {0xC6, "DRIVER_CAUGHT_MODIFYING_FREED_POOL"},
    {0xC7, "TIMER_OR_DPC_INVALID"},
    {0xC8, "IRQL_UNEXPECTED_VALUE"},
    {0xC9, "DRIVER_VERIFIER_IOMANAGER_VIOLATION"},
    {0xCB, "DRIVER_LEFT_LOCKED_PAGES_IN_PROCESS"},
    {0xCC, "PAGE_FAULT_IN_FREED_SPECIAL_POOL"},
    {0xCD, "PAGE_FAULT_BEYOND_END_OF_ALLOCATION"},
    {0xCE, "DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS"},
    {0xD4, "SYSTEM_SCAN_AT_RAISED_IRQL_CAUGHT_IMPROPER_DRIVER_UNLOAD"},
    {0xD5, "DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL"},
    {0xD6, "DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION"},
    {0xD9, "LOCKED_PAGES_TRACKER_CORRUPTION"},
    {0xDA, "SYSTEM_PTE_MISUSE"},
    {0xE1, "WORKER_THREAD_RETURNED_AT_BAD_IRQL"},
    {0xE3, "RESOURCE_NOT_OWNED"},
    {0xE4, "WORKER_INVALID"},
    {0xE6, "DRIVER_VERIFIER_DMA_VIOLATION"},
    {kNoBugCheck, "WDM rules without a bug check"},
};

}  // namespace

std::string_view ledger_bug_check_name(std::uint64_t bug_check) {
  for (const BugCheck& row : kBugChecks) {
    if (row.number == bug_check) return row.name;
  }
  return {};
}

std::string bug_check_heading(std::uint64_t bug_check) {
  const std::string_view name = ledger_bug_check_name(bug_check);
  if (bug_check == kNoBugCheck) return std::string(name);
  return fmt::format("0x{:X} {}", bug_check, name);
}

}  // namespace ddireplay::checkers
