// Pool that is freed with an armed timer in it: when the timer expires, the kernel follows pointers
// into whatever lies there by then.

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
using replay::Op;
using replay::Operand;
using replay::PoolBlock;
using replay::Rule;
using replay::Step;
using replay::Timer;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:15", "armed-timer-in-freed-pool", Evidence::absence),
};

constexpr Op kOperations[] = {Op::pool_free};
constexpr Op kMemoryGoes[] = {Op::pool_free};

class ArmedTimerInPool final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }
  std::span<const Op> only_with_objects() const override { return kMemoryGoes; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const PoolBlock* block = step.block;
    if (block == nullptr) return;
    before.timers().for_each_in(block->address, block->end(), [&](const Timer& timer) {
      if (timer.pending(step.event->time)) report(timer, *block, step, before, sink);
    });
  }

 private:
  static void report(const Timer& timer, const PoolBlock& block, const Step& step,
                     const World& world, replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, timer.address, block.type, block.address};
    finding.rests_on = timer.set.position;
    finding.sentence = fmt::format("{} freed {} while the {} timer at {:#x} in it was armed.",
                                   driver_name(world, step.driver), describe(block),
                                   timer.period_ms == 0 ? "one-shot" : "periodic", timer.address);
    finding.objects.push_back(object_of(timer, world.timers().object_bytes()));
    if (const replay::Dpc* dpc = world.dpcs().find(timer.dpc)) {
      finding.objects.push_back(object_of(*dpc, world.dpcs().object_bytes()));
    }
    finding.objects.push_back(object_of(block));
    add_entry(finding.objects.back(), replay::Role::freed, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_armed_timer_in_pool() {
  return std::make_unique<ArmedTimerInPool>();
}

}  // namespace ddireplay::checkers
