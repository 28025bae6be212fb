// Pool that is allocated when the driver should have come to rest: its unload routine has returned.

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
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:61", "pool-allocated-while-unloading", Evidence::absence),
};

constexpr Op kOperations[] = {Op::pool_allocate};

class AllocationWhileUnloading final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::drivers, ModelId::pool}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const replay::Driver* driver = before.drivers().find(step.driver);
    if (driver == nullptr || !driver->unload_returned.seen() || driver->unloaded.seen()) return;
    const replay::PoolStatistics& pool = before.pool().statistics(step.driver);
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, pool.paged.bytes, pool.nonpaged.bytes,
                          pool.paged.count + pool.nonpaged.count};
    finding.rests_on = driver->unload_returned.position;
    finding.sentence =
        fmt::format("{} allocated {:#x} bytes of pool after its unload routine had returned.",
                    driver_name(before, step.driver), step[Operand::size]);
    finding.objects.push_back(call_object(step));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_pool_allocation_while_unloading() {
  return std::make_unique<AllocationWhileUnloading>();
}

}  // namespace ddireplay::checkers
