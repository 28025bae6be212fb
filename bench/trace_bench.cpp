// What it costs to write, to read and to replay an event, on a synthetic trace of four processors
// whose drivers allocate and free pool, or take and release spin locks. Figures of one run compare
// with each other, not with another run's.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

#include "checkers/registry.h"
#include "format/trace_reader.h"
#include "format/trace_writer.h"
#include "replay/replay.h"

namespace ddireplay {
namespace {

using format::FunctionId;
using format::StackId;

constexpr std::uint64_t kDriverBase = 0xfffff80010000000;
constexpr std::uint64_t kPoolBase = 0xffffe00000000000;
constexpr std::uint16_t kProcessors = 4;
constexpr std::size_t kStacks = 1000;
constexpr std::size_t kFrames = 16;
constexpr std::size_t kLiveBlocks = 10000;

// Allocates and frees at random, with about kLiveBlocks blocks alive.
class PoolTraffic {
 public:
  explicit PoolTraffic(format::TraceWriter& writer) : writer_(writer) {
    const format::ModuleId module = writer.add_module(
        {.name = "Bench.sys", .base = kDriverBase, .size = 0x100000, .is_target = true});
    allocate_ = add_function("ExAllocatePoolWithTag", module);
    free_ = add_function("ExFreePoolWithTag", module);
    for (std::size_t i = 0; i < kStacks; ++i) add_stack();
  }

  void append() {
    const bool frees =
        live_.size() > kLiveBlocks / 2 && random_() % (2 * kLiveBlocks) < live_.size();
    frees ? append_free() : append_allocation();
  }

 private:
  FunctionId add_function(const char* name, format::ModuleId module) {
    const format::DdiRow& row = *format::find_ddi(name);
    return writer_.add_function(row.name, row.prototype, row.derived, module, 0);
  }

  void add_stack() {
    std::array<std::uint64_t, kFrames> frames;
    for (std::uint64_t& frame : frames) frame = kDriverBase + random_() % 0x100000;
    stacks_.push_back(writer_.add_stack(frames));
  }

  void append_allocation() {
    std::uint64_t address = kPoolBase + 0x100 * next_block_++;
    if (!freed_.empty()) {
      address = freed_.back();
      freed_.pop_back();
    }
    live_.push_back(address);
    const std::array<std::uint64_t, 4> values = {0x200, 0x80, 0x68636e42, address};
    append_event(allocate_, values, format::event_flags::exit);
  }

  void append_free() {
    std::swap(live_[random_() % live_.size()], live_.back());
    const std::array<std::uint64_t, 2> values = {live_.back(), 0x68636e42};
    freed_.push_back(live_.back());
    live_.pop_back();
    append_event(free_, values, 0);
  }

  void append_event(FunctionId function, std::span<const std::uint64_t> values,
                    std::uint8_t flags) {
    time_ += 50 + random_() % 500;
    const auto processor = static_cast<std::uint16_t>(random_() % kProcessors);
    writer_.append({.time = time_,
                    .thread = 0x1000u + processor,
                    .values = values,
                    .function = function,
                    .stack = stacks_[random_() % kStacks],
                    .processor = processor,
                    .irql = 0,
                    .flags = flags});
  }

  format::TraceWriter& writer_;
  std::mt19937_64 random_{1};
  FunctionId allocate_ = 0;
  FunctionId free_ = 0;
  std::vector<StackId> stacks_;
  std::vector<std::uint64_t> live_;
  std::vector<std::uint64_t> freed_;
  std::uint64_t next_block_ = 0;
  std::uint64_t time_ = 0;
};

// Threads of one processor each, which take two of many spin locks, always in the same order, and
// give them back.
class LockTraffic {
 public:
  explicit LockTraffic(format::TraceWriter& writer) : writer_(writer) {
    const format::ModuleId module = writer.add_module(
        {.name = "Bench.sys", .base = kDriverBase, .size = 0x100000, .is_target = true});
    acquire_ = add_function("KeAcquireSpinLockRaiseToDpc", module);
    acquire_inner_ = add_function("KeAcquireSpinLockAtDpcLevel", module);
    release_ = add_function("KeReleaseSpinLock", module);
    release_inner_ = add_function("KeReleaseSpinLockFromDpcLevel", module);
  }

