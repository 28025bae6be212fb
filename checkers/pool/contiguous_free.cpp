// Frees of contiguous memory that is not there to be freed.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::BlockKind;
using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::Operand;
using replay::PoolBlock;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C2:60", "contiguous-free-of-bad-address", Evidence::absence),
};

constexpr Op kOperations[] = {Op::contiguous_free};

class ContiguousFree final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::pool}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t address = step[Operand::address];
    const PoolBlock* block = before.pool().containing(address);
    if (block != nullptr && block->address == address && block->kind == BlockKind::contiguous) {
      return;
    }
    if (block != nullptr) {
      const std::string_view what =
          block->kind == BlockKind::contiguous ? "within" : "no contiguous memory but in";
      return report(block, fmt::format("{} {}", what, describe(*block)), step, before, sink);
    }
    const PoolBlock* freed = before.pool().tombstone(address);
    report(freed,
           freed != nullptr ? fmt::format("of {}, freed already", describe(*freed))
                            : "that no recorded call has returned",
           step, before, sink);
  }

 private:
  static void report(const PoolBlock* block, std::string_view what, const Step& step,
                     const World& world, FindingSink& sink) {
    const std::uint64_t address = step[Operand::address];
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, address, 0, 0};
    if (block != nullptr) {
      finding.rests_on = block->freed.seen() ? block->freed.position : block->allocated.position;
    }
    finding.sentence = fmt::format("{} freed {:#x} as contiguous memory, an address {}.",
                                   driver_name(world, step.driver), address, what);
    finding.objects.push_back(block != nullptr ? object_of(*block) : call_object(step));
    if (block != nullptr) add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_contiguous_free() {
  return std::make_unique<ContiguousFree>();
}

}  // namespace ddireplay::checkers
