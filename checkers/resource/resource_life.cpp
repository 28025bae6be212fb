// ERESOURCEs: the kernel keeps all of them in a list, so that each must be initialised, and deleted
// before its memory goes.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Lock;
using replay::LockKind;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

enum RuleNumber { kMisaligned, kInitialisedTwice, kNotInitialised, kInFreedMemory };

const Rule kRules[] = {
    checked_rule("C4:3D", "resource-misaligned", Evidence::presence),
    checked_rule("C4:D0", "resource-initialised-twice", Evidence::absence),
    checked_rule("C4:D1", "resource-deleted-without-being-initialised", Evidence::absence),
    checked_rule("C4:D2", "resource-in-freed-memory", Evidence::absence, {}, "C4:17"),
};

constexpr Op kOperations[] = {Op::lock_initialize, Op::lock_request, Op::lock_acquire,
                              Op::lock_delete,     Op::pool_free,    Op::device_delete,
                              Op::image_unload};
constexpr Op kMemoryGoes[] = {Op::pool_free, Op::device_delete, Op::image_unload};

class ResourceLife final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }
  std::span<const Op> only_with_objects() const override { return kMemoryGoes; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    switch (step.op) {
      case Op::pool_free:
      case Op::device_delete:
      case Op::image_unload:
        return memory_goes(step, before, sink);
      default:
        if (lock_kind(step) == LockKind::resource) used(step, before, sink);
    }
  }

 private:
  static void used(const Step& step, const World& world, FindingSink& sink) {
    const std::uint64_t address = step[Operand::address];
    if (step.op == Op::lock_delete) return deleted(step, world, sink);
    const bool is_initialised = step.op == Op::lock_initialize;
    if (!is_initialised && !begins_acquisition(step, world)) return;
    if (address % world.pointer_bytes() != 0) {
      report(kMisaligned, {0, 0, address}, 0, ", which is not aligned to a pointer", step, world,
             sink);
    }
    const Lock* lock = world.locks().find(address);
    if (is_initialised && lock != nullptr && lock->live && lock->kind == LockKind::resource) {
      report(kInitialisedTwice, {address, 0, 0}, lock->initialised.position,
             ", which lives already", step, world, sink);
    }
  }

  static void deleted(const Step& step, const World& world, FindingSink& sink) {
    const std::uint64_t address = step[Operand::address];
    const Lock* lock = world.locks().find(address);
    if (lock != nullptr && lock->live) return;
    const bool was_deleted = lock != nullptr && lock->deleted.seen();
    // Elsewhere, somebody else may have initialised it.
    if (!was_deleted && !is_in_own_memory(address, step, world)) return;
    report(kNotInitialised, {address, 0, 0}, was_deleted ? lock->deleted.position : 0,
           was_deleted ? ", which it has deleted before" : ", which it has not initialised", step,
           world, sink);
  }

  static void memory_goes(const Step& step, const World& world, FindingSink& sink) {
    const replay::MemoryRange& memory = step.memory;
    world.locks().for_each_in(memory.begin, memory.end, [&](const Lock& lock) {
      if (!lock.live || lock.kind != LockKind::resource) return;
      Finding finding;
      finding.rule = &kRules[kInFreedMemory];
      finding.parameters = {finding.rule->code, lock.address, memory.begin,
                            memory.end - memory.begin};
      finding.rests_on = lock.initialised.position;
      finding.sentence =
          fmt::format("{} called {} with the ERESOURCE at {:#x} in the memory that goes.",
                      driver_name(world, step.driver), function_name(world, step), lock.address);
      finding.objects.push_back(object_of(lock, world));
      finding.objects.push_back(ended_memory(step, world));
      sink.report(std::move(finding));
    });
  }

  static void report(RuleNumber number, std::array<std::uint64_t, 3> details,
                     std::uint64_t rests_on, std::string_view rest, const Step& step,
                     const World& world, FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[number];
    finding.parameters = {finding.rule->code, details[0], details[1], details[2]};
    finding.rests_on = rests_on;
    finding.sentence =
        fmt::format("{} called {} for the ERESOURCE at {:#x}{}.", driver_name(world, step.driver),
                    function_name(world, step), step[Operand::address], rest);
    finding.objects.push_back(lock_object(step, world));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_resource_life() { return std::make_unique<ResourceLife>(); }

}  // namespace ddireplay::checkers
