// Requests that are freed, or made anew, by those who may not.

#include <fmt/format.h>

#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Irp;
using replay::IrpMaker;
using replay::IrpTurn;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

constexpr std::uint64_t kIrpType = 6;
constexpr std::uint64_t kThreadLink = 0x20;  // of an IRP that is in no thread's list: its own place

enum {
  kFreedAsPool,
  kFreedNoIrp,
  kFreedThreaded,
  kInitialised,
  kBuiltTwice,
  kFreedForeign,
  kReusedForeign
};

const Rule kRules[] = {
    checked_rule("C4:105", "request-freed-as-pool", Evidence::absence),
    checked_rule("C9:1", "freed-what-is-no-request", Evidence::presence),
    checked_rule("C9:2", "threaded-request-freed", Evidence::presence, {},
                 "C9:20C WDM:IoBuildDeviceControlNoFree WDM:IoBuildSynchronousFsdRequestNoFree"),
    checked_rule("C9:20D", "allocated-request-initialised", Evidence::absence, {}, "C9:238"),
    checked_rule("C9:311", "built-request-initialised", Evidence::absence, {}, "WDM:IoReuseIrp"),
    checked_rule("WDM:IoAllocateFree", "received-request-freed", Evidence::absence, {},
                 "WDM:IoBuildFsdFree"),
    checked_rule("WDM:IoReuseIrp2", "received-request-reused", Evidence::absence),
};

constexpr Op kOperations[] = {Op::pool_free, Op::irp_free, Op::irp_initialize, Op::irp_reuse};

class FreedRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const std::uint64_t address = step[step.op == Op::pool_free ? Operand::address : Operand::irp];
    const Irp* irp = before.irps().find(address);
    const Call call{step, before, sink, address, irp != nullptr && irp->gone() ? nullptr : irp};
    switch (step.op) {
      case Op::pool_free:
        return freed_as_pool(call);
      case Op::irp_free:
        return freed(call);
      case Op::irp_initialize:
        return made_anew(call);
      default:
        return reused(call);
    }
  }

 private:
  struct Call {
    const Step& step;
    const World& world;
    replay::FindingSink& sink;
    std::uint64_t address;
    const Irp* irp;  // nullptr: no live one is known there
  };

  static void freed_as_pool(const Call& call) {
    if (call.irp == nullptr || !call.irp->is_allocated()) return;
    found(call, kFreedAsPool, {call.address, 0, 0}, "freed the IRP as though it were pool",
          call.irp->made.position);
  }

  static void freed(const Call& call) {
    const std::uint64_t type = call.step[Operand::type];
    if (type != 0 && type != kIrpType) return freed_no_irp(call);
    const bool was_sent = call.irp == nullptr || call.irp->own.sends != 0;
    if (is_threaded(call) && was_sent) {
      return found(call, kFreedThreaded, {call.address, 0, 0},
                   "freed the IRP, which belongs to its thread", 0);
    }
    if (was_received(call)) {
      found(call, kFreedForeign, {}, "freed the IRP, which its dispatch routine was given",
            turn_of(call)->begun.position);
    }
  }

  static void freed_no_irp(const Call& call) {
    const Irp* last = call.world.irps().find(call.address);
    std::string_view what = "freed what is no IRP";
    std::string end;
    if (last != nullptr && last->gone()) {
      const bool is_freed = last->freed.seen();
      what = "freed what is no IRP any more";
      end = fmt::format("; it was {} at #{}", is_freed ? "freed" : "completed",
                        is_freed ? last->freed.position : last->completed.position);
    }
    found(call, kFreedNoIrp, {call.address, 0, 0}, what, 0, end);
  }

  static bool is_threaded(const Call& call) {
    const std::uint64_t link = call.step[Operand::handle];
    if (link != 0) return link != call.address + kThreadLink && !was_received(call);
    return call.irp != nullptr && call.irp->is_threaded();
  }

  static void made_anew(const Call& call) {
    if (call.irp == nullptr) return;
    if (call.irp->maker == IrpMaker::allocate) {
      found(call, kInitialised, {caller_of(call.step, call.world), call.address, 0},
            "initialised the IRP, which is of IoAllocateIrp", call.irp->made.position);
    } else if (call.irp->is_allocated()) {
      built_twice(call);
    }
  }

  static void reused(const Call& call) {
    if (call.irp == nullptr) return;
    if (was_received(call)) {
      found(call, kReusedForeign, {}, "reused the IRP, which its dispatch routine was given",
            turn_of(call)->begun.position);
    } else if (call.irp->is_allocated() && call.irp->maker != IrpMaker::allocate) {
      built_twice(call);
    }
  }

  static void built_twice(const Call& call) {
    found(call, kBuiltTwice, {caller_of(call.step, call.world), call.address, 0},
          "initialised the IRP anew, which was built for one request", call.irp->made.position);
  }

  static const IrpTurn* turn_of(const Call& call) { return call.world.irps().turn(call.address); }

  // By the dispatch routine, of the same driver, that has it still.
  static bool was_received(const Call& call) {
    const IrpTurn* turn = call.irp == nullptr ? nullptr : turn_of(call);
    return turn != nullptr && turn != &call.irp->own && !call.irp->made.seen() && turn->owned() &&
           turn->driver == call.step.driver;
  }

  static void found(const Call& call, int rule, std::array<std::uint64_t, 3> parameters,
                    std::string_view what, std::uint64_t rests_on, std::string_view end = {}) {
    // Where no IRP is now, the last one tells how that came.
    replay::FindingObject object =
        rule == kFreedNoIrp && call.irp == nullptr
            ? gone_request_object(call.address, call.world)
            : request_object(call.address, call.irp, call.irp == nullptr ? nullptr : turn_of(call));
    object.biography.push_back({replay::Role::violated, call.step.moment()});
    report(call.step,
           {.rule = &kRules[rule],
            .parameters = parameters,
            .sentence = fmt::format("{} {}, at {:#x}{}.", driver_name(call.world, call.step.driver),
                                    what, call.address, end),
            .object = std::move(object),
            .rests_on = rests_on},
           call.sink);
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_freed_request() { return std::make_unique<FreedRequest>(); }

}  // namespace ddireplay::checkers
