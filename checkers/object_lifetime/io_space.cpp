// Mappings of I/O space that are undone twice.

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

using replay::LifetimeObject;
using replay::ObjectKind;

const Rule kRules[] = {
    checked_rule("DA:1", "mapping-freed-twice", Evidence::absence),
};

constexpr Op kOperations[] = {Op::object_end};

class IoSpace final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (static_cast<ObjectKind>(step[Operand::kind]) != ObjectKind::io_space) return;
    const std::uint64_t address = step[Operand::address];
    const LifetimeObject* known = before.objects().find(ObjectKind::io_space, address);
    // Somebody else may have mapped what the driver was never seen to map.
    if (known == nullptr || known->live) return;
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, address, 0, address};
    finding.rests_on = known->ended.position;
    finding.sentence =
        fmt::format("{} unmapped the I/O space at {:#x}, which it had unmapped before.",
                    driver_name(before, step.driver), address);
    finding.objects.push_back(object_of(*known));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_io_space() { return std::make_unique<IoSpace>(); }

}  // namespace ddireplay::checkers
