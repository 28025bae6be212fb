// What it costs a driver's thread to have one call recorded: from the thunk's frame to the record
// in the ring, which somebody else empties. Beside it, in the same process: LTTng-UST's tracepoint
// with the same fields, and walking the same stack with libunwind.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "bench/recording.h"

#ifdef DDIREPLAY_BENCH_LTTNG
#include "bench/tracepoints.h"
#endif
#ifdef DDIREPLAY_BENCH_LIBUNWIND
#define UNW_LOCAL_ONLY
#include <libunwind.h>
#endif

namespace ddireplay::bench {
namespace {

constexpr std::uint64_t kDriver = 0xfffff80010000000;
constexpr std::uint64_t kStub = 0x7f0000000000;

// One driver, which imports one function. ExFreePoolWithTag: two arguments, recorded at entry.
// ExAllocatePoolWithTag: three and a result, recorded at return.
struct OneImport {
  explicit OneImport(std::uint32_t stack_depth, const char* name = "ExFreePoolWithTag")
      : alone(config(stack_depth)) {
    const std::uint16_t module = alone.recorder.tables().add_module(
        {.name = "Bench.sys", .base = kDriver, .size = 0x10000, .is_target = true});
    const std::uint16_t target = alone.recorder.add_target(kDriver, 0x10000, module);
    alone.recorder.set_recording(true);
    machine() = {.thread = kKernelMemory};
    frame.slot = static_cast<std::uint32_t>(
        alone.recorder.stub_for_import(name, target, kDriver - 0x1000) - kStub);
    frame.registers[0] = kKernelMemory + 0x1000;
    frame.registers[1] = 0x68636e42;
  }

  static recorder::RecorderConfig config(std::uint32_t stack_depth) {
    recorder::RecorderConfig config;
    config.stack_depth = stack_depth;
    config.stubs = {kStub, 1, 16};
    return config;
  }

  RecorderAlone alone;
  recorder::CallFrame frame{};
  std::vector<recorder::Slot> room = std::vector<recorder::Slot>(1u << 16);
};

// The ring is emptied with the watch stopped: that is another thread's work.
template <class Store>
void record(benchmark::State& state, recorder::Recorder& recorder, std::span<recorder::Slot> room,
            const Store& store) {
  constexpr std::int64_t kEvents = 1 << 15;
  while (state.KeepRunningBatch(kEvents)) {
    for (std::int64_t i = 0; i < kEvents; ++i) store();
    state.PauseTiming();
    discard(recorder, room);
    state.ResumeTiming();
  }
  if (recorder.rings()[0].lost_total() != 0) state.SkipWithError("events were lost");
}

// The lowest layer: reserve a place in the ring, read the clock, fill in.
void store_in_ring(benchmark::State& state) {
  OneImport import(0);
  const recorder::EventHead head{.thread = kKernelMemory};
  const std::array<std::uint64_t, 2> values = {1, 2};
  record(state, import.alone.recorder, import.room,
         [&] { import.alone.recorder.rings()[0].store(head, values); });
}

void record_without_stack(benchmark::State& state) {
  OneImport import(0);
  record(state, import.alone.recorder, import.room,
         [&] { import.alone.recorder.on_entry(import.frame); });
}

// The thunk comes by twice.
void record_at_return(benchmark::State& state) {
  OneImport import(0, "ExAllocatePoolWithTag");
  record(state, import.alone.recorder, import.room, [&] {
    import.alone.recorder.on_entry(import.frame);
    import.alone.recorder.on_exit(import.frame);
  });
}

// From frames as compilers make them: some words of locals and registers between return addresses.
void record_with_stack(benchmark::State& state) {
  OneImport import(kFrames);
  std::array<std::uint64_t, 6 * kFrames> words{};
  std::array<recorder::platform::Frame, kFrames> frames;
  for (std::size_t i = 0; i < kFrames; ++i) {
    frames[i] = {kDriver + 0x10 * i, reinterpret_cast<std::uint64_t>(&words[6 * i])};
    words[6 * i] = frames[i].return_address;
  }
  machine().frames = frames;
  import.frame.stack_pointer = reinterpret_cast<std::uint64_t>(words.data());
  record(state, import.alone.recorder, import.room,
         [&] { import.alone.recorder.on_entry(import.frame); });
}

BENCHMARK(store_in_ring);
BENCHMARK(record_without_stack);
BENCHMARK(record_at_return);
BENCHMARK(record_with_stack);

#ifdef DDIREPLAY_BENCH_LTTNG
void lttng_tracepoint(benchmark::State& state) {
  if (!lttng_ust_tracepoint_enabled(ddireplay_bench, call)) {
    state.SkipWithError("no LTTng session takes the tracepoint");
    return;
  }
  for (auto _ : state) {
    lttng_ust_tracepoint(ddireplay_bench, call, kKernelMemory, 1u, std::uint16_t{2},
                         std::uint8_t{0}, std::uint8_t{0}, kKernelMemory + 0x1000, 0x68636e42u);
  }
}
BENCHMARK(lttng_tracepoint);
#endif

#ifdef DDIREPLAY_BENCH_LIBUNWIND
// Calls `deed` from a stack of at least kFrames frames.
template <class Deed>
[[gnu::noinline]] void deep(int frames, const Deed& deed) {
  if (frames == 0) {
    deed();
  } else {
    deep(frames - 1, deed);
  }
  asm volatile("" ::: "memory");  // else the compiler makes a loop of it
}

void libunwind_steps(benchmark::State& state) {
  deep(kFrames, [&] {
    for (auto _ : state) {
      std::array<std::uint64_t, kFrames> addresses{};
      unw_context_t context;
      unw_cursor_t cursor;
      unw_getcontext(&context);
      unw_init_local(&cursor, &context);
      for (std::size_t i = 0; i < kFrames && unw_step(&cursor) > 0; ++i) {
        unw_word_t address = 0;
        unw_get_reg(&cursor, UNW_REG_IP, &address);
        addresses[i] = address;
      }
      if (addresses.back() == 0) state.SkipWithError("the walk ended early");
      benchmark::DoNotOptimize(addresses);
    }
  });
}
BENCHMARK(libunwind_steps);

// Its fast path, which remembers how each function's frame is laid out.
void libunwind_backtrace(benchmark::State& state) {
  deep(kFrames, [&] {
    for (auto _ : state) {
      std::array<void*, kFrames> addresses{};
      if (unw_backtrace(addresses.data(), kFrames) < static_cast<int>(kFrames)) {
        state.SkipWithError("the walk ended early");
      }
      benchmark::DoNotOptimize(addresses);
    }
  });
}
BENCHMARK(libunwind_backtrace);
#endif

}  // namespace
}  // namespace ddireplay::bench

BENCHMARK_MAIN();
