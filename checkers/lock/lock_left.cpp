// Locks that are still held when they can't be released any more: their holder ends, or their
// memory goes.

#include <fmt/format.h>

#include <array>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Hold;
using replay::Lock;
using replay::LockKind;
using replay::LockModel;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum RuleNumber { kAtThreadEnd, kInFreedMemory, kAtReturn };

constexpr std::string_view kLeftAtReturn = "C4:40009";

const Rule kRules[] = {
    checked_rule("C4:100A", "thread-ended-with-lock", Evidence::absence, kLeftAtReturn),
    checked_rule("C4:100B", "held-lock-in-freed-memory", Evidence::absence, kLeftAtReturn),
    checked_rule(kLeftAtReturn, "spin-lock-held-at-return", Evidence::absence, {},
                 "WDM:SpinLock WDM:SpinLockDpc C4:40006 WDM:QueuedSpinLock WDM:CancelSpinLock"),
};

constexpr Op kOperations[] = {Op::callback_leave, Op::dpc_leave,  Op::unload_leave,
                              Op::thread_exit,    Op::pool_free,  Op::device_delete,
                              Op::image_unload,   Op::lock_delete};
constexpr Op kMemoryGoes[] = {Op::pool_free, Op::device_delete, Op::image_unload};

CallbackKind callback_kind(const Step& step) {
  return static_cast<CallbackKind>(step[Operand::kind]);
}

// The callback that returns. What else it may be called for, a driver may well take locks in.
const CallbackFrame* left_frame(const Step& step, const World& world) {
  const CallbackKind kind = callback_kind(step);
  if (kind == CallbackKind::other || kind == CallbackKind::callout ||
      kind == CallbackKind::system_thread) {
    return nullptr;
  }
  const auto frames = world.threads().frames(*step.event);
  const bool is_innermost = !frames.empty() && frames.back().function == step.event->function;
  return is_innermost ? &frames.back() : nullptr;
}

class LockLeft final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }
  std::span<const Op> only_with_objects() const override { return kMemoryGoes; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    switch (step.op) {
      case Op::callback_leave:
        if (callback_kind(step) == CallbackKind::system_thread) {
          return thread_ends(step, before, sink);
        }
        return callback_returns(step, before, sink);
      case Op::dpc_leave:
      case Op::unload_leave:
        return callback_returns(step, before, sink);
      case Op::thread_exit:
        return thread_ends(step, before, sink);
      default:
        return memory_goes(step, before, sink);
    }
  }

 private:
  static void callback_returns(const Step& step, const World& world, FindingSink& sink) {
    const CallbackFrame* frame = left_frame(step, world);
    if (frame == nullptr) return;
    for (const Hold& hold : world.locks().held_by(LockModel::owner_of(step))) {
      // What it was given with the call, its caller holds.
      const bool came_with_call = hold.since.position < frame->entered.position;
      if (!is_spin_lock(hold.kind) || came_with_call) continue;
      report(kAtReturn, *hold.lock, hold, 0,
             fmt::format("{} returned with {} held.", function_name(world, step),
                         lock_text(hold.kind, hold.lock->address)),
             step, world, sink);
    }
  }

  static void thread_ends(const Step& step, const World& world, FindingSink& sink) {
    for (const Hold& hold : world.locks().held_by(LockModel::owner_of(step))) {
      report(kAtThreadEnd, *hold.lock, hold, step.event->thread,
             fmt::format("Thread {:#x} of {} ended with {} held.", step.event->thread,
                         driver_name(world, step.driver), lock_text(hold.kind, hold.lock->address)),
             step, world, sink);
    }
  }

  static void memory_goes(const Step& step, const World& world, FindingSink& sink) {
    const std::uint64_t address = step[Operand::address];
    const replay::MemoryRange memory =
        step.op == Op::lock_delete ? replay::MemoryRange{address, address + 1} : step.memory;
    freed(memory.begin, memory.end, step, world, sink);
  }

  static void freed(std::uint64_t begin, std::uint64_t end, const Step& step, const World& world,
                    FindingSink& sink) {
    world.locks().for_each_in(begin, end, [&](const Lock& lock) {
      if (!lock.held()) return;
      // An ERESOURCE may not be in freed memory at all: C4:D2.
      if (lock.kind == LockKind::resource && step.op != Op::lock_delete) return;
      const Hold* hold = world.locks().hold(lock.owners.back(), lock);
      if (hold == nullptr) return;
      report(kInFreedMemory, lock, *hold, hold->since.thread,
             fmt::format("{} called {} while {} was held by thread {:#x}.",
                         driver_name(world, step.driver), function_name(world, step),
                         lock_text(lock.kind, lock.address), hold->since.thread),
             step, world, sink);
    });
  }

  static std::array<std::uint64_t, 4> parameters(RuleNumber number, std::uint64_t lock,
                                                 std::uint64_t thread) {
    const std::uint64_t code = kRules[number].code;
    switch (number) {
      case kAtThreadEnd:
        return {code, thread, lock, 0};
      case kInFreedMemory:
        return {code, lock, thread, 0};
      case kAtReturn:
        return {code, 0, 0, 0};  // of a DDI compliance rule Windows shows its own state
    }
    return {};
  }

  static void report(RuleNumber number, const Lock& lock, const Hold& hold, std::uint64_t thread,
                     std::string sentence, const Step& step, const World& world,
                     FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[number];
    finding.parameters = parameters(number, lock.shown_address(), thread);
    finding.rests_on = hold.since.position;
    finding.sentence = std::move(sentence);
    finding.objects.push_back(object_of(lock, world));
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_lock_left() { return std::make_unique<LockLeft>(); }

}  // namespace ddireplay::checkers
