#include "format/freestanding/ddi_table.h"

#include <iterator>

namespace ddireplay::format {

namespace {

using enum Family;
using enum When;

constexpr DdiRow kRows[] = {
#include "format/freestanding/ddi_rows.inc"
};

constexpr DdiRow kUnknown = {
    "", unknown, exit, "ULONG_PTR (ULONG_PTR Arg1, ULONG_PTR Arg2, ULONG_PTR Arg3, ULONG_PTR Arg4)",
    ""};

constexpr DdiRow kAbsent = {"", unknown, entry,
                            "VOID (ULONG_PTR Arg1, ULONG_PTR Arg2, ULONG_PTR Arg3, ULONG_PTR Arg4)",
                            ""};

constexpr bool sorts_before(std::string_view left, std::string_view right) {
  const bool left_is_callback = left.starts_with("cb:");
  if (left_is_callback != right.starts_with("cb:")) return left_is_callback;
  return left < right;
}

consteval bool rows_are_sound() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    const DdiRow& row = kRows[i];
    if (row.layout().error != nullptr) return false;
    if ((row.family == callback) != row.name.starts_with("cb:")) return false;
    if (i > 0 && !sorts_before(kRows[i - 1].name, row.name)) return false;
  }
  return kUnknown.layout().error == nullptr;
}
static_assert(rows_are_sound());

// FNV-1a over all texts.
consteval std::uint64_t id_of_rows() {
  std::uint64_t id = 0xcbf29ce484222325;
  for (const DdiRow& row : kRows) {
    for (const std::string_view text : {row.name, row.prototype, row.derived}) {
      for (const char c : text) id = (id ^ static_cast<unsigned char>(c)) * 0x100000001b3;
      id = (id ^ 0xff) * 0x100000001b3;
    }
  }
  return id;
}
constexpr std::uint64_t kId = id_of_rows();

constexpr std::string_view kFamilyNames[] = {
    "pool",   "irql",  "spinlock",   "fastmutex", "sync",   "resource", "mdl",       "iospace",
    "timer",  "dpc",   "workitem",   "thread",    "object", "handle",   "lookaside", "irp",
    "string", "power", "removelock", "wmi",       "etw",    "callback", "runtime",   "unknown",
};
static_assert(std::size(kFamilyNames) == static_cast<std::size_t>(unknown) + 1);

}  // namespace

std::string_view family_name(Family family) {
  return kFamilyNames[static_cast<std::size_t>(family)];
}

DdiTable ddi_table() { return {kRows, std::size(kRows)}; }

std::uint64_t ddi_table_id() { return kId; }

const DdiRow* find_ddi(std::string_view name) {
  std::size_t low = 0;
  std::size_t high = std::size(kRows);
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (sorts_before(kRows[middle].name, name)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < std::size(kRows) && kRows[low].name == name ? &kRows[low] : nullptr;
}

const DdiRow& unknown_ddi() { return kUnknown; }

const DdiRow& absent_ddi() { return kAbsent; }

}  // namespace ddireplay::format
