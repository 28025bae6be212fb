#include "recorder/core/recorder.h"

#include <catch2/catch.hpp>

#include "tests/recorder/recording.h"

namespace ddireplay::recorder {
namespace {

struct Event {
  std::string name;
  std::uint8_t flags;
  std::uint8_t irql;
  std::uint32_t stack;
  std::vector<std::uint64_t> values;
};

// What is in the ring of a processor.
std::vector<Event> events_of(Recording& recording, std::uint32_t processor = 0) {
  const auto functions = recording.recorder.tables().functions();
  const auto count = [&](const Record& record) {
    const format::FunctionEntry& function = functions[record.function];
    return record.flags & format::event_flags::exit ? function.exit_count : function.entry_count;
  };
  std::vector<Slot> slots(256);
  const Drained drained = recording.recorder.rings()[processor].drain(slots, count);
  std::vector<Event> events;
  for (unsigned at = 0; at < drained.slots;) {
    const Record& record = reinterpret_cast<const Record&>(slots[at]);
    Event event{
        std::string(functions[record.function].name), record.flags, record.irql, record.stack, {}};
    for (unsigned i = 0; i < count(record); ++i) {
      event.values.push_back(i < 5 ? record.values[i]
                                   : slots[at + 1 + (i - 5) / 8].words[(i - 5) % 8]);
    }
    at += format::slots_for(count(record));
    events.push_back(event);
  }
  return events;
}

TEST_CASE("an allocation is recorded at its return, a free at its entry", "[recorder]") {
  Recording recording;
  fake::be(0, 7, 1);
  const std::uint64_t allocate =
      recording.recorder.stub_for_import("ExAllocatePoolWithTag", recording.target, 0x9000);
  const std::uint64_t free =
      recording.recorder.stub_for_import("ExFreePoolWithTag", recording.target, 0x9100);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10, 0x5000});
  CHECK(caller.call(allocate, {1, 0x20, 0x61626364}, 0xabc0) == 0xabc0);
  CHECK(caller.frame.target == 0x9000);
  caller.enter(free, {0xabc0, 0x61626364});
  CHECK(caller.frame.action == Action::jump);
  CHECK(presence().threads_inside() == 0);

  const std::vector<Event> events = events_of(recording);
  REQUIRE(events.size() == 2);
  CHECK(events[0].name == "ExAllocatePoolWithTag");
  CHECK(events[0].flags == format::event_flags::exit);
  CHECK(events[0].irql == 1);
  CHECK(events[0].values == std::vector<std::uint64_t>{1, 0x20, 0x61626364, 0xabc0});
  CHECK(events[1].flags == 0);
  CHECK(events[1].stack == events[0].stack);
}

TEST_CASE("the same stack is walked once", "[recorder]") {
  Recording recording;
  const std::uint64_t stub =
      recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10, 0x5000});
  const std::uint64_t walks = fake::walks();
  for (int i = 0; i < 10; ++i) caller.enter(stub, {1});
  CHECK(fake::walks() == walks + 1);
}

TEST_CASE("an import that the table doesn't have is recorded under its name", "[recorder]") {
  Recording recording;
  std::string name = "FooBar";
  const std::uint64_t stub = recording.recorder.stub_for_import(name, recording.target, 0x9000);
  name = "gone";
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  caller.enter(stub, {1, 2, 3, 4, 5});
  CHECK(caller.frame.stack_arguments == kStackArgumentsMax);
  caller.leave(6);
  const std::vector<Event> events = events_of(recording);
  REQUIRE(events.size() == 1);
  CHECK(events[0].name == "FooBar");
  CHECK(events[0].values == std::vector<std::uint64_t>{1, 2, 3, 4, 6});
}

