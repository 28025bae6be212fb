// Requests for pool that are wrong in themselves, whatever becomes of them.

#include <fmt/format.h>

#include <array>

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
using replay::ModelSet;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;

constexpr std::uint64_t kMustSucceed = 2;  // of POOL_TYPE

enum { kZeroBytes, kPagedTooHigh, kNonpagedTooHigh, kMustSucceedAsked };

const Rule kRules[] = {
    checked_rule("C4:0", "pool-zero-bytes", Evidence::presence),
    checked_rule("C4:1", "paged-pool-allocated-above-apc-level", Evidence::presence, {},
                 "C1:30 C4:20004 WDM:IrqlExAllocatePool"),
    checked_rule("C4:2", "nonpaged-pool-allocated-above-dispatch-level", Evidence::presence, {},
                 "C1:30 C4:20004 WDM:IrqlExAllocatePool"),
    checked_rule("C4:3", "pool-must-succeed", Evidence::presence, {}, "C2:9A"),
};

constexpr Op kOperations[] = {Op::pool_allocate};

bool is_paged(const Step& step) { return (step[Operand::type] & 1) != 0; }

bool is_above(const Step& step, std::uint8_t level) {
  return step.irql() != format::kIrqlUnknown && step.irql() > level;
}

class AllocationRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const replay::World& before, replay::FindingSink& sink) override {
    if (step[Operand::size] == 0) {
      report(kZeroBytes, step, before, sink, "");
    }
    if (is_paged(step) && is_above(step, kApcLevel)) {
      report(kPagedTooHigh, step, before, sink, ", where paged memory can't be touched");
    }
    if (!is_paged(step) && is_above(step, kDispatchLevel)) {
      report(kNonpagedTooHigh, step, before, sink, ", where the pool's locks can't be taken");
    }
    // The translation of POOL_FLAGS never sets this bit.
    if ((step[Operand::type] & kMustSucceed) != 0) {
      report(kMustSucceedAsked, step, before, sink, ", of the must-succeed kind");
    }
  }

 private:
  static void report(int rule, const Step& step, const replay::World& world,
                     replay::FindingSink& sink, std::string_view why) {
    const std::uint64_t type =
        step[Operand::flags] != 0 ? step[Operand::flags] : step[Operand::type];
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = {finding.rule->code, step.irql(), type, step[Operand::size]};
    finding.sentence = fmt::format("{} asked {} for {:#x} bytes of {} pool at {}{}.",
                                   driver_name(world, step.driver), function_name(world, step),
                                   step[Operand::size], is_paged(step) ? "paged" : "nonpaged",
                                   irql_name(step.irql()), why);
    replay::FindingObject object{.kind = replay::block_kind_name(replay::BlockKind::pool),
                                 .address = step[Operand::address],
                                 .size = step[Operand::size],
                                 .tag = static_cast<std::uint32_t>(step[Operand::tag]),
                                 .biography = {}};
    add_entry(object, replay::Role::violated, step.moment());
    finding.objects.push_back(std::move(object));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_pool_allocation_request() {
  return std::make_unique<AllocationRequest>();
}

}  // namespace ddireplay::checkers
