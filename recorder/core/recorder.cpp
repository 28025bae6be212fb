#include "recorder/core/recorder.h"

#include <new>

#include "format/freestanding/carver.h"
#include "recorder/core/presence.h"

namespace ddireplay::recorder {

namespace {

using format::event_flags::exit;
using format::event_flags::raised;

constexpr std::uint32_t kWalksPerProcessor = 4;  // interrupts nest, each may walk
constexpr std::size_t kMaxResolvedName = 64;
constexpr std::uint64_t kCancelIrqlInIrp = 0x45;
constexpr std::uint64_t kCancelRoutineInIrp = 0x68;
constexpr std::uint32_t kStatusPending = 0x103;

Arguments arguments_of(CallFrame& frame) { return {frame.registers, frame.stack_pointer}; }

// An array of the carver's block, as its type begins. Empty while measuring.
template <class T>
std::span<T> take(format::Carver& carver, std::size_t count) {
  T* first = carver.take<T>(count);
  if (first == nullptr) return {};
  for (std::size_t i = 0; i < count; ++i) new (first + i) T;
  return {first, count};
}

// The pieces whose number follows from the configuration, in the order in which they lie.
struct Pieces {
  std::span<MemoryHead> memory;
  std::span<Ring> rings;
  std::span<Slot> slots;
  std::span<format::StackEntry> stacks;
  std::span<std::uint64_t> frames;
  std::span<std::atomic<std::uint32_t>> stack_index;
  std::span<StackMemoEntry> memo;
  std::span<HookSlot> hooks;
  std::span<std::atomic<std::uint32_t>> hook_index;
  std::span<RowPlan> plans;
  std::span<format::ModuleEntry> modules;
  std::span<format::FunctionEntry> functions;
  std::span<std::atomic<std::uint8_t>> providers;
  std::span<char> text;
  std::span<format::MemoryFunction> memory_functions;
  std::span<format::MemoryModule> memory_modules;

  void place(format::Carver& carver, const RecorderConfig& config) {
    memory = take<MemoryHead>(carver, 1);
    rings = take<Ring>(carver, config.processors);
    slots = take<Slot>(carver, std::size_t{config.processors} * config.ring_slots);
    stacks = take<format::StackEntry>(carver, config.stacks);
    frames = take<std::uint64_t>(carver, config.frames);
    stack_index = take<std::atomic<std::uint32_t>>(carver, 2 * std::size_t{config.stacks});
    memo = take<StackMemoEntry>(carver, config.memo_entries);
    hooks = take<HookSlot>(carver, config.stubs.count);
    hook_index = take<std::atomic<std::uint32_t>>(carver, 2 * std::size_t{config.stubs.count});
    plans = take<RowPlan>(carver, PlanTable::plans_needed());
    modules = take<format::ModuleEntry>(carver, config.modules);
    functions = take<format::FunctionEntry>(carver, config.functions);
    providers = take<std::atomic<std::uint8_t>>(carver, config.functions);
    text = take<char>(carver, config.text_bytes);
    memory_functions = take<format::MemoryFunction>(carver, config.functions);
    memory_modules = take<format::MemoryModule>(carver, config.modules);
  }

