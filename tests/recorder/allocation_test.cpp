// From the start of a recording to its end the core asks for no memory.
//
// All of the program's `new` is watched here; what the tests' own platform does meanwhile must not
// allocate either.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "tests/recorder/recording.h"

namespace {

thread_local bool watched = false;
thread_local std::uint64_t allocations = 0;

void* try_allocate(std::size_t bytes, std::size_t alignment) {
  if (watched) ++allocations;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  return std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
}

void* allocate(std::size_t bytes, std::size_t alignment) {
  void* const memory = try_allocate(bytes, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Not inline: GCC takes what is inside for the caller's mistake.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  return allocate(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return try_allocate(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace ddireplay::recorder {
namespace {

// Counts the calling thread's allocations while it lives.
class Watch {
 public:
  Watch() {
    allocations = 0;
    watched = true;
  }
  ~Watch() { watched = false; }
  std::uint64_t count() const { return allocations; }
};

TEST_CASE("an allocation is noticed", "[allocation]") {
  const Watch watch;
  delete new std::vector<int>(100);
  CHECK(watch.count() == 2);
}

TEST_CASE("nothing is allocated from a recording's start to its end", "[allocation]") {
  constexpr std::uint64_t kRounds = 2000;
  Recording recording;
  recording.output.bytes.reserve(1 << 20);
  fake::be(0, 7, 0);
  REQUIRE(recording.begin());
  Caller caller(recording.recorder, {Recording::kDriver + 0x10, 0x5678});
  std::uint64_t dpc[8] = {};
  const auto dpc_address = reinterpret_cast<std::uint64_t>(dpc);
  bool written = true;
  std::uint64_t count = 0;
  {
    const Watch watch;
    // New functions and stacks on the way, events of every kind, losses, and the trace's end.
    const std::uint64_t allocate =
        recording.recorder.stub_for_import("ExAllocatePoolWithTag", recording.target, 0x9000);
    const std::uint64_t free =
        recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9100);
    const std::uint64_t initialize =
        recording.recorder.stub_for_import("KeInitializeDpc", recording.target, 0x9200);
    const std::uint64_t unknown =
        recording.recorder.stub_for_import("NobodyKnowsThis", recording.target, 0x9300);
    for (std::uint64_t i = 0; i < kRounds; ++i) {
      caller.words[0] = Recording::kDriver + 0x10 + i % 300;
      caller.call(allocate, {1, i, 0x61626364}, 0xabc0);
      caller.call(initialize, {dpc_address, Recording::kDriver + 0x100 + i % 8, 0}, 0);
      caller.call(unknown, {1, 2, 3, 4, 5}, 6);
      caller.enter(allocate, {1, i, 0x61626364});
      recording.recorder.on_unwind(caller.frame);
      caller.enter(free, {0xabc0});
      if (i % 100 == 0) written = written && recording.writer.pump(i % 200 == 0);
    }
    written = written && recording.writer.finish(format::EndReason::stopped, false, {});
    count = watch.count();
  }
  CHECK(written);
  CHECK(recording.writer.lost() != 0);
  CHECK(recording.recorder.lost_stacks() == 0);
  CHECK(count == 0);
}

}  // namespace
}  // namespace ddireplay::recorder
