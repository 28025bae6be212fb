// DPCs that are sent to a processor that the machine doesn't have.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C7:3", "dpc-targeted-at-missing-processor", Evidence::presence),
};

constexpr Op kOperations[] = {Op::dpc_target};

class DpcTarget final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    // Without its header a trace knows of those processors only that left events in it.
    if (before.trace().header().host == format::Host::unknown) return;
    const std::uint32_t processors = before.trace().header().processor_count;
    const std::uint64_t target = step[Operand::processor];
    if (processors == 0 || target < processors) return;
    const std::uint64_t address = step[Operand::address];
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, address, target, processors};
    finding.sentence =
        fmt::format("{} targeted the DPC at {:#x} at processor {}; the machine has {}.",
                    driver_name(before, step.driver), address, target, processors);
    replay::Dpc unknown;
    unknown.address = address;
    const replay::Dpc* dpc = before.dpcs().find(address);
    finding.objects.push_back(
        object_of(dpc == nullptr ? unknown : *dpc, before.dpcs().object_bytes()));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_dpc_target() { return std::make_unique<DpcTarget>(); }

}  // namespace ddireplay::checkers
