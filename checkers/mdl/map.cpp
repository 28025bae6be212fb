// MDLs that are mapped though they have a mapping, need none, or aren't locked.

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

enum { kNeedless, kUnlocked };

const Rule kRules[] = {
    checked_rule("C4:B2", "mdl-mapped-in-wrong-state", Evidence::presence),
    checked_rule("C4:B3", "mdl-mapped-unlocked", Evidence::presence, "", "C4:85"),
};

constexpr Op kOperations[] = {Op::mdl_map};

constexpr std::uint64_t kMapped =
    replay::kMdlMapped | replay::kMdlNonpagedSource | replay::kMdlPartialMapped;
constexpr std::uint64_t kPresent = replay::kMdlLocked | replay::kMdlPartial;

class MdlMap final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t flags = step[Operand::flags];
    const bool for_user = step[Operand::mode] != 0;
    const std::uint64_t needless = for_user ? 0 : flags & kMapped;
    if (needless != 0) return report(kNeedless, needless, step, before, sink);
    // Memory of devices that a driver describes by hand is never locked, nor is nonpaged pool.
    const std::uint64_t sufficient =
        kPresent | replay::kMdlIoSpace | (for_user ? replay::kMdlNonpagedSource : 0);
    if ((flags & sufficient) == 0) report(kUnlocked, kPresent, step, before, sink);
  }

 private:
  static void report(int rule, std::uint64_t last, const Step& step, const World& world,
                     FindingSink& sink) {
    const std::string what = rule == kNeedless ? describe_mdl_flags(last) : "not locked";
    sink.report(
        mdl_finding(kRules[rule], last, step, world,
                    fmt::format("{} mapped the MDL at {:#x}, which was {}.",
                                driver_name(world, step.driver), step[Operand::address], what)));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_mdl_map() { return std::make_unique<MdlMap>(); }

}  // namespace ddireplay::checkers
