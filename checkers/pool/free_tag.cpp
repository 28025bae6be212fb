// Pool with a protected tag that is freed with another one.

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
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::Operand;
using replay::PoolBlock;
using replay::Rule;
using replay::Step;

const Rule kRules[] = {
    checked_rule("C2:A", "pool-freed-with-another-tag", Evidence::absence),
};

constexpr Op kOperations[] = {Op::pool_free};
constexpr std::uint32_t kProtected = 0x80000000;

class FreeTag final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::pool}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const replay::World& before, replay::FindingSink& sink) override {
    const auto tag = static_cast<std::uint32_t>(step[Operand::tag]);
    if (tag == 0) return;
    const PoolBlock* block = step.block;
    if (block == nullptr || block->kind != replay::BlockKind::pool) return;
    if ((block->tag & kProtected) == 0 || block->tag == tag) return;
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, block->address, block->tag, tag};
    finding.rests_on = block->allocated.position;
    finding.sentence = fmt::format("{} freed {} with the tag {}.", driver_name(before, step.driver),
                                   describe(*block), tag_text(tag));
    finding.objects.push_back(object_of(*block));
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_pool_free_tag() { return std::make_unique<FreeTag>(); }

}  // namespace ddireplay::checkers
