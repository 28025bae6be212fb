// MDLs that are freed with a mapping left.

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

const Rule kRules[] = {
    checked_rule("C4:B8", "mdl-freed-while-mapped", Evidence::absence),
};

constexpr Op kOperations[] = {Op::mdl_free};

class MdlLeftMapped final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t flags = step[Operand::flags];
    const replay::Mdl* mdl = before.mdls().find(step[Operand::address]);
    const bool has_user_mapping = mdl != nullptr && !mdl->user.empty();
    // IoFreeMdl unmaps a partial MDL itself.
    const bool is_mapped = (flags & replay::kMdlMapped) != 0 && (flags & replay::kMdlPartial) == 0;
    if (!is_mapped && !has_user_mapping) return;
    Finding finding =
        mdl_finding(kRules[0], 0, step, before,
                    fmt::format("{} freed the MDL at {:#x} while it was mapped into {} space.",
                                driver_name(before, step.driver), step[Operand::address],
                                is_mapped ? "system" : "user"));
    // The flag shows a mapping into system space in any trace.
    finding.rests_on = is_mapped ? step.event->position : mdl->user.back().mapped.position;
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_mdl_left_mapped() {
  return std::make_unique<MdlLeftMapped>();
}

}  // namespace ddireplay::checkers
