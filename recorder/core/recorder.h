// The hook path: from a call that passes the thunk to a record in a ring.
//
// One Recorder per recording, made when it starts, in memory that is handed to it; nothing is
// allocated afterwards. on_entry(), on_exit() and on_unwind() run on the driver's threads at any
// IRQL.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "recorder/core/call_frame.h"
#include "recorder/core/capture.h"
#include "recorder/core/hook_table.h"
#include "recorder/core/memory_head.h"
#include "recorder/core/ring.h"
#include "recorder/core/stack_memo.h"
#include "recorder/core/stack_table.h"
#include "recorder/core/trace_tables.h"

namespace ddireplay::recorder {

struct RecorderConfig {
  std::uint32_t processors = 1;
  std::uint32_t ring_slots = 1u << 16;  // per processor; a power of two
  std::uint32_t stack_depth = 16;       // frames; 0: no stacks
  StubRange stubs;
  RingStart ring_start;

  // Sizes of the tables. They bound memory, and so what a recording can refer to.
  std::uint32_t stacks = 1u << 17;  // a power of two
  std::uint32_t frames = 1u << 20;
  std::uint32_t memo_entries = 1u << 13;  // a power of two
  std::uint32_t functions = 1u << 13;
  std::uint32_t modules = 512;
  std::uint32_t text_bytes = 1u << 18;
};

// A driver that is recorded.
struct Target {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint16_t module = format::kNoModule;
  // The driver was given stubs that it may keep where nobody finds them again: in a DPC object,
  // say.
  std::atomic<bool> keeps_stubs{false};

  bool contains(std::uint64_t address) const { return address - base < size; }
};

inline constexpr std::uint16_t kMaxTargets = 128;

class Recorder {
 public:
  static std::size_t bytes_needed(const RecorderConfig& config);

  // `memory` is zeroed, aligned to 64 bytes, at least bytes_needed(), and outlives the recorder.
  Recorder(const RecorderConfig& config, std::span<std::byte> memory);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Whether events are taken. While they are not, calls pass through the stubs unrecorded.
  void set_recording(bool on) { recording_.store(on, std::memory_order_release); }
  bool recording() const { return recording_.load(std::memory_order_acquire); }

  // Makes a driver a target; one caller at a time. kMaxTargets: no room.
  std::uint16_t add_target(std::uint64_t base, std::uint64_t size, std::uint16_t module);
  const Target& target(std::uint16_t number) const { return targets_[number]; }

  // The newest target whose image holds that address, or kMaxTargets.
  std::uint16_t target_at(std::uint64_t address) const;

  // The stub that stands for a routine; 0 when stubs or functions are used up, which is counted. An
  // import that the table doesn't have is recorded under `name`, which is kept. Where the host's
  // layer supplies the import, the stub calls that instead of `original`.
  std::uint64_t stub_for_callback(const RowPlan& callback, std::uint16_t target,
                                  std::uint64_t routine);
  std::uint64_t stub_for_import(std::string_view name, std::uint16_t target,
                                std::uint64_t original);

  // An event of the recorder's own: cb:ImageLoad and its like.
  void record_own(const RowPlan& plan, std::uint16_t target, std::span<const std::uint64_t> values);

  // A target has done inline what otherwise is a call of `plan`: `values` are all of its event's,
  // the level is that before, and `context` a processor context behind the instruction at
  // `address`.
  void record_inline(const RowPlan& plan, std::uint64_t address, std::uint8_t irql,
                     std::span<const std::uint64_t> values, const void* context);

  // Called by the thunk.
  void on_entry(CallFrame& frame);
  void on_exit(CallFrame& frame);
  void on_unwind(CallFrame& frame);

  const PlanTable& plans() const { return plans_; }
  HookTable& hooks() { return hooks_; }
  TraceTables& tables() { return tables_; }
  StackTable& stacks() { return stack_table_; }
  // The writer says when there is something to be found, and what it is doing.
  MemoryHead& memory() { return *memory_; }
  std::span<Ring> rings() { return rings_; }
  std::uint64_t refused_hooks() const { return refused_hooks_.load(std::memory_order_relaxed); }
  std::uint64_t lost_stacks() const { return lost_stacks_.load(std::memory_order_relaxed); }

 private:
  struct WalkSlot {
    std::atomic<bool> taken{false};
    platform::WalkSpace space;
  };
  static constexpr std::size_t kMaxSystemThreads = 256;

  std::uint32_t processor() const;
  std::uint32_t stack_of(std::uint64_t stack_pointer);
  std::uint32_t stack_of_context(const void* context);
  template <class Walk>
  std::uint32_t in_walk_space(const Walk& walk);
  std::uint32_t walk(std::uint64_t stack_pointer, platform::WalkSpace& space);
  void prepare_callback(CallFrame& frame, const RowPlan& plan);
  void begin_duty(CallFrame& frame, const HookSlot& slot);
  void capture_more(CallFrame& frame, const RowPlan& plan);
  void look(CallFrame& frame);
  void store(CallFrame& frame, const RowPlan& plan, std::uint8_t flags);
  void wrap_routines(CallFrame& frame, const HookSlot& slot);
  bool add_system_thread(std::uint64_t thread);
  bool remove_system_thread(std::uint64_t thread);
  void hook_cancel_routine(const CallFrame& frame, const HookSlot& slot);
  void hook_resolved_routine(CallFrame& frame, const HookSlot& slot);
  void leave(const CallFrame& frame, const RowPlan& plan);

  RecorderConfig config_;
  MemoryHead* memory_ = nullptr;
  std::atomic<bool> recording_{false};
  std::span<Ring> rings_;
  std::span<WalkSlot> walks_;
  std::span<std::atomic<std::uint64_t>> system_threads_;  // 0: a free place
  std::span<Target> targets_;
  std::atomic<std::uint16_t> targets_used_{0};
  PlanTable plans_;
  const RowPlan* cancel_plan_ = nullptr;
  HookTable hooks_;
  TraceTables tables_;
  StackTable stack_table_;
  StackMemo stack_memo_;
  std::atomic<std::uint64_t> refused_hooks_{0};
  std::atomic<std::uint64_t> lost_stacks_{0};
};

}  // namespace ddireplay::recorder