  void append() {
    static constexpr std::uint64_t kLocks = 1000;
    constexpr std::uint8_t kPassive = 0, kDispatch = 2;
    const std::uint64_t outer = kDriverBase + 0x10000 + random_() % kLocks * 0x10;
    const std::uint64_t inner = outer + 8;
    processor_ = static_cast<std::uint16_t>(random_() % kProcessors);
    append_event(acquire_, {outer, kPassive}, kPassive, format::event_flags::exit);
    append_event(acquire_inner_, {inner}, kDispatch, format::event_flags::exit);
    append_event(release_inner_, {inner}, kDispatch, 0);
    append_event(release_, {outer, kPassive}, kDispatch, 0);
  }

 private:
  FunctionId add_function(const char* name, format::ModuleId module) {
    const format::DdiRow& row = *format::find_ddi(name);
    return writer_.add_function(row.name, row.prototype, row.derived, module, 0);
  }

  void append_event(FunctionId function, std::initializer_list<std::uint64_t> values,
                    std::uint8_t irql, std::uint8_t flags) {
    time_ += 50 + random_() % 500;
    writer_.append({.time = time_,
                    .thread = 0x1000u + processor_,
                    .values = {values.begin(), values.size()},
                    .function = function,
                    .stack = format::kNoStack,
                    .processor = processor_,
                    .irql = irql,
                    .flags = flags});
  }

  format::TraceWriter& writer_;
  std::mt19937_64 random_{1};
  FunctionId acquire_ = 0;
  FunctionId acquire_inner_ = 0;
  FunctionId release_ = 0;
  FunctionId release_inner_ = 0;
  std::uint16_t processor_ = 0;
  std::uint64_t time_ = 0;
};

template <class Traffic>
std::vector<std::byte> make_trace_of(std::int64_t appends) {
  format::FileHeader header{};
  header.pointer_bytes = 8;
  header.processor_count = kProcessors;
  header.clock_hz = 1'000'000'000;
  format::TraceWriter writer(header);
  Traffic traffic(writer);
  for (std::int64_t i = 0; i < appends; ++i) traffic.append();
  writer.finish({});
  return writer.take_bytes();
}

std::vector<std::byte> make_trace(std::int64_t events) {
  return make_trace_of<PoolTraffic>(events);
}

void count(benchmark::State& state, std::size_t trace_bytes) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes/event"] =
      static_cast<double>(trace_bytes) / static_cast<double>(state.range(0));
}

void write_trace(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) bytes = make_trace(state.range(0)).size();
  count(state, bytes);
}

void read_trace(benchmark::State& state) {
  const std::vector<std::byte> bytes = make_trace(state.range(0));
  for (auto _ : state) {
    format::TraceReader reader = format::TraceReader::from_bytes(bytes, "bench");
    format::EventSource source(reader);
    while (!source.next().empty()) {
    }
  }
  count(state, bytes.size());
}

void replay_bytes(benchmark::State& state, const std::vector<std::byte>& bytes) {
  const auto checkers = checkers::make_all_checkers();
  for (auto _ : state) {
    format::TraceReader reader = format::TraceReader::from_bytes(bytes, "bench");
    replay::Replay replay(reader, checkers);
    replay.run();
    benchmark::DoNotOptimize(replay.report().events);
  }
  count(state, bytes.size());
}

void replay_trace(benchmark::State& state) { replay_bytes(state, make_trace(state.range(0))); }

void replay_locks(benchmark::State& state) {
  constexpr std::int64_t kEventsEach = 4;
  replay_bytes(state, make_trace_of<LockTraffic>(state.range(0) / kEventsEach));
}

BENCHMARK(write_trace)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(read_trace)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(replay_trace)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(replay_locks)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ddireplay

BENCHMARK_MAIN();
