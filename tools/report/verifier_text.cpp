#include "tools/report/verifier_text.h"

#include <array>

#include "checkers/ledger/ledger.h"
#include "replay/text_case.h"
#include "tools/report/append.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

struct Flag {
  std::uint32_t bit;
  std::string_view name;
  // What the ledger calls the option; empty where it has no rule that the flag would arm.
  std::string_view option{};
};

constexpr std::uint32_t kSpecialPool = 0x1;

constexpr std::array<Flag, 10> kStandardFlags = {{
    {0x0, "Automatic Checks"},
    {kSpecialPool, "Special pool", "special pool"},
    {0x2, "Force IRQL checking", "force IRQL"},
    {0x8, "Pool tracking", "pool tracking"},
    {0x10, "I/O verification", "I/O verification"},
    {0x20, "Deadlock detection", "deadlock detection"},
    {0x80, "DMA checking", "DMA"},
    {0x100, "Security checks", "security"},
    {0x800, "Miscellaneous checks", "misc"},
    {0x20000, "DDI compliance checking", "DDI compliance"},
}};

constexpr std::array<Flag, 11> kAdditionalFlags = {{
    {0x4, "Randomized low resources simulation"},
    {0x200, "Force pending I/O requests"},
    {0x400, "IRP logging"},
    {0x2000, "Invariant MDL checking for stack"},
    {0x4000, "Invariant MDL checking for driver"},
    {0x8000, "Power framework delay fuzzing"},
    {0x40000, "Systematic low resources simulation"},
    {0x80000, "DDI compliance checking (additional)"},
    {0x200000, "NDIS/WIFI verification"},
    {0x800000, "Kernel synchronization delay fuzzing"},
    {0x1000000, "VM switch verification"},
}};

// Entries that Driver Verifier's own log has room for. A trace has no such limit, and is searched
// as a whole.
constexpr std::uint64_t kVerifierLogEntries = 0x10000;

// The options under which Windows would check a rule.
std::uint32_t options_of(const replay::Rule& rule) {
  std::uint32_t flags = 0;
  for (const checkers::LedgerRow& row : checkers::ledger_rows()) {
    if (!checkers::is_own_row(rule, row)) continue;
    for (const Flag& flag : kStandardFlags) {
      if (row.option.find(flag.option) != row.option.npos) flags |= flag.bit;
    }
  }
  return flags;
}

// As the recorded machine had them set; else those that the armed rules stand for.
std::uint32_t flags_in_force(const ReportView& view, const replay::World& world) {
  std::uint32_t flags = 0;
  for (const replay::Driver& driver : world.drivers().all()) flags |= driver.verifier_flags;
  if (flags != 0) return flags;
  for (const replay::RuleActivity& armed : view.report.rules_armed) {
    flags |= options_of(*armed.rule);
  }
  return flags;
}

void append_flag(std::string& out, const Flag& flag, std::uint32_t flags) {
  const bool enabled = (flags & flag.bit) == flag.bit;
  append(out, "    [{}] (0x{:08x}) {}\n", enabled ? 'X' : ' ', flag.bit, flag.name);
}

void append_flags(std::string& out, std::uint32_t flags) {
  append(out, "\nVerify Flags Level 0x{:08x}\n\n  STANDARD FLAGS:\n", flags);
  for (const Flag& flag : kStandardFlags) append_flag(out, flag, flags);
  append(out, "\n  ADDITIONAL FLAGS:\n");
  for (const Flag& flag : kAdditionalFlags) append_flag(out, flag, flags);
  append(out, "\n    [X] Indicates flag is enabled\n\n");
}

void append_usage(std::string& out, std::string_view pool,
                  const replay::PoolStatistics::Current& usage) {
  const auto line = [&](std::string_view when, std::uint64_t count, std::uint64_t bytes) {
    append(out, "  {:<39}0x{:x} for {:08X} bytes\n",
           fmt::format("{} {} pool allocations", when, pool), count, bytes);
  };
  line("Current", usage.count, usage.bytes);
  line("Peak", usage.peak_count, usage.peak_bytes);
}

