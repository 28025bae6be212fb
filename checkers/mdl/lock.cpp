// MDLs whose pages are locked though their flags forbid it: already locked, mapped, or with page
// numbers that come from elsewhere.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/mdl/mdl_finding.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kLock, kProcessLock };

const Rule kRules[] = {
    checked_rule("C4:B0", "mdl-locked-in-wrong-state", Evidence::presence, "", "D9:1"),
    checked_rule("C4:B1", "mdl-locked-for-process-in-wrong-state", Evidence::presence),
};

constexpr Op kOperations[] = {Op::mdl_lock};

constexpr std::uint64_t kWrong = replay::kMdlMapped | replay::kMdlLocked |
                                 replay::kMdlNonpagedSource | replay::kMdlPartial |
                                 replay::kMdlIoSpace;

class MdlLock final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t wrong = step[Operand::flags] & kWrong;
    if (wrong == 0) return;
    const bool for_process = function_name(before, step) == "MmProbeAndLockProcessPages";
    const Rule& rule = kRules[for_process ? kProcessLock : kLock];
    sink.report(mdl_finding(rule, wrong, step, before,
                            fmt::format("{} locked the pages of the MDL at {:#x}, which was {}.",
                                        driver_name(before, step.driver), step[Operand::address],
                                        describe_mdl_flags(wrong))));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_mdl_lock() { return std::make_unique<MdlLock>(); }

}  // namespace ddireplay::checkers