  // Says in front of all where they are.
  void describe() {
    MemoryHead& head = memory.front();
    Ring::describe(head.image);
    head.image.rings = head.table(rings);
    head.image.slots = head.table(slots);
    head.image.stacks = head.table(stacks);
    head.image.frames = head.table(frames);
    head.image.functions = head.table(memory_functions);
    head.image.modules = head.table(memory_modules);
    head.image.text = head.table(text);
    head.image.writer = head.table(std::span(&head.writer, 1));
  }
};

}  // namespace

std::size_t Recorder::bytes_needed(const RecorderConfig& config) {
  format::Carver carver(nullptr);
  Pieces pieces;
  pieces.place(carver, config);
  take<WalkSlot>(carver, std::size_t{config.processors} * kWalksPerProcessor);
  take<std::atomic<std::uint64_t>>(carver, kMaxSystemThreads);
  take<Target>(carver, kMaxTargets);
  return carver.bytes();
}

Recorder::Recorder(const RecorderConfig& config, std::span<std::byte> memory) : config_(config) {
  format::Carver carver(memory.data());
  Pieces pieces;
  pieces.place(carver, config);
  walks_ = take<WalkSlot>(carver, std::size_t{config.processors} * kWalksPerProcessor);
  system_threads_ = take<std::atomic<std::uint64_t>>(carver, kMaxSystemThreads);
  targets_ = take<Target>(carver, kMaxTargets);
  rings_ = pieces.rings;
  for (std::size_t i = 0; i < rings_.size(); ++i) {
    rings_[i].attach(pieces.slots.subspan(i * config.ring_slots, config.ring_slots),
                     config.ring_start);
  }
  stack_table_.attach(pieces.stacks, pieces.frames, pieces.stack_index);
  stack_memo_.attach(pieces.memo);
  hooks_.attach(config.stubs, pieces.hooks, pieces.hook_index);
  tables_.attach(pieces.modules, pieces.functions, pieces.providers, pieces.text);
  tables_.memory().attach(pieces.memory_functions, pieces.memory_modules, pieces.text);
  pieces.describe();
  memory_ = pieces.memory.data();
  plans_.build(pieces.plans);
  cancel_plan_ = plans_.find("cb:Cancel");
}

std::uint16_t Recorder::add_target(std::uint64_t base, std::uint64_t size, std::uint16_t module) {
  const std::uint16_t number = targets_used_.load(std::memory_order_relaxed);
  if (number == kMaxTargets) return kMaxTargets;
  Target& target = targets_[number];
  target.base = base;
  target.size = size;
  target.module = module;
  targets_used_.store(number + 1, std::memory_order_release);
  return number;
}

std::uint16_t Recorder::target_at(std::uint64_t address) const {
  for (std::uint16_t i = targets_used_.load(std::memory_order_acquire); i > 0; --i) {
    if (targets_[i - 1].contains(address)) return i - 1;
  }
  return kMaxTargets;
}

std::uint64_t Recorder::stub_for_callback(const RowPlan& callback, std::uint16_t target,
                                          std::uint64_t routine) {
  const std::uint64_t stub =
      hooks_.stub_for(callback, target, routine, [&](std::uint16_t& function) {
        return tables_.add_function(callback.row->name, callback, targets_[target].module, routine,
                                    platform::Provider::kernel, function);
      });
  if (stub == 0) refused_hooks_.fetch_add(1, std::memory_order_relaxed);
  return stub;
}

std::uint64_t Recorder::stub_for_import(std::string_view name, std::uint16_t target,
                                        std::uint64_t original) {
  const RowPlan* known = plans_.find(name);
  const platform::Provision provision = platform::provide(name, original);
  const bool is_absent = provision.provider == platform::Provider::absent;
  const RowPlan& plan = is_absent ? plans_.absent() : known != nullptr ? *known : plans_.unknown();
  const std::uint64_t stub =
      hooks_.stub_for(plan, target, provision.routine, [&](std::uint16_t& function) {
        const std::string_view kept = known != nullptr ? known->row->name : tables_.keep(name);
        return !kept.empty() &&
               tables_.add_function(kept, plan, targets_[target].module, provision.routine,
                                    provision.provider, function);
      });
  if (stub == 0) {
    refused_hooks_.fetch_add(1, std::memory_order_relaxed);
  } else if (provision.provider == platform::Provider::supplied) {
    targets_[target].keeps_stubs.store(true, std::memory_order_relaxed);
  }
  return stub;
}

void Recorder::record_own(const RowPlan& plan, std::uint16_t target,
                          std::span<const std::uint64_t> values) {
  const bool has_target = target < kMaxTargets;
  EventHead head;
  if (!tables_.add_function(
          plan.row->name, plan, has_target ? targets_[target].module : format::kNoModule,
          has_target ? targets_[target].base : 0, platform::Provider::kernel, head.function)) {
    return;
  }
  head.thread = platform::current_thread();
  head.irql = platform::current_irql();
  rings_[processor()].store(head, values);
}

void Recorder::record_inline(const RowPlan& plan, std::uint64_t address, std::uint8_t irql,
                             std::span<const std::uint64_t> values, const void* context) {
  const std::uint16_t target = target_at(address);
  if (!recording() || target == kMaxTargets) return;
  // Nobody calls this stub: its slot remembers the function.
  const std::uint64_t stub = stub_for_callback(plan, target, kInlined);
  if (stub == 0) return;
  presence().enter();
  EventHead head;
  head.thread = platform::current_thread();
  head.stack = stack_of_context(context);
  head.function = hooks_.slot_of(stub).function;
  head.irql = irql;
  head.flags = plan.at_exit ? exit : std::uint8_t{0};
  rings_[processor()].store(head, values);
  presence().leave();
}

// Before anything is looked at: what the kernel would have done is part of what the driver finds.
void Recorder::prepare_callback(CallFrame& frame, const RowPlan& plan) {
  const Arguments arguments = arguments_of(frame);
  platform::callback_reached();
  frame.irql_after = platform::current_irql();
  if (plan.duty == Duty::dispatch) platform::dispatch_reached(arguments[0], arguments[1]);
  if (plan.duty == Duty::cancel) {
    std::uint64_t level = 0;
    if (platform::guarded_read(arguments[1] + kCancelIrqlInIrp, 1, level)) {
      frame.irql_after = static_cast<std::uint8_t>(level);
    }
    platform::cancel_reached();
  }
}

void Recorder::begin_duty(CallFrame& frame, const HookSlot& slot) {
  if (slot.plan->duty == Duty::system_thread) {
    frame.tracked_thread = add_system_thread(frame.event.thread);
  } else if (slot.plan->duty == Duty::driver_entry) {
    platform::driver_entry_reached(slot.target, frame.registers[0]);
  }
}

void Recorder::capture_more(CallFrame& frame, const RowPlan& plan) {
  capture_beyond_registers(plan, arguments_of(frame), hooks_, frame.values);
}

void Recorder::on_entry(CallFrame& frame) {
  const HookSlot& slot = hooks_.slot(frame.slot);
  const RowPlan& plan = *slot.plan;
  frame.target = slot.original;
  frame.action = Action::jump;
  frame.state = FrameState::idle;
  const Presence::Seat seat = presence().enter();
  if (plan.is_callback) prepare_callback(frame, plan);
  if (!recording()) {
    presence().leave(seat);
    return;
  }
  frame.event.irql = platform::current_irql();
  frame.event.thread = platform::current_thread();
  frame.event.function = slot.function;
  frame.tracked_thread = false;
  if (plan.duty != Duty::none) begin_duty(frame, slot);
  if (plan.at_entry) look(frame);
  capture_registers(plan, frame.registers, hooks_, frame.values);
  if (plan.register_count != plan.entry_count) capture_more(frame, plan);
  frame.event.stack = config_.stack_depth == 0 ? format::kNoStack : stack_of(frame.stack_pointer);
  if (plan.wrap_count != 0) wrap_routines(frame, slot);
  if (plan.at_entry) store(frame, plan, 0);
  if (plan.duty == Duty::ends_thread && remove_system_thread(frame.event.thread))
    presence().leave();
  if (!plan.at_exit) {
    presence().leave(seat);
    return;
  }
  frame.action = Action::call;
  frame.stack_arguments = plan.stack_arguments;
  frame.state = FrameState::in_call;
}

void Recorder::on_exit(CallFrame& frame) {
  frame.state = FrameState::idle;
  const HookSlot& slot = hooks_.slot(frame.slot);
  const RowPlan& plan = *slot.plan;
  if (recording()) {
    look(frame);
    if (plan.duty == Duty::dispatch) hook_cancel_routine(frame, slot);
    if (plan.duty == Duty::resolves_routine) hook_resolved_routine(frame, slot);
    capture_exit(plan, frame.result, hooks_, frame.values);
    // Of a callback the level that it leaves behind is what tells; of a call, the one it came with.
    if (plan.is_callback) frame.event.irql = platform::current_irql();
    store(frame, plan, exit);
  }
  if (plan.duty == Duty::driver_entry) {
    const bool succeeded = static_cast<std::int32_t>(frame.result) >= 0;
    platform::driver_entry_returned(slot.target, frame.registers[0], succeeded);
  }
  if (plan.duty == Duty::unload) platform::unload_returned(slot.target);
  leave(frame, plan);
}

void Recorder::on_unwind(CallFrame& frame) {
  if (frame.state != FrameState::in_call) return;
  frame.state = FrameState::idle;
  const RowPlan& plan = *hooks_.slot(frame.slot).plan;
  if (recording()) {
    look(frame);
    for (unsigned i = plan.entry_count; i < plan.exit_count; ++i) frame.values[i] = 0;
    frame.event.irql = platform::current_irql();
    store(frame, plan, exit | raised);
  }
  leave(frame, plan);
}

void Recorder::leave(const CallFrame& frame, const RowPlan& plan) {
  if (plan.is_callback) platform::set_irql_after_callback(frame.irql_after);
  if (!frame.tracked_thread || remove_system_thread(frame.event.thread)) presence().leave();
}

std::uint32_t Recorder::processor() const {
  const std::uint32_t number = platform::current_processor();
  return number < rings_.size() ? number : number % static_cast<std::uint32_t>(rings_.size());
}

// Inline, and what it calls is not: below it the deepest chain of calls begins.
[[gnu::always_inline]] inline std::uint32_t Recorder::walk(std::uint64_t stack_pointer,
                                                           platform::WalkSpace& space) {
  const std::span<const platform::Frame> frames =
      platform::walk_stack(stack_pointer, config_.stack_depth, space);
  if (frames.empty()) return format::kNoStack;
  const std::uint32_t stack = stack_table_.id_of(frames);
  if (stack != format::kNoStack) stack_memo_.remember(stack_pointer, frames, stack);
  return stack;
}

std::uint32_t Recorder::stack_of(std::uint64_t stack_pointer) {
  const std::uint32_t known = stack_memo_.find(stack_pointer, stack_table_);
  if (known != format::kNoStack) return known;
  return in_walk_space([&](platform::WalkSpace& space) { return walk(stack_pointer, space); });
}

// No memo: the first frame is an instruction, which stands nowhere on the stack.
std::uint32_t Recorder::stack_of_context(const void* context) {
  if (config_.stack_depth == 0) return format::kNoStack;
  return in_walk_space([&](platform::WalkSpace& space) {
    const std::span<const platform::Frame> frames =
        platform::walk_stack_of(context, config_.stack_depth, space);
    return frames.empty() ? format::kNoStack : stack_table_.id_of(frames);
  });
}

template <class Walk>
std::uint32_t Recorder::in_walk_space(const Walk& walk) {
  for (WalkSlot& slot : walks_) {
    if (slot.taken.load(std::memory_order_relaxed) ||
        slot.taken.exchange(true, std::memory_order_acquire)) {
      continue;
    }
    const std::uint32_t stack = walk(slot.space);
    slot.taken.store(false, std::memory_order_release);
    if (stack != format::kNoStack) return stack;
    break;
  }
  lost_stacks_.fetch_add(1, std::memory_order_relaxed);
  return format::kNoStack;
}

void Recorder::look(CallFrame& frame) {
  frame.ring = &rings_[processor()];
  frame.place = frame.ring->look();
}

// Most events pass here: all of it is one routine, where the compiler would make three.
[[gnu::flatten]] void Recorder::store(CallFrame& frame, const RowPlan& plan, std::uint8_t flags) {
  const std::size_t count = (flags & exit) != 0 ? plan.exit_count : plan.entry_count;
  frame.event.flags = flags;
  frame.ring->store(frame.place, frame.event, {frame.values, count});
}

// Only routines inside the driver's own image are replaced: what another module supplied is not the
// driver's callback.
void Recorder::wrap_routines(CallFrame& frame, const HookSlot& slot) {
  const Arguments arguments = arguments_of(frame);
  Target& target = targets_[slot.target];
  for (unsigned i = 0; i < slot.plan->wrap_count; ++i) {
    const WrapPlan& wrap = slot.plan->wraps[i];
    const std::uint64_t base = frame.values[wrap.base];
    const std::uint64_t place = base + static_cast<std::int64_t>(wrap.offset);
    std::uint64_t routine = base;
    if (wrap.in_memory && (base == 0 || !platform::guarded_read(place, 8, routine))) continue;
    if (!target.contains(routine)) continue;
    const std::uint64_t stub = stub_for_callback(*wrap.callback, slot.target, routine);
    if (stub == 0) continue;
    target.keeps_stubs.store(true, std::memory_order_relaxed);
    if (wrap.in_memory) {
      platform::guarded_write_pointer(place, stub);
    } else {
      arguments[wrap.base] = stub;
    }
  }
}

bool Recorder::add_system_thread(std::uint64_t thread) {
  for (std::atomic<std::uint64_t>& place : system_threads_) {
    std::uint64_t none = 0;
    if (place.compare_exchange_strong(none, thread, std::memory_order_acq_rel)) return true;
  }
  return false;
}

bool Recorder::remove_system_thread(std::uint64_t thread) {
  for (std::atomic<std::uint64_t>& place : system_threads_) {
    std::uint64_t expected = thread;
    if (place.compare_exchange_strong(expected, 0, std::memory_order_acq_rel)) return true;
  }
  return false;
}

// IoSetCancelRoutine is inline: what it leaves in the request is found when the dispatch routine
// returns. By then another thread may have taken the request, so nothing but the routine that was
// found is replaced.
void Recorder::hook_cancel_routine(const CallFrame& frame, const HookSlot& slot) {
  if (static_cast<std::uint32_t>(frame.result) != kStatusPending ||
      !platform::may_touch_pending_irps()) {
    return;
  }
  Target& target = targets_[slot.target];
  const std::uint64_t place = frame.registers[1] + kCancelRoutineInIrp;
  std::uint64_t routine = 0;
  if (!platform::guarded_read(place, sizeof(routine), routine) || !target.contains(routine)) return;
  const std::uint64_t stub = stub_for_callback(*cancel_plan_, slot.target, routine);
  if (stub == 0) return;
  target.keeps_stubs.store(true, std::memory_order_relaxed);
  platform::guarded_replace_pointer(place, routine, stub);
}

// MmGetSystemRoutineAddress(UNICODE_STRING*) has found a routine: the driver gets a stub for it, so
// that its calls are seen like those of an import.
void Recorder::hook_resolved_routine(CallFrame& frame, const HookSlot& slot) {
  std::uint64_t bytes = 0;
  std::uint64_t text = 0;
  if (!platform::guarded_read(frame.values[0], 2, bytes) ||
      !platform::guarded_read(frame.values[0] + 8, 8, text) || bytes / 2 > kMaxResolvedName) {
    return;
  }
  char name[kMaxResolvedName];
  const std::size_t length = bytes / 2;
  for (std::size_t i = 0; i < length; ++i) {
    std::uint64_t character = 0;
    if (!platform::guarded_read(text + 2 * i, 2, character)) return;
    name[i] = static_cast<char>(character);
  }
  const platform::Provision provision = platform::provide({name, length}, frame.result);
  if (provision.provider != platform::Provider::supplied && !platform::is_code(frame.result)) {
    return;
  }
  const RowPlan* known = plans_.find({name, length});
  if (known != nullptr &&
      (known->row->when == format::When::never || known->row->family == format::Family::runtime)) {
    return;
  }
  const std::uint64_t stub = stub_for_import({name, length}, slot.target, frame.result);
  if (stub == 0) return;
  targets_[slot.target].keeps_stubs.store(true, std::memory_order_relaxed);
  frame.result = stub;
}

}  // namespace ddireplay::recorder
