// Requests for pool that are wrong in themselves, whatever becomes of them.

#include <fmt/format.h>

#include <array>

#include "checkers/biography.h"
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
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;

constexpr std::uint64_t kMustSucceed = 2;  // of POOL_TYPE

enum { kZeroBytes, kPagedTooHigh, kNonpagedTooHigh, kMustSucceedAsked };

constexpr Rule kRules[] = {
    {.bug_check = 0xC4,
     .code = 0x0,
     .sub_id = "",
     .slug = "pool-zero-bytes",
     .title = "The driver is requesting a pool allocation of zero bytes.",
     .parameters = {"current IRQL", "pool type (POOL_FLAGS for ExAllocatePool2 and 3)",
                    "number of bytes: 0"},
     .evidence = Evidence::presence,
     .condition = "A pool allocation routine is called with NumberOfBytes 0, whatever it returns.",
     .near_miss = "A lookaside list, an MDL or a string of length 0; the smallest request, 1 byte.",
     .remedy = "Check the length before the call: a length of 0 that comes from outside is a case "
               "of its own.",
     .aliases = "",
     .follows = ""},
    {.bug_check = 0xC4,
     .code = 0x1,
     .sub_id = "",
     .slug = "paged-pool-allocated-above-apc-level",
     .title = "The driver is allocating paged pool above APC_LEVEL.",
     .parameters = {"current IRQL", "pool type (POOL_FLAGS for ExAllocatePool2 and 3)",
                    "number of bytes"},
     .evidence = Evidence::presence,
     .condition = "A request for paged pool (bit 0 of POOL_TYPE, or POOL_FLAG_PAGED) at IRQL 2 or "
                  "above.",
     .near_miss =
         "Paged pool at APC_LEVEL, as under a fast mutex; nonpaged pool at DISPATCH_LEVEL.",
     .remedy = "Allocate before the lock is taken or outside of the DPC, or use nonpaged pool.",
     .aliases = "C1:30 C4:20004 WDM:IrqlExAllocatePool",
     .follows = ""},
    {.bug_check = 0xC4,
     .code = 0x2,
     .sub_id = "",
     .slug = "nonpaged-pool-allocated-above-dispatch-level",
     .title = "The driver is allocating nonpaged pool above DISPATCH_LEVEL.",
     .parameters = {"current IRQL", "pool type (POOL_FLAGS for ExAllocatePool2 and 3)",
                    "number of bytes"},
     .evidence = Evidence::presence,
     .condition = "A request for nonpaged pool at an IRQL above DISPATCH_LEVEL.",
     .near_miss = "Nonpaged pool at DISPATCH_LEVEL, as in a DPC or under a spin lock.",
     .remedy = "Leave the allocation to a DPC; in an interrupt service routine use memory that was "
               "allocated before.",
     .aliases = "C1:30 C4:20004 WDM:IrqlExAllocatePool",
     .follows = ""},
    {.bug_check = 0xC4,
     .code = 0x3,
     .sub_id = "",
     .slug = "pool-must-succeed",
     .title = "The driver is requesting must-succeed pool, which does not exist any more.",
     .parameters = {"current IRQL", "pool type", "number of bytes"},
     .evidence = Evidence::presence,
     .condition = "Bit 1 of POOL_TYPE is set (2, 6, 34, 38), for any number of bytes.",
     .near_miss = "POOL_FLAG_UNINITIALIZED, which is also 2, in a call of ExAllocatePool2.",
     .remedy = "Use NonPagedPoolNx, and handle an allocation that fails.",
     .aliases = "C2:9A",
     .follows = ""},
};

constexpr Op kOperations[] = {Op::pool_allocate};

bool is_paged(const Step& step) { return (step[Operand::type] & 1) != 0; }

bool is_above(const Step& step, std::uint8_t level) {
  return step.irql != format::kIrqlUnknown && step.irql > level;
}

class AllocationRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
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
    finding.parameters = {finding.rule->code, step.irql, type, step[Operand::size]};
    finding.sentence = fmt::format("{} asked {} for {:#x} bytes of {} pool at {}{}.",
                                   driver_name(world, step.driver), function_name(world, step),
                                   step[Operand::size], is_paged(step) ? "paged" : "nonpaged",
                                   irql_name(step.irql), why);
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