// Synchronised executions and working-set trims are the kernel's own doings: no call of a driver
// shows them, so they stay 0.
void append_statistics(std::string& out, const replay::World& world, std::uint32_t flags) {
  const replay::PoolStatistics& pool = world.pool().total();
  append(out, "\nSummary of All Verifier Statistics\n\n");
  append(out, "  RaiseIrqls           0x{:x}\n", world.level_counts().raises());
  append(out, "  AcquireSpinLocks     0x{:x}\n", world.level_counts().spin_locks());
  append(out, "  Synch Executions     0x0\n  Trims                0x0\n\n");
  append(out, "  Pool Allocations Attempted             0x{:x}\n", pool.attempted);
  append(out, "  Pool Allocations Succeeded             0x{:x}\n", pool.succeeded);
  append(out, "  Pool Allocations Succeeded SpecialPool 0x{:x}\n",
         (flags & kSpecialPool) != 0 ? pool.succeeded : 0);
  append(out, "  Pool Allocations With NO TAG           0x{:x}\n", pool.without_tag);
  append(out, "  Pool Allocations Failed                0x{:x}\n\n", pool.failed);
  append_usage(out, "paged", pool.paged);
  append_usage(out, "nonpaged", pool.nonpaged);
}

void append_driver_statistics(std::string& out, const replay::PoolStatistics& pool) {
  append(out, "    Pool Allocation Statistics: ( NonPagedPool / PagedPool )\n\n");
  const auto pair = [&](std::string_view name, std::uint64_t nonpaged, std::uint64_t paged) {
    append(out, "      {:<25} ( 0x{:08X} / 0x{:08X} )\n", name, nonpaged, paged);
  };
  pair("Current Pool Allocations:", pool.nonpaged.count, pool.paged.count);
  pair("Current Pool Bytes:", pool.nonpaged.bytes, pool.paged.bytes);
  pair("Peak Pool Allocations:", pool.nonpaged.peak_count, pool.paged.peak_count);
  pair("Peak Pool Bytes:", pool.nonpaged.peak_bytes, pool.paged.peak_bytes);
}

// Its peak is not counted apart: what is held now stands for it.
void append_contiguous(std::string& out, const replay::World& world, format::ModuleId driver) {
  std::uint64_t bytes = 0;
  world.pool().for_each_of(driver, [&](const replay::PoolBlock& block) {
    if (block.kind == replay::BlockKind::contiguous) bytes += block.charged;
  });
  append(out, "      Contiguous Memory Bytes:       0x{:08X}\n", bytes);
  append(out, "      Peak Contiguous Memory Bytes:  0x{:08X}\n", bytes);
}

void append_block(std::string& out, const ReportView& view, const replay::PoolBlock& block) {
  const unsigned width = view.pointer_bytes();
  const std::uint64_t caller = caller_in(view.trace, block.allocated.stack, block.driver);
  append(out, "      {}  0x{:08x}  {}  {}  {}\n", prefixed_pointer(block.address, width),
         block.charged, tag_text(block.tag), prefixed_pointer(caller, width),
         caller == 0 ? std::string("(no stack)")
                     : function_name(view.symbolizer.frame(caller), width));
}

void append_blocks(std::string& out, const ReportView& view, const replay::World& world,
                   format::ModuleId driver) {
  const std::size_t width = 2 + pointer_digits(view.pointer_bytes());
  append(out, "\n    Pool Allocations:\n\n");
  append(out, "      {:<{}}  {:<10}  {:<4}  {:<{}}\n", "Address", width, "Length", "Tag", "Caller",
         width);
  append(out, "      {:-<{}}  {:-<10}  {:-<4}  {:-<{}}\n", "", width, "", "", "", width);
  world.pool().for_each_of(driver,
                           [&](const replay::PoolBlock& block) { append_block(out, view, block); });
}

