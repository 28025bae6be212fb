// MDLs that are unlocked though their pages aren't theirs to unlock.

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

enum { kNotLocked, kNonpaged, kPartial };

const Rule kRules[] = {
    checked_rule("C4:7C", "mdl-unlocked-unlocked", Evidence::presence),
    checked_rule("C4:7D", "mdl-unlocked-over-nonpaged-pool", Evidence::presence),
    checked_rule("C4:B4", "mdl-unlocked-partial", Evidence::presence),
};

constexpr Op kOperations[] = {Op::mdl_unlock};

class MdlUnlock final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t flags = step[Operand::flags];
    // A partial MDL, or one over nonpaged pool, is not locked either: the cause goes first.
    if ((flags & replay::kMdlPartial) != 0) {
      report(kPartial, replay::kMdlPartial, "is a partial one", step, before, sink);
    } else if ((flags & replay::kMdlNonpagedSource) != 0) {
      report(kNonpaged, 0, "was built over nonpaged pool", step, before, sink);
    } else if ((flags & replay::kMdlLocked) == 0) {
      report(kNotLocked, 0, "was not locked", step, before, sink);
    }
  }

 private:
  static void report(int rule, std::uint64_t last, std::string_view what, const Step& step,
                     const World& world, FindingSink& sink) {
    sink.report(
        mdl_finding(kRules[rule], last, step, world,
                    fmt::format("{} unlocked the pages of the MDL at {:#x}, which {}.",
                                driver_name(world, step.driver), step[Operand::address], what)));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_mdl_unlock() { return std::make_unique<MdlUnlock>(); }

}  // namespace ddireplay::checkers
