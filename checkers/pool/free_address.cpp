// Frees of what is not there to be freed.

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
using replay::FindingObject;
using replay::FindingSink;
using replay::ModelId;
using replay::ModelSet;
using replay::Moment;
using replay::Op;
using replay::Operand;
using replay::PoolBlock;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kNeverAllocated, kFreedTwice, kMalformed };

const Rule kRules[] = {
    checked_rule("C4:10", "pool-free-of-unallocated", Evidence::absence, {}, "C4:13E"),
    checked_rule("C4:13", "pool-freed-twice", Evidence::absence, {}, "C2:7 C4:14"),
    checked_rule("C4:16", "pool-free-of-impossible-address", Evidence::presence),
};

constexpr Op kOperations[] = {Op::pool_free};

// Nothing below is the kernel's, with 4 or 5 levels of page tables.
constexpr std::uint64_t kKernelStart64 = 0xff00000000000000;
constexpr std::uint64_t kKernelStart32 = 0x80000000;

bool can_be_pool(const World& world, std::uint64_t address) {
  const bool is_64 = world.pointer_bytes() == 8;
  if (address % (is_64 ? 16 : 8) != 0) return false;
  if (!format::sets_users_apart(world.trace().header().host)) return true;
  return address >= (is_64 ? kKernelStart64 : kKernelStart32);
}

class FreeAddress final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::pool, ModelId::irps}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t address = step[Operand::address];
    const replay::PoolModel& pool = before.pool();
    if (step.block != nullptr) return;
    // An IRP is never pool of the driver's, and C4:105 says what it is.
    const replay::Irp* irp = before.irps().find(address);
    if (irp != nullptr && irp->is_allocated() && !irp->gone()) return;

    const PoolBlock* around = pool.containing(address);
    if (address == 0) {
      null_pointer(step, before, sink);
    } else if (around != nullptr && around->owned) {
      inside(*around, step, before, sink);
    } else if (const PoolBlock* freed = pool.tombstone(address)) {
      freed_twice(*freed, step, before, sink);
    } else if (!can_be_pool(before, address)) {
      malformed(step, before, sink);
    } else {
      never_allocated(step, before, sink);
    }
  }

 private:
  static Finding start(int rule, const Step& step) {
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = {finding.rule->code, 0, 0, 0};
    if (rule == kNeverAllocated) finding.parameters[1] = step[Operand::address];
    if (rule != kNeverAllocated) finding.parameters[2] = step[Operand::address];
    return finding;
  }

  static FindingObject unknown_object(const Step& step) {
    FindingObject object{.kind = replay::block_kind_name(replay::BlockKind::pool),
                         .address = step[Operand::address],
                         .size = 0,
                         .tag = static_cast<std::uint32_t>(step[Operand::tag]),
                         .biography = {}};
    add_entry(object, Role::violated, step.moment());
    return object;
  }

  static void null_pointer(const Step& step, const World& world, FindingSink& sink) {
    Finding finding = start(kNeverAllocated, step);
    finding.rests_on = step.event->position;
    finding.sentence = fmt::format("{} passed NULL to {}.", driver_name(world, step.driver),
                                   function_name(world, step));
    finding.objects.push_back(unknown_object(step));
    sink.report(std::move(finding));
  }

  static void inside(const PoolBlock& block, const Step& step, const World& world,
                     FindingSink& sink) {
    const std::uint64_t address = step[Operand::address];
    Finding finding = start(kNeverAllocated, step);
    finding.rests_on = block.allocated.position;
    finding.sentence = fmt::format(
        "{} freed {:#x}, which is {:#x} bytes into {} and not its beginning (as 0x13E: {:#x}, "
        "{:#x}).",
        driver_name(world, step.driver), address, address - block.address, describe(block), address,
        block.address);
    finding.objects.push_back(object_of(block));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  static void freed_twice(const PoolBlock& block, const Step& step, const World& world,
                          FindingSink& sink) {
    Finding finding = start(kFreedTwice, step);
    finding.parameters[3] = block.freed.position;
    finding.rests_on = block.freed.position;
    finding.sentence =
        fmt::format("{} freed {} a second time; the first was at #{}",
                    driver_name(world, step.driver), describe(block), block.freed.position);
    add_other_source(finding, block.freed.position, step, world);
    finding.objects.push_back(object_of(block));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  static void never_allocated(const Step& step, const World& world, FindingSink& sink) {
    Finding finding = start(kNeverAllocated, step);
    finding.sentence = fmt::format("{} freed {:#x}, which no recorded call has returned",
                                   driver_name(world, step.driver), step[Operand::address]);
    add_other_source(finding, 0, step, world);
    finding.objects.push_back(unknown_object(step));
    sink.report(std::move(finding));
  }

  static void malformed(const Step& step, const World& world, FindingSink& sink) {
    Finding finding = start(kMalformed, step);
    finding.sentence = fmt::format("{} freed {:#x}, at which no pool block can begin.",
                                   driver_name(world, step.driver), step[Operand::address]);
    finding.objects.push_back(unknown_object(step));
    sink.report(std::move(finding));
  }

  // Ends the sentence. Some calls hand blocks over by ways that are not recorded: if there was one
  // since `position`, the address may be such a block's.
  static void add_other_source(Finding& finding, std::uint64_t position, const Step& step,
                               const World& world) {
    const Moment source = world.pool().last_unseen_source(step.driver);
    if (source.position > position) {
      finding.verdict = replay::Verdict::unknown;
      finding.sentence +=
          fmt::format(", unless {} at #{} handed it over",
                      world.trace().function(source.function).name, source.position);
    }
    finding.sentence += '.';
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_pool_free_address() {
  return std::make_unique<FreeAddress>();
}

}  // namespace ddireplay::checkers
