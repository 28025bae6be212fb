// Pool that is freed at an IRQL at which it must not be.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irql.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::kApcLevel;
using replay::kDispatchLevel;
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::Operand;
using replay::PoolBlock;
using replay::Rule;
using replay::Step;

enum { kPaged, kNonpaged };

const Rule kRules[] = {
    checked_rule("C4:11", "paged-pool-freed-above-apc-level", Evidence::presence, {},
                 "C1:31 WDM:IrqlExFree1 WDM:IrqlExFree2 WDM:IrqlExFree3"),
    checked_rule("C4:12", "nonpaged-pool-freed-above-dispatch-level", Evidence::presence, {},
                 "C1:31 WDM:IrqlExFree1 WDM:IrqlExFree2 WDM:IrqlExFree3"),
};

constexpr Op kOperations[] = {Op::pool_free};

class FreeIrql final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::pool}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const replay::World& before, replay::FindingSink& sink) override {
    if (step.irql() == format::kIrqlUnknown || step.irql() <= kApcLevel) return;
    const PoolBlock* block = step.block;
    if (block == nullptr || block->kind != replay::BlockKind::pool) return;
    const bool too_high = step.irql() > (block->paged() ? kApcLevel : kDispatchLevel);
    if (too_high) report(*block, step, before, sink);
  }

 private:
  static void report(const PoolBlock& block, const Step& step, const replay::World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[block.paged() ? kPaged : kNonpaged];
    finding.parameters = {finding.rule->code, step.irql(), block.type, block.address};
    finding.sentence = fmt::format("{} freed {} at {}.", driver_name(world, step.driver),
                                   describe(block), irql_name(step.irql()));
    finding.objects.push_back(object_of(block));
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_pool_free_irql() { return std::make_unique<FreeIrql>(); }

}  // namespace ddireplay::checkers