// A driver that is being unloaded is still in the verifier's list as it was.
std::string_view state_text(replay::DriverState state) {
  return state == replay::DriverState::unloaded ? "Unloaded" : "Loaded";
}

// Where the machine's list entry is not known, the driver's image stands in its place.
void append_driver(std::string& out, const ReportView& view, const replay::World& world,
                   const replay::Driver& driver, bool allocations, const ListEntries& entries) {
  const format::Module& module = view.trace.module(driver.module);
  const auto entry = entries.find(driver.module);
  append(
      out, "\n  MODULE: {} {} ({})\n\n",
      prefixed_pointer(entry == entries.end() ? module.base : entry->second, view.pointer_bytes()),
      module.name, state_text(driver.state));
  append_driver_statistics(out, world.pool().statistics(driver.module));
  append_contiguous(out, world, driver.module);
  if (allocations) append_blocks(out, view, world, driver.module);
}

void append_drivers(std::string& out, const ReportView& view, const replay::World& world,
                    bool allocations, std::string_view image, const ListEntries& entries) {
  append(out, "\nDriver Verification List\n------------------------\n");
  bool found = image.empty();
  for (const replay::Driver& driver : world.drivers().all()) {
    if (driver.module == format::kNoModuleId) continue;
    if (!image.empty() && !replay::same_without_case(view.trace.module(driver.module).name, image))
      continue;
    append_driver(out, view, world, driver, allocations, entries);
    found = true;
  }
  if (!found) {
    throw format::Error(fmt::format("no driver {} in this trace so far; see lm", image),
                        format::ExitStatus::usage);
  }
}

void append_log_entry(std::string& out, const PoolLogEntry& entry, Symbolizer& symbolizer) {
  constexpr std::size_t kRuleWidth = 70;
  const unsigned width = symbolizer.pointer_bytes();
  const std::string title = fmt::format("====== #{} {} ", entry.position, entry.function);
  append(out, "\n{:=<{}}\n", title, kRuleWidth);
  append(out, "Pool block {}, Size {}, Thread {}\n", plain_pointer(entry.address, width),
         plain_pointer(entry.size, width), plain_pointer(entry.thread, width));
  for (const std::uint64_t address : entry.stack) {
    append(out, "{} {}\n", plain_pointer(address, width),
           frame_name(symbolizer.frame(address), width));
  }
}

}  // namespace

std::string verifier_text(const ReportView& view, const replay::World& world, VerifierParts parts,
                          std::string_view image, const ListEntries& entries) {
  std::string out;
  const std::uint32_t flags = flags_in_force(view, world);
  append_flags(out, flags);
  append_statistics(out, world, flags);
  if (parts.drivers) append_drivers(out, view, world, parts.allocations, image, entries);
  return out;
}

std::string pool_log_text(const PoolLog& log, std::uint64_t address, Symbolizer& symbolizer) {
  std::string out;
  append(out, "\nLog of recent kernel pool Allocate and Free operations:\n\n");
  append(out, "There are up to 0x{:x} entries in the log.\n\n", kVerifierLogEntries);
  append(out, "Parsing 0x{} log entries, searching for address 0x{}.\n",
         plain_pointer(kVerifierLogEntries, symbolizer.pointer_bytes()),
         plain_pointer(address, symbolizer.pointer_bytes()));
  if (log.operations > kVerifierLogEntries) {
    append(out, "The trace goes back further: all of its 0x{:x} operations were searched.\n",
           log.operations);
  }
  for (auto at = log.entries.rbegin(); at != log.entries.rend(); ++at) {
    const PoolLogEntry& entry = *at;
    append_log_entry(out, entry, symbolizer);
  }
  if (log.entries.empty()) append(out, "\nNo operation on this address.\n");
  return out;
}

}  // namespace ddireplay::tools
