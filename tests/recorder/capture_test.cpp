#include "recorder/core/capture.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "recorder/core/hook_table.h"
#include "tests/recorder/fake_platform.h"

namespace ddireplay::recorder {
namespace {

using format::DdiRow;
using format::Family;
using format::When;

struct Plans {
  Plans() : memory(PlanTable::plans_needed()) { REQUIRE(table.build(memory)); }

  std::vector<RowPlan> memory;
  PlanTable table;
};

// A call as the thunk finds it: registers, and the caller's stack from its return address on.
struct Call {
  std::uint64_t registers[4] = {};
  std::uint64_t stack[24] = {};

  Arguments arguments() { return {registers, reinterpret_cast<std::uint64_t>(stack)}; }
};

const HookTable kNoHooks;

void capture_entry(const RowPlan& plan, const Arguments& arguments, const HookTable& hooks,
                   std::uint64_t* values) {
  capture_registers(plan, arguments.registers, hooks, values);
  capture_beyond_registers(plan, arguments, hooks, values);
}

TEST_CASE("every row of the table has a plan, and every wrap a callback", "[capture]") {
  const Plans plans;
  for (const DdiRow& row : format::ddi_table()) {
    const RowPlan* plan = plans.table.find(row.name);
    REQUIRE(plan != nullptr);
    const format::Layout layout = row.layout();
    CHECK(plan->entry_count == layout.entry_count);
    CHECK(plan->exit_count == layout.field_count);
    for (unsigned i = 0; i < plan->wrap_count; ++i) CHECK(plan->wraps[i].callback->is_callback);
  }
  CHECK(plans.table.find("NoSuchRoutine") == nullptr);
  CHECK(plans.table.unknown().exit_count == 5);
  CHECK(plans.table.unknown().stack_arguments == kStackArgumentsMax);
}

TEST_CASE("arguments are cut to their width, and signed ones keep their sign", "[capture]") {
  const Plans plans;
  // PVOID (POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
  const RowPlan& allocate = *plans.table.find("ExAllocatePoolWithTag");
  Call call;
  call.registers[0] = 0xdeadbeef00000200;
  call.registers[1] = 0x123456789abcdef0;
  call.registers[2] = 0xffffffff64636261;
  std::uint64_t values[format::kMaxFields];
  capture_entry(allocate, call.arguments(), kNoHooks, values);
  CHECK(values[0] == 0x200);
  CHECK(values[1] == 0x123456789abcdef0);
  CHECK(values[2] == 0x64636261);
  capture_exit(allocate, 0xffffa00012345678, kNoHooks, values);
  CHECK(values[3] == 0xffffa00012345678);

  // LONG (PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
  const RowPlan& set_event = *plans.table.find("KeSetEvent");
  call.registers[1] = 0x12345678ffffffff;
  call.registers[2] = 0xabcdef01;
  capture_entry(set_event, call.arguments(), kNoHooks, values);
  CHECK(values[1] == ~std::uint64_t{0});
  CHECK(values[2] == 1);
}

TEST_CASE("arguments from the fifth on come from the stack", "[capture]") {
  const Plans plans;
  const RowPlan& create = *plans.table.find("IoCreateDevice");
  CHECK(create.stack_arguments == 3);
  Call call;
  // Return address, four words of home space, then the fifth argument.
  call.stack[5] = 0xaaaaaaaa00000100;
  call.stack[6] = 0xbbbbbbbbbbbbbb01;
  std::uint64_t extension = 0x5555;
  std::uint64_t device_memory[16] = {};
  device_memory[8] = reinterpret_cast<std::uint64_t>(&extension);
  std::uint64_t device = reinterpret_cast<std::uint64_t>(device_memory);
  call.stack[7] = reinterpret_cast<std::uint64_t>(&device);
  std::uint64_t values[format::kMaxFields];
  capture_entry(create, call.arguments(), kNoHooks, values);
  CHECK(values[4] == 0x100);
  CHECK(values[5] == 1);
  CHECK(values[6] == call.stack[7]);

  // What the call has written is followed through the pointer that it wrote.
  capture_exit(create, 0xffffffffc0000035, kNoHooks, values);
  CHECK(values[7] == 0xffffffffc0000035);
  CHECK(values[8] == device);
  CHECK(values[9] == reinterpret_cast<std::uint64_t>(&extension));
}

TEST_CASE("the machine is sampled at entry and at return", "[capture]") {
  const Plans plans;
  const RowPlan& dispatch = *plans.table.find("cb:Dispatch");
  const format::Layout layout = dispatch.row->layout();
  const auto place = [&](std::string_view name) {
    return static_cast<std::size_t>(layout.find(name));
  };
  Call call;
  std::uint64_t values[format::kMaxFields];
  fake::set_sample(format::Sample::apcs, 1);
  fake::set_sample(format::Sample::interrupts, 2);
  capture_entry(dispatch, call.arguments(), kNoHooks, values);
  fake::set_sample(format::Sample::apcs, 3);
  fake::set_sample(format::Sample::interrupts, 1);
  capture_exit(dispatch, 0, kNoHooks, values);
  CHECK(values[place("Apcs")] == 1);
  CHECK(values[place("Interrupts")] == 2);
  CHECK(values[place("ApcsAfter")] == 3);
  CHECK(values[place("InterruptsAfter")] == 1);
}

TEST_CASE("the stack pointer is that of the call", "[capture]") {
  const Plans plans;
  const RowPlan& complete = *plans.table.find("IofCompleteRequest");
  const int place = complete.row->layout().find("StackPointer");
  Call call;
  std::uint64_t values[format::kMaxFields];
  capture_entry(complete, call.arguments(), kNoHooks, values);
  CHECK(values[place] == reinterpret_cast<std::uint64_t>(call.stack));
}

TEST_CASE("memory that can't be read gives 0", "[capture]") {
  const Plans plans;
  const RowPlan& free = *plans.table.find("IoFreeMdl");
  struct Mdl {
    std::uint8_t bytes[0x30];
  } mdl;
  std::memset(&mdl, 0xee, sizeof(mdl));
  Call call;
  call.registers[0] = reinterpret_cast<std::uint64_t>(&mdl);
  std::uint64_t values[format::kMaxFields];
  capture_entry(free, call.arguments(), kNoHooks, values);
  CHECK(values[1] == 0xeeee);
  CHECK(values[2] == 0xeeeeeeeeeeeeeeee);

  fake::set_hole(&mdl, sizeof(mdl));
  capture_entry(free, call.arguments(), kNoHooks, values);
  fake::set_hole(nullptr, 0);
  CHECK(values[1] == 0);
  CHECK(values[2] == 0);

  call.registers[0] = 0;
  capture_entry(free, call.arguments(), kNoHooks, values);
  CHECK(values[1] == 0);
}

TEST_CASE("a stub of ours is recorded as what it stands for", "[capture]") {
  const Plans plans;
  std::vector<HookSlot> slots(16);
  std::vector<std::atomic<std::uint32_t>> index(32);
  HookTable hooks;
  hooks.attach({0x7000, 16, 16}, slots, {index.data(), index.size()});
  const std::uint64_t stub =
      hooks.stub_for(*plans.table.find("cb:Dpc"), 0, 0x1234, [](std::uint16_t&) { return true; });
  REQUIRE(hooks.is_stub(stub));

  const RowPlan& insert = *plans.table.find("KeInsertQueueDpc");
  std::uint64_t dpc[8] = {0, 0, 0, stub};
  Call call;
  call.registers[0] = reinterpret_cast<std::uint64_t>(dpc);
  std::uint64_t values[format::kMaxFields];
  capture_entry(insert, call.arguments(), hooks, values);
  const int routine = insert.row->layout().find("Routine");
  REQUIRE(routine >= 0);
  CHECK(values[routine] == 0x1234);
}

}  // namespace
}  // namespace ddireplay::recorder
