#include "replay/irp_model.h"

#include <catch2/catch.hpp>

#include "tests/replay/steps.h"

namespace ddireplay::replay {
namespace {

using State = IrpTurn::State;
using tests::Steps;

constexpr std::uint64_t kIrp = 0x10000;
constexpr std::uint64_t kLocation = 0x10160;
constexpr std::uint64_t kUpper = 0x20000;  // devices
constexpr std::uint64_t kLower = 0x30000;
constexpr std::uint64_t kPending = 0x103;
constexpr std::uint64_t kKeep = 0xc0000016;  // STATUS_MORE_PROCESSING_REQUIRED

constexpr std::uint64_t number(CallbackKind kind) { return static_cast<std::uint64_t>(kind); }

struct Irps {
  IrpModel model;
  Steps steps;

  void apply(Op op, Steps::Operands operands) { model.apply(steps(op, operands)); }
  // Returns the turn's number.
  std::uint64_t dispatch(std::uint64_t device, std::uint64_t location) {
    apply(Op::callback_enter, {{Operand::kind, number(CallbackKind::dispatch)},
                               {Operand::irp, kIrp},
                               {Operand::device, device},
                               {Operand::location, location}});
    return steps.position();
  }
  void leave() {
    apply(Op::callback_leave,
          {{Operand::kind, number(CallbackKind::dispatch)}, {Operand::irp, kIrp}});
  }
  void send(std::uint64_t location, bool has_routine) {
    apply(Op::irp_call, {{Operand::irp, kIrp},
                         {Operand::location, location},
                         {Operand::completion, has_routine ? 0x5000u : 0u},
                         {Operand::control, has_routine ? 0xe0u : 0u}});
  }
  void sent(std::uint64_t result) {
    apply(Op::irp_call_done, {{Operand::irp, kIrp}, {Operand::result, result}});
  }
  void complete() { apply(Op::irp_complete, {{Operand::irp, kIrp}}); }
  void come_back(std::uint64_t device) {
    apply(Op::callback_enter, {{Operand::kind, number(CallbackKind::completion)},
                               {Operand::irp, kIrp},
                               {Operand::device, device}});
  }
  void go_on(std::uint64_t result) {
    apply(Op::callback_leave, {{Operand::kind, number(CallbackKind::completion)},
                               {Operand::irp, kIrp},
                               {Operand::result, result}});
  }
  void allocate() {
    apply(Op::irp_make,
          {{Operand::irp, kIrp}, {Operand::kind, static_cast<std::uint64_t>(IrpMaker::allocate)}});
  }
};

TEST_CASE("a request goes down, comes back and is completed") {
  Irps irps;
  const std::uint64_t turn = irps.dispatch(kUpper, kLocation);
  REQUIRE(irps.model.turn(kIrp) != nullptr);
  CHECK(irps.model.turn(kIrp)->state == State::held);
  irps.send(kLocation, true);
  CHECK(irps.model.turn(kIrp)->state == State::sent);
  irps.sent(kPending);
  CHECK(irps.model.turn(kIrp)->lower_result == kPending);
  irps.come_back(kUpper);
  irps.go_on(kKeep);
  CHECK(irps.model.turn(kIrp)->state == State::back);
  irps.complete();
  CHECK(irps.model.turn(kIrp) == nullptr);
  CHECK(irps.model.find(kIrp)->gone());
  // What the dispatch routine did is known until it returns.
  REQUIRE(irps.model.of_frame(turn) != nullptr);
  CHECK(irps.model.of_frame(turn)->state == State::completed);
  irps.leave();
  CHECK(irps.model.of_frame(turn) == nullptr);
}

TEST_CASE("a dispatch beneath the sender is a turn upon the sender's") {
  Irps irps;
  const std::uint64_t upper = irps.dispatch(kUpper, kLocation);
  irps.send(kLocation, true);
  const std::uint64_t lower = irps.dispatch(kLower, kLocation - 0x48);
  REQUIRE(irps.model.turn(kIrp) == irps.model.of_frame(lower));
  CHECK(irps.model.turn(kIrp)->upper == upper);
  irps.complete();
  CHECK_FALSE(irps.model.find(kIrp)->gone());
  CHECK(irps.model.turn(kIrp) == irps.model.of_frame(upper));
  irps.leave();
  irps.sent(0);
  CHECK(irps.model.of_frame(upper)->state == State::over);
  CHECK(irps.model.find(kIrp) == nullptr);
}

TEST_CASE("a dispatch that can't be beneath the sender is another request") {
  Irps irps;
  SECTION("for the same device") {
    irps.dispatch(kUpper, kLocation);
    irps.send(kLocation + 0x48, false);
    irps.sent(kPending);
    irps.leave();
    irps.dispatch(kUpper, kLocation);
  }
  SECTION("when the sender was told that it is done") {
    irps.dispatch(kUpper, kLocation);
    irps.send(kLocation, true);
    irps.sent(0);
    irps.leave();
    irps.dispatch(kLower, kLocation - 0x48);
  }
  SECTION("at a stack location above the sender's") {
    irps.dispatch(kUpper, kLocation);
    irps.send(kLocation, true);
    irps.sent(kPending);
    irps.leave();
    irps.dispatch(kLower, kLocation + 0x48);
  }
  REQUIRE(irps.model.turn(kIrp) != nullptr);
  CHECK(irps.model.turn(kIrp)->upper == 0);
  CHECK(irps.model.turn(kIrp)->sends == 0);
}

TEST_CASE("what a driver made is its own until it frees it") {
  Irps irps;
  irps.allocate();
  CHECK(irps.model.find(kIrp)->is_allocated());
  irps.send(kLocation, true);
  irps.sent(kPending);
  irps.come_back(0);
  CHECK(irps.model.turn(kIrp)->state == State::back);
  irps.apply(Op::irp_free, {{Operand::irp, kIrp}});
  irps.go_on(kKeep);
  CHECK(irps.model.find(kIrp)->gone());
  CHECK(irps.model.turn(kIrp) == nullptr);
}

TEST_CASE("a request goes with the memory that it lies in, and with lost events") {
  Irps irps;
  irps.apply(Op::irp_initialize, {{Operand::irp, kIrp}});
  SECTION("memory") {
    irps.model.forget(kIrp - 0x10, kIrp);
    CHECK(irps.model.find(kIrp) != nullptr);
    irps.model.forget(kIrp, kIrp + 1);
  }
  SECTION("lost events") { irps.model.lose_track(); }
  CHECK(irps.model.find(kIrp) == nullptr);
}

}  // namespace
}  // namespace ddireplay::replay
