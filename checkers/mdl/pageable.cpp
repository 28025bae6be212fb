// MDLs over paged pool that nobody has locked, and that are used as if somebody had.

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

using replay::PoolBlock;

enum { kBuilt, kHandedOn };

const Rule kRules[] = {
    checked_rule("C4:7F", "nonpaged-mdl-over-paged-pool", Evidence::presence),
    checked_rule("C4:140", "unlocked-mdl-over-paged-pool", Evidence::absence),
};

constexpr Op kOperations[] = {Op::mdl_build, Op::mdl_partial, Op::irp_call};

constexpr std::uint64_t kHasPages =
    replay::kMdlLocked | replay::kMdlNonpagedSource | replay::kMdlPartial | replay::kMdlIoSpace;

// The paged block that a buffer begins or ends in.
const PoolBlock* paged_block(std::uint64_t begin, std::uint64_t bytes, const World& world) {
  for (const std::uint64_t address : {begin, begin + (bytes == 0 ? 0 : bytes - 1)}) {
    const PoolBlock* block = world.pool().containing(address);
    if (block != nullptr && block->paged()) return block;
  }
  return nullptr;
}

class MdlPageable final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::mdl_build) return build(step, before, sink);
    if (step.op == Op::mdl_partial && (step[Operand::flags] & kHasPages) != 0) return;
    if (step[Operand::mdl] != 0) hand_on(step, before, sink);
  }

 private:
  static void build(const Step& step, const World& world, FindingSink& sink) {
    const std::uint64_t start = step[Operand::described] + step[Operand::extra];
    const PoolBlock* block = paged_block(start, step[Operand::length], world);
    if (block == nullptr) return;
    Finding finding = mdl_finding(
        kRules[kBuilt], 0, step, world,
        fmt::format("{} built the MDL at {:#x} for nonpaged pool, but it describes {}.",
                    driver_name(world, step.driver), step[Operand::address], describe(*block)));
    finding.parameters = {finding.rule->code, step.irql(), step[Operand::address],
                          step[Operand::flags]};
    finding.objects.push_back(object_of(*block));
    sink.report(std::move(finding));
  }

  // Only an MDL of which everything is known: the driver itself allocated it, and hasn't locked it.
  static void hand_on(const Step& step, const World& world, FindingSink& sink) {
    const replay::Mdl* mdl = world.mdls().find(step[Operand::mdl]);
    if (mdl == nullptr || !mdl->allocated.seen() || mdl->resident) return;
    const PoolBlock* block = paged_block(mdl->described, 1, world);
    if (block == nullptr || block->allocated.position > mdl->allocated.position) return;
    Finding finding;
    finding.rule = &kRules[kHandedOn];
    finding.parameters = {finding.rule->code, step.irql(), mdl->address, mdl->described};
    finding.rests_on = mdl->allocated.position;
    finding.sentence =
        fmt::format("{} {} the MDL at {:#x}, which it has not locked and which describes {}.",
                    driver_name(world, step.driver),
                    step.op == Op::irp_call ? "sent a request with" : "built a partial MDL of",
                    mdl->address, describe(*block));
    finding.objects.push_back(mdl_object(mdl->address, world));
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    finding.objects.push_back(object_of(*block));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_mdl_pageable() { return std::make_unique<MdlPageable>(); }

}  // namespace ddireplay::checkers
