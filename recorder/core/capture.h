// From a function's layout to the values of its events.
//
// A layout (format/freestanding/ddi_layout.h) is parsed when recording starts, into a plan that the
// hook path can follow without looking at text.
#pragma once

#include <cstdint>
#include <span>

#include "format/freestanding/ddi_layout.h"
#include "format/freestanding/ddi_table.h"
#include "recorder/core/shared_access.h"

namespace ddireplay::recorder {

struct RowPlan;
template <class Access>
class BasicHookTable;
using HookTable = BasicHookTable<SharedAccess>;

// Where one value comes from.
struct Operand {
  std::int32_t offset = 0;  // memory: bytes from the base
  std::uint8_t base = 0;    // argument: its number. memory: number of the value it is read through
  std::uint8_t bytes = 8;
  std::uint8_t unused_bits = 0;  // of 64
  bool is_signed = false;
  bool is_pointer = false;  // it may be a stub of ours: the original is what is recorded
  format::Source source = format::Source::argument;
  format::Sample sample = format::Sample::stack_pointer;
};

// A routine of the driver that is to be replaced by a stub.
struct WrapPlan {
  const RowPlan* callback = nullptr;
  std::int32_t offset = 0;
  std::uint8_t base = 0;
  bool in_memory = false;
};

// What the hook path has to do beside recording.
enum class Duty : std::uint8_t {
  none,
  driver_entry,      // callback: the driver object's routines are wrapped when it returns
  unload,            // callback: the image will go when it has returned
  dispatch,          // callback: is given an IRP
  cancel,            // callback: gives back the cancel spin lock, and goes to the IRP's CancelIrql
  system_thread,     // callback: may end in PsTerminateSystemThread, which doesn't return
  ends_thread,       // PsTerminateSystemThread
  resolves_routine,  // MmGetSystemRoutineAddress: what it hands out is hooked, too
};

struct RowPlan {
  const format::DdiRow* row = nullptr;
  std::uint16_t number = 0;  // of the row, as a memory image has it
  Operand operands[format::kMaxFields];
  WrapPlan wraps[format::kMaxWraps];
  std::uint8_t register_count = 0;  // of the first operands, that each is the argument of its place
  std::uint8_t entry_count = 0;
  std::uint8_t exit_count = 0;
  std::uint8_t wrap_count = 0;
  std::uint8_t stack_arguments = 0;  // to be copied when the call is made on a frame of its own
  Duty duty = Duty::none;
  bool is_callback = false;
  bool at_entry = false;
  bool at_exit = false;
};

// All rows of the table as plans, and those of unknown and of absent imports.
class PlanTable {
 public:
  // Room for `plans_needed()` plans. False: a row's wrap names no callback.
  static std::size_t plans_needed();
  bool build(std::span<RowPlan> plans);

  // The plan of that name, or nullptr.
  const RowPlan* find(std::string_view name) const;
  const RowPlan& unknown() const { return plans_[plans_.size() - 2]; }
  const RowPlan& absent() const { return plans_.back(); }

 private:
  std::span<RowPlan> plans_;
};

// An unknown import may take arguments on the stack: these many are passed on.
inline constexpr std::uint8_t kStackArgumentsMax = 16;

// The arguments of a call, as the thunk finds them. They stay where they are: what is written here
// is what the callee gets.
struct Arguments {
  std::uint64_t* registers;     // rcx, rdx, r8, r9
  std::uint64_t stack_pointer;  // at entry of the callee: address of the return address

  std::uint64_t& operator[](unsigned number) const {
    if (number < 4) return registers[number];
    return reinterpret_cast<std::uint64_t*>(stack_pointer)[1 + number];
  }
};

// What the event says of a value.
template <class Hooks>
inline std::uint64_t shown(std::uint64_t value, const Operand& operand, const Hooks& hooks) {
  if (operand.is_pointer) return hooks.original_of(value);
  const std::uint64_t at_top = value << operand.unused_bits;
  const auto with_sign = static_cast<std::int64_t>(at_top) >> operand.unused_bits;
  return operand.is_signed ? static_cast<std::uint64_t>(with_sign) : at_top >> operand.unused_bits;
}

// Fill in the values that exist at entry, and those that come at return. Memory that can't be read
// gives 0. Most events have no more than what is in registers: that comes first, and by itself.
template <class Hooks>
inline void capture_registers(const RowPlan& plan, const std::uint64_t* registers,
                              const Hooks& hooks, std::uint64_t* values) {
  for (unsigned i = 0; i < plan.register_count; ++i) {
    values[i] = shown(registers[i], plan.operands[i], hooks);
  }
}
void capture_beyond_registers(const RowPlan& plan, const Arguments& arguments,
                              const HookTable& hooks, std::uint64_t* values);
void capture_exit(const RowPlan& plan, std::uint64_t result, const HookTable& hooks,
                  std::uint64_t* values);

}  // namespace ddireplay::recorder
