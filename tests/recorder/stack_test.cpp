#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <thread>

#include "recorder/core/stack_memo.h"
#include "recorder/core/stack_table.h"

namespace ddireplay::recorder {
namespace {

struct Stacks {
  explicit Stacks(std::size_t count, std::size_t frame_count = 4096)
      : entries(count), frames(frame_count), index(2 * count), memo_entries(64) {
    table.attach(entries, frames, index_span());
    memo.attach(memo_span());
  }

  // Atomics can't be moved, so these live in arrays of their own.
  std::span<std::atomic<std::uint32_t>> index_span() { return {index.data(), index.size()}; }
  std::span<StackMemoEntry> memo_span() { return {memo_entries.data(), memo_entries.size()}; }

  std::vector<format::StackEntry> entries;
  std::vector<std::uint64_t> frames;
  std::vector<std::atomic<std::uint32_t>> index;
  std::vector<StackMemoEntry> memo_entries;
  StackTable table;
  StackMemo memo;
};

std::vector<platform::Frame> frames_of(std::initializer_list<std::uint64_t> addresses) {
  std::vector<platform::Frame> frames;
  for (const std::uint64_t address : addresses) frames.push_back({address, 0});
  return frames;
}

TEST_CASE("the same frames have the same id, other frames another", "[stack]") {
  Stacks stacks(64);
  const std::uint32_t one = stacks.table.id_of(frames_of({1, 2, 3}));
  const std::uint32_t two = stacks.table.id_of(frames_of({1, 2, 4}));
  const std::uint32_t shorter = stacks.table.id_of(frames_of({1, 2}));
  CHECK(one != two);
  CHECK(one != shorter);
  CHECK(stacks.table.id_of(frames_of({1, 2, 3})) == one);
  CHECK(stacks.table.entry(one).depth == 3);
  CHECK(stacks.table.frames_of(one)[2] == 3);
  CHECK(stacks.table.view().stacks.size() == 3);
  CHECK(stacks.table.view().frames.size() == 8);
}

TEST_CASE("a full stack table refuses new stacks, keeps the old ones, and counts", "[stack]") {
  Stacks stacks(4);
  std::vector<std::uint32_t> ids;
  for (std::uint64_t i = 1; i <= 4; ++i) ids.push_back(stacks.table.id_of(frames_of({i})));
  CHECK(stacks.table.id_of(frames_of({5})) == format::kNoStack);
  CHECK(stacks.table.id_of(frames_of({6})) == format::kNoStack);
  CHECK(stacks.table.refused() == 2);
  for (std::uint64_t i = 1; i <= 4; ++i) CHECK(stacks.table.id_of(frames_of({i})) == ids[i - 1]);

  Stacks few_frames(64, 5);
  CHECK(few_frames.table.id_of(frames_of({1, 2, 3})) != format::kNoStack);
  CHECK(few_frames.table.id_of(frames_of({4, 5, 6})) == format::kNoStack);
  CHECK(few_frames.table.id_of(frames_of({4, 5})) != format::kNoStack);
}

TEST_CASE("threads that insert the same stacks at once agree on their ids", "[stack]") {
  constexpr std::uint64_t kStacks = 300;
  Stacks stacks(1024, 16384);
  std::vector<std::uint32_t> ids[3];
  const auto insert = [&](std::vector<std::uint32_t>& mine) {
    for (std::uint64_t i = 1; i <= kStacks; ++i) {
      mine.push_back(stacks.table.id_of(frames_of({i, i + 1, i + 2})));
    }
  };
  std::deque<std::thread> threads;
  for (std::vector<std::uint32_t>& mine : ids) threads.emplace_back([&] { insert(mine); });
  for (std::thread& thread : threads) thread.join();
  CHECK(ids[0] == ids[1]);
  CHECK(ids[0] == ids[2]);
  for (std::uint64_t i = 1; i <= kStacks; ++i) {
    REQUIRE(stacks.table.frames_of(ids[0][i - 1])[1] == i + 1);
  }
}

// A stack in memory: return addresses stand in some of its words.
struct FakeStack {
  std::array<std::uint64_t, 64> words{};

  std::uint64_t pointer() const { return reinterpret_cast<std::uint64_t>(words.data()); }
  platform::Frame frame(std::size_t word) const { return {words[word], pointer() + 8 * word}; }
};

TEST_CASE("the memo proves a stack that is the same", "[stack]") {
  Stacks stacks(64);
  FakeStack stack;
  stack.words[0] = 0x1000;
  stack.words[7] = 0x2000;
  stack.words[40] = 0x3000;
  const platform::Frame frames[] = {stack.frame(0), stack.frame(7), stack.frame(40)};
  CHECK(stacks.memo.find(stack.pointer(), stacks.table) == format::kNoStack);
  const std::uint32_t id = stacks.table.id_of(frames);
  stacks.memo.remember(stack.pointer(), frames, id);
  CHECK(stacks.memo.find(stack.pointer(), stacks.table) == id);

  SECTION("what lies between return addresses may change") {
    stack.words[3] = 0xdead;
    CHECK(stacks.memo.find(stack.pointer(), stacks.table) == id);
  }
  SECTION("another caller is another stack") {
    stack.words[7] = 0x2008;
    CHECK(stacks.memo.find(stack.pointer(), stacks.table) == format::kNoStack);
  }
  SECTION("so is another outermost caller") {
    stack.words[40] = 0x3008;
    CHECK(stacks.memo.find(stack.pointer(), stacks.table) == format::kNoStack);
  }
  SECTION("another call site at the same depth") {
    stack.words[0] = 0x1008;
    CHECK(stacks.memo.find(stack.pointer(), stacks.table) == format::kNoStack);
  }
}

TEST_CASE("the memo doesn't remember frames that are too far away", "[stack]") {
  Stacks stacks(64);
  FakeStack stack;
  stack.words[0] = 0x1000;
  const platform::Frame frames[] = {stack.frame(0), {0x2000, stack.pointer() + 8 * 0x10000}};
  stacks.memo.remember(stack.pointer(), frames, stacks.table.id_of(frames));
  CHECK(stacks.memo.find(stack.pointer(), stacks.table) == format::kNoStack);
}

TEST_CASE("readers and writers of one memo entry never get a wrong stack", "[stack]") {
  Stacks stacks(64);
  stacks.memo.attach({stacks.memo_entries.data(), 1});  // everybody meets there
  std::array<FakeStack, 3> own;
  std::atomic<bool> sound{true};
  std::deque<std::thread> threads;
  for (std::size_t i = 0; i < own.size(); ++i) {
    FakeStack& stack = own[i];
    stack.words[0] = 0x1000 * (i + 1);
    stack.words[10 + i] = 0x2000 + i;
    threads.emplace_back([&stacks, &stack, &sound, i] {
      const platform::Frame frames[] = {stack.frame(0), stack.frame(10 + i)};
      const std::uint32_t id = stacks.table.id_of(frames);
      for (int round = 0; round < 20000; ++round) {
        const std::uint32_t found = stacks.memo.find(stack.pointer(), stacks.table);
        if (found != id && found != format::kNoStack) sound = false;
        if (found != id) stacks.memo.remember(stack.pointer(), frames, id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(sound);
}

}  // namespace
}  // namespace ddireplay::recorder