TEST_CASE("an exception that leaves a call is an exit without a result", "[recorder]") {
  Recording recording;
  const std::uint64_t stub =
      recording.recorder.stub_for_import("ExAllocatePoolWithQuotaTag", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  caller.enter(stub, {1, 0x20, 0x61626364});
  CHECK(presence().threads_inside() == 1);
  recording.recorder.on_unwind(caller.frame);
  CHECK(presence().threads_inside() == 0);
  // Unwinding comes by once more, for a frame that is done.
  recording.recorder.on_unwind(caller.frame);
  CHECK(presence().threads_inside() == 0);
  const std::vector<Event> events = events_of(recording);
  REQUIRE(events.size() == 1);
  CHECK(events[0].flags == (format::event_flags::exit | format::event_flags::raised));
  CHECK(events[0].values[3] == 0);
}

TEST_CASE("routines of the driver are replaced by stubs, others are left", "[recorder]") {
  Recording recording;
  const std::uint64_t initialize =
      recording.recorder.stub_for_import("KeInitializeDpc", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  std::uint64_t dpc[8] = {};
  const std::uint64_t routine = Recording::kDriver + 0x100;
  const auto dpc_address = reinterpret_cast<std::uint64_t>(dpc);
  caller.call(initialize, {dpc_address, routine, 0}, 0);
  const std::uint64_t stub = caller.frame.registers[1];
  CHECK(recording.recorder.hooks().original_of(stub) == routine);
  CHECK(stub != routine);
  CHECK(recording.recorder.target(recording.target).keeps_stubs);

  // The same routine again, also when the driver passes on the stub itself.
  caller.call(initialize, {dpc_address, stub, 0}, 0);
  CHECK(caller.frame.registers[1] == stub);
  caller.call(initialize, {dpc_address, 0x777000, 0}, 0);
  CHECK(caller.frame.registers[1] == 0x777000);

  for (const Event& event : events_of(recording)) {
    CHECK((event.values[1] == routine || event.values[1] == 0x777000));
  }
}

TEST_CASE("a routine behind a stack argument, and one in memory", "[recorder]") {
  Recording recording;
  const std::uint64_t routine = Recording::kDriver + 0x100;
  const std::uint64_t create =
      recording.recorder.stub_for_import("PsCreateSystemThread", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  caller.call(create, {0, 0, 0, 0, 0, routine, 0}, 0);
  CHECK(recording.recorder.hooks().original_of(caller.words[6]) == routine);
  CHECK(caller.words[6] != routine);

  const std::uint64_t queue =
      recording.recorder.stub_for_import("ExQueueWorkItem", recording.target, 0x9100);
  std::uint64_t item[4] = {0, 0, routine, 5};
  caller.call(queue, {reinterpret_cast<std::uint64_t>(item), 1}, 0);
  CHECK(recording.recorder.hooks().original_of(item[2]) == routine);
  CHECK(item[2] != routine);
}

TEST_CASE("a callback's exit has the level that it leaves behind", "[recorder]") {
  Recording recording;
  fake::be(0, 7, 0);
  const std::uint64_t stub = recording.recorder.stub_for_callback(
      *recording.recorder.plans().find("cb:WorkItem"), recording.target, Recording::kDriver);
  Caller caller(recording.recorder, {0x5000});
  caller.enter(stub, {1, 2});
  fake::be(0, 7, 2);
  caller.leave(0);
  const std::vector<Event> events = events_of(recording);
  REQUIRE(events.size() == 2);
  CHECK(events[0].irql == 0);
  CHECK(events[1].irql == 2);
}

TEST_CASE("a pending request's cancel routine is seen, at the level of the cancel lock",
          "[recorder]") {
  constexpr std::uint64_t kStatusPending = 0x103;
  constexpr std::uint64_t kRoutine = Recording::kDriver + 0x40;
  Recording recording;
  fake::be(0, 7, 0);
  std::uint64_t request[32] = {};
  const auto irp = reinterpret_cast<std::uint64_t>(request);
  std::uint64_t& cancel_routine = request[0x68 / 8];
  const std::uint64_t dispatch = recording.recorder.stub_for_callback(
      *recording.recorder.plans().find("cb:Dispatch"), recording.target, Recording::kDriver);
  Caller caller(recording.recorder, {0x5000});
  cancel_routine = kRoutine;
  SECTION("of a request that is done nothing is touched") {
    caller.call(dispatch, {1, irp}, 0);
    CHECK(cancel_routine == kRoutine);
  }
  SECTION("another driver's routine stays") {
    cancel_routine = 0x5000;
    caller.call(dispatch, {1, irp}, kStatusPending);
    CHECK(cancel_routine == 0x5000);
  }
  SECTION("its own is replaced") {
    caller.call(dispatch, {1, irp}, kStatusPending);
    REQUIRE(recording.recorder.hooks().original_of(cancel_routine) == kRoutine);
    CHECK(recording.recorder.target(recording.target).keeps_stubs);
    const std::uint64_t cancel_irql = 1;
    request[0x40 / 8] = cancel_irql << 40;
    caller.enter(cancel_routine, {1, irp});
    CHECK(platform::current_irql() == 2);
    caller.leave(0);
    CHECK(platform::current_irql() == cancel_irql);
    const std::vector<Event> events = events_of(recording);
    REQUIRE(events.size() == 4);
    CHECK(events[2].irql == 2);
  }
}

TEST_CASE("DriverEntry and Unload are reported", "[recorder]") {
  Recording recording;
  fake::duties().clear();
  Caller caller(recording.recorder, {0x5000});
  std::uint64_t driver_object[64] = {};
  const auto driver = reinterpret_cast<std::uint64_t>(driver_object);
  const auto entry = recording.recorder.stub_for_callback(
      *recording.recorder.plans().find("cb:DriverEntry"), recording.target, Recording::kDriver);
  caller.call(entry, {driver, 0}, 0);
  caller.call(entry, {driver, 0}, 0xffffffffc0000001);
  const auto unload = recording.recorder.stub_for_callback(
      *recording.recorder.plans().find("cb:Unload"), recording.target, Recording::kDriver + 8);
  caller.call(unload, {driver}, 0);
  const std::vector<std::string> expected = {"reached 0", "returned 0 ok", "reached 0",
                                             "returned 0 failed", "unloaded 0"};
  CHECK(fake::duties() == expected);
}

TEST_CASE("a system thread that ends itself is no longer inside", "[recorder]") {
  Recording recording;
  fake::be(1, 99, 0);
  const auto routine = recording.recorder.stub_for_callback(
      *recording.recorder.plans().find("cb:SystemThread"), recording.target, Recording::kDriver);
  const auto terminate =
      recording.recorder.stub_for_import("PsTerminateSystemThread", recording.target, 0x9000);
  Caller thread(recording.recorder, {0x5000});
  thread.enter(routine, {0});
  CHECK(presence().threads_inside() == 1);
  Caller inner(recording.recorder, {Recording::kDriver + 4, 0x5000});
  inner.enter(terminate, {0});
  CHECK(inner.frame.action == Action::jump);
  CHECK(presence().threads_inside() == 0);

  // When that fails, the thread comes back, and returns in the end.
  thread.leave(0);
  CHECK(presence().threads_inside() == 0);
  fake::be(0, 1, 0);
}

TEST_CASE("MmGetSystemRoutineAddress hands out recorded routines", "[recorder]") {
  Recording recording;
  const auto resolve =
      recording.recorder.stub_for_import("MmGetSystemRoutineAddress", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  const auto ask = [&](std::u16string name, std::uint64_t address) {
    struct {
      std::uint16_t length;
      std::uint16_t capacity;
      const char16_t* text;
    } string = {static_cast<std::uint16_t>(name.size() * 2), 0, name.data()};
    return caller.call(resolve, {reinterpret_cast<std::uint64_t>(&string)}, address);
  };
  fake::set_code({0xa000, 0xb000, 0xc000});
  const std::uint64_t stub = ask(u"ExAllocatePool2", 0xa000);
  CHECK(recording.recorder.hooks().is_stub(stub));
  CHECK(ask(u"ExAllocatePool2", 0xa000) == stub);
  CHECK(recording.recorder.hooks().is_stub(ask(u"NobodyKnowsThis", 0xb000)));
  CHECK(ask(u"RtlCaptureContext", 0xc000) == 0xc000);  // never hooked
  CHECK(ask(u"memcpy", 0xc000) == 0xc000);             // no DDI
  CHECK(ask(u"PsProcessType", 0xd000) == 0xd000);      // a variable
  CHECK(ask(u"NotThere", 0) == 0);
  fake::set_code({});
  for (const Event& event : events_of(recording)) {
    CHECK_FALSE(recording.recorder.hooks().is_stub(event.values[1]));
  }
}

TEST_CASE("what the host lacks is called where it is supplied", "[recorder]") {
  fake::set_provisions({{"ExAllocatePool2", {platform::Provider::supplied, 0xf000}}});
  Recording recording;
  const auto stub = recording.recorder.stub_for_import("ExAllocatePool2", recording.target, 0x9000);
  fake::set_provisions({});
  CHECK(recording.recorder.hooks().original_of(stub) == 0xf000);
  CHECK(recording.recorder.target(recording.target).keeps_stubs);
  CHECK(recording.recorder.tables().provider(recording.recorder.hooks().slot_of(stub).function) ==
        platform::Provider::supplied);
}

TEST_CASE("an inlined routine is recorded for the target that it stands in", "[recorder]") {
  Recording recording;
  const RowPlan& raise = *recording.recorder.plans().find("KfRaiseIrql");
  const std::uint64_t values[] = {2, 0};
  recording.recorder.record_inline(raise, Recording::kDriver + 8, 0, values, nullptr);
  recording.recorder.record_inline(raise, Recording::kDriver - 8, 0, values, nullptr);
  const auto events = events_of(recording);
  REQUIRE(events.size() == 1);
  CHECK(events[0].values[0] == 2);
  CHECK(events[0].values[1] == 0);
}

TEST_CASE("when nothing is recorded, calls pass through", "[recorder]") {
  Recording recording;
  const auto stub = recording.recorder.stub_for_import("IoAllocateIrp", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  recording.recorder.set_recording(false);
  caller.enter(stub, {1});
  CHECK(caller.frame.action == Action::jump);
  CHECK(caller.frame.target == 0x9000);
  CHECK(presence().threads_inside() == 0);
  CHECK(events_of(recording).empty());
}

TEST_CASE("when the stubs are used up, routines are called unrecorded, and counted", "[recorder]") {
  Recording recording;
  for (std::uint64_t i = 0; i < 128; ++i) {
    REQUIRE(recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000 + i) != 0);
  }
  CHECK(recording.recorder.stub_for_import("ExFreePool", recording.target, 0x1) == 0);
  CHECK(recording.recorder.refused_hooks() == 1);
}

}  // namespace
}  // namespace ddireplay::recorder
