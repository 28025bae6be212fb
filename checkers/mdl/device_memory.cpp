// Device memory that is locked, or mapped as if it were RAM. The recorder tells which physical
// addresses are RAM; where it couldn't, nothing is decided. Of an MDL's pages a trace has the
// first: a buffer of device memory is that from its first page on.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/mdl/mdl_finding.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::MemoryRange;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kLocked, kMapped };

const Rule kRules[] = {
    checked_rule("C4:6F", "device-memory-locked", Evidence::presence),
    checked_rule("C4:89", "device-memory-in-ordinary-mdl", Evidence::presence),
};

constexpr Op kOperations[] = {Op::ram_range, Op::mdl_lock, Op::mdl_map};

constexpr std::uint64_t kPageBytes = 4096;
// Numbers of pages stand behind the MDL's head.
constexpr std::uint64_t kFirstPage = 0x30;

class DeviceMemory final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::ram_range) {
      ram_.push_back({step[Operand::address] / kPageBytes,
                      (step[Operand::address] + step[Operand::size]) / kPageBytes});
      return;
    }
    // A call that raised has filled in nothing.
    if (ram_.empty() || step.event->raised() || step[Operand::length] == 0) return;
    const std::uint64_t page = step[Operand::frame];
    if (page == 0 || is_ram(page)) return;
    if (step.op == Op::mdl_lock) {
      sink.report(mdl_finding_of(kLocked, {step[Operand::address], page, highest_page()},
                                 "locked the pages of", step, before));
    } else if ((step[Operand::flags] & replay::kMdlIoSpace) == 0) {
      sink.report(mdl_finding_of(
          kMapped, {step[Operand::address], step[Operand::address] + kFirstPage, page}, "mapped",
          step, before));
    }
  }

 private:
  bool is_ram(std::uint64_t page) const {
    return std::any_of(ram_.begin(), ram_.end(),
                       [&](const MemoryRange& range) { return range.contains(page); });
  }

  std::uint64_t highest_page() const {
    std::uint64_t end = 0;
    for (const MemoryRange& range : ram_) end = std::max(end, range.end);
    return end - 1;
  }

  static Finding mdl_finding_of(int rule, const std::array<std::uint64_t, 3>& parameters,
                                std::string_view what, const Step& step, const World& world) {
    Finding finding =
        mdl_finding(kRules[rule], 0, step, world,
                    fmt::format("{} {} the MDL at {:#x}, whose first page, {:#x}, is not RAM.",
                                driver_name(world, step.driver), what, step[Operand::address],
                                step[Operand::frame]));
    finding.parameters = {finding.rule->code, parameters[0], parameters[1], parameters[2]};
    return finding;
  }

  std::vector<MemoryRange> ram_;  // numbers of pages
};

}  // namespace

std::unique_ptr<replay::Checker> make_mdl_device_memory() {
  return std::make_unique<DeviceMemory>();
}

}  // namespace ddireplay::checkers
