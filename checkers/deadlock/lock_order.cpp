// Locks that are taken in an order which closes a cycle.

#include <fmt/format.h>

#include <algorithm>

#include "checkers/biography.h"
#include "checkers/deadlock/lock_graph.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::BiographyEntry;
using replay::Evidence;
using replay::Finding;
using replay::FindingObject;
using replay::Hold;
using replay::Lock;
using replay::LockKind;
using replay::LockModel;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:1001", "lock-order-cycle", Evidence::absence),
};

constexpr Op kOperations[] = {Op::lock_request, Op::lock_acquire, Op::wait_done};
// Orders of locks that are no more are dropped when there are this many, or twice as many as were
// left the last time.
constexpr std::size_t kOrdersBeforeCleaning = 4096;

using Cycle = std::span<const LockOrder* const>;

class LockOrderChecker final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.op == Op::wait_done) return waited(step, before, sink);
    const bool is_try = step[Operand::extra] == 0;
    if (is_try) return;
    const Lock* lock = before.locks().find(step);
    if (lock == nullptr) return;
    // The first time, the lock was not known when its acquisition began.
    if (before.locks().was_requested(step) && lock->acquired.seen()) return;
    wants(*lock, has_flag(step, replay::lock_flags::kShared), step, before, sink);
  }

 private:
  // A wait that ends by itself can't hang.
  void waited(const Step& step, const World& world, replay::FindingSink& sink) {
    static constexpr Operand kObjects[] = {Operand::address, Operand::handle, Operand::object,
                                           Operand::context};
    if (step[Operand::timeout] != 0) return;
    for (std::size_t i = 0; i < std::size(kObjects); ++i) {
      if ((step[Operand::flags] >> i & 1) == 0) continue;
      if (const Lock* lock = world.locks().find(step[kObjects[i]])) {
        wants(*lock, false, step, world, sink);
      }
    }
  }

  void wants(const Lock& lock, bool shared, const Step& step, const World& world,
             replay::FindingSink& sink) {
    const auto holds = world.locks().held_by(LockModel::owner_of(step));
    if (holds.empty()) return;
    held_.clear();
    for (const Hold& hold : holds) {
      if (hold.lock == &lock) return;  // again: that is no order
      held_.push_back({hold.lock->number, hold.lock->address, hold.shared, hold.since});
    }
    const auto is_alive = [&](std::uint64_t address, LockNumber number) {
      const Lock* known = world.locks().find(address);
      return known != nullptr && known->number == number;
    };
    if (graph_.size() >= clean_at_) {
      graph_.clean(is_alive);
      clean_at_ = std::max(kOrdersBeforeCleaning, graph_.size() * 2);
    }
    const OrderedLock wanted = {lock.number, lock.address, shared, step.moment()};
    const Cycle cycle = graph_.want(held_, wanted, is_alive);
    if (!cycle.empty()) report(cycle, step, world, sink);
  }

  // Each lock with the acquisitions of the two orders that it is in.
  static FindingObject object_in(Cycle cycle, const LockOrder& order, const Step& step,
                                 const World& world) {
    const Lock* lock = world.locks().find(order.held_address);
    FindingObject object{.kind = replay::lock_kind_name(lock->kind),
                         .address = lock->shown_address(),
                         .size = 0,
                         .tag = 0,
                         .biography = {}};
    add_entry(object, Role::initialised, lock->initialised);
    for (const LockOrder* other : cycle) {
      if (other->held == order.held) add_entry(object, Role::locked, other->held_since);
      if (other->wanted != order.held) continue;
      const bool is_last = other->wanted_at.position == step.event->position;
      add_entry(object, is_last ? Role::violated : Role::locked, other->wanted_at);
    }
    std::stable_sort(object.biography.begin(), object.biography.end(),
                     [](const BiographyEntry& left, const BiographyEntry& right) {
                       return left.moment.position < right.moment.position;
                     });
    return object;
  }

  static std::string order_text(const LockOrder& order, const World& world) {
    const Lock* wanted = world.locks().find(order.wanted_address);
    return fmt::format("{} at #{}", lock_text(wanted->kind, wanted->address),
                       order.wanted_at.position);
  }

  static void report(Cycle cycle, const Step& step, const World& world, replay::FindingSink& sink) {
    const LockOrder& closing = *cycle.back();
    Finding finding;
    finding.rule = &kRules[0];
    const Lock* wanted = world.locks().find(closing.wanted_address);
    finding.parameters = {finding.rule->code, wanted->shown_address(), 0, 0};
    finding.rests_on = closing.held_since.position;
    for (const LockOrder* order : cycle) {
      finding.rests_on = std::min(finding.rests_on, order->held_since.position);
      finding.objects.push_back(object_in(cycle, *order, step, world));
    }
    const Lock* held = world.locks().find(closing.held_address);
    std::string chain = lock_text(lock_kind_of(closing, world), closing.wanted_address);
    for (const LockOrder* order : cycle.first(cycle.size() - 1)) {
      chain += ", then " + order_text(*order, world);
    }
    finding.sentence = fmt::format("{} takes {} while it holds {}; elsewhere it has taken {}.",
                                   driver_name(world, step.driver),
                                   lock_text(lock_kind_of(closing, world), closing.wanted_address),
                                   lock_text(held->kind, held->address), chain);
    sink.report(std::move(finding));
  }

  static LockKind lock_kind_of(const LockOrder& order, const World& world) {
    return world.locks().find(order.wanted_address)->kind;
  }

  LockGraph graph_;
  std::vector<OrderedLock> held_;
  std::size_t clean_at_ = kOrdersBeforeCleaning;
};

}  // namespace

std::unique_ptr<replay::Checker> make_lock_order() { return std::make_unique<LockOrderChecker>(); }

}  // namespace ddireplay::checkers
