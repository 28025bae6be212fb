// Lookaside lists that are initialised twice, deleted without having been initialised, too small,
// or in memory that is freed with them.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/object_lifetime/known_memory.h"
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

enum { kTwice, kNotLive, kInFreedPool, kTooSmall };

const Rule kRules[] = {
    checked_rule("C4:CA", "lookaside-list-initialised-twice", Evidence::absence),
    checked_rule("C4:CB", "lookaside-list-deleted-uninitialised", Evidence::absence),
    checked_rule("C4:CC", "lookaside-list-in-freed-pool", Evidence::absence),
    checked_rule("C4:CD", "lookaside-list-too-small", Evidence::presence),
};

constexpr Op kOperations[] = {Op::object_create, Op::object_end, Op::pool_free};
constexpr Op kMemoryGoes[] = {Op::pool_free};

class LookasideList final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }
  std::span<const Op> only_with_objects() const override { return kMemoryGoes; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::pool_free) return free_pool(step, before, sink);
    if (static_cast<ObjectKind>(step[Operand::kind]) != ObjectKind::lookaside_list) return;
    const LifetimeObject* known =
        before.objects().find(ObjectKind::lookaside_list, step[Operand::address]);
    if (step.op == Op::object_end) {
      if (known == nullptr || !known->live) end(known, step, before, sink);
      return;
    }
    if (known != nullptr && known->live) begin_again(*known, step, before, sink);
    if (step[Operand::length] < before.pointer_bytes()) too_small(step, before, sink);
  }

 private:
  static std::string call(std::string_view verb, const Step& step, const World& world) {
    return fmt::format("{} {} the lookaside list at {:#x}", driver_name(world, step.driver), verb,
                       step[Operand::address]);
  }

  static Finding about(int rule, const LifetimeObject* known, const Step& step) {
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = {finding.rule->code, step[Operand::address], 0, 0};
    LifetimeObject unknown;
    unknown.address = step[Operand::address];
    finding.objects.push_back(object_of(known == nullptr ? unknown : *known));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    return finding;
  }

  static void begin_again(const LifetimeObject& known, const Step& step, const World& world,
                          FindingSink& sink) {
    if (!in_known_memory(known.address, world)) return;
    Finding finding = about(kTwice, &known, step);
    finding.rests_on = known.created.position;
    finding.sentence =
        call("initialised", step, world) + ", which was initialised and has not been deleted.";
    sink.report(std::move(finding));
  }

  static void end(const LifetimeObject* known, const Step& step, const World& world,
                  FindingSink& sink) {
    Finding finding = about(kNotLive, known, step);
    finding.rests_on = known == nullptr ? 0 : known->ended.position;
    finding.sentence =
        call("deleted", step, world) +
        (known == nullptr ? ", which was not initialised." : ", which had been deleted before.");
    sink.report(std::move(finding));
  }

  static void too_small(const Step& step, const World& world, FindingSink& sink) {
    const std::uint64_t asked = step[Operand::length];
    Finding finding = about(kTooSmall, nullptr, step);
    finding.parameters = {finding.rule->code, step[Operand::address], asked, world.pointer_bytes()};
    finding.sentence = call("initialised", step, world) +
                       fmt::format(" for entries of {} byte{}; a free entry needs {}.", asked,
                                   asked == 1 ? "" : "s", world.pointer_bytes());
    sink.report(std::move(finding));
  }

  static void free_pool(const Step& step, const World& world, FindingSink& sink) {
    const replay::PoolBlock* block = step.block;
    if (block == nullptr) return;
    const auto report = [&](const LifetimeObject& list) {
      Finding finding;
      finding.rule = &kRules[kInFreedPool];
      finding.parameters = {finding.rule->code, list.address, block->address, block->size};
      finding.rests_on = list.created.position;
      finding.sentence = fmt::format(
          "{} freed {} with the lookaside list at {:#x} in it, which has not been "
          "deleted.",
          driver_name(world, step.driver), describe(*block), list.address);
      finding.objects.push_back(object_of(list));
      finding.objects.push_back(object_of(*block));
      add_entry(finding.objects.back(), Role::freed, step.moment());
      sink.report(std::move(finding));
    };
    world.objects().for_each_in(ObjectKind::lookaside_list, block->address, block->end(), report);
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_lookaside_list() { return std::make_unique<LookasideList>(); }

}  // namespace ddireplay::checkers
