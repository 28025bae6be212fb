#include "recorder/core/hook_table.h"

#include <catch2/catch.hpp>
#include <deque>
#include <thread>

namespace ddireplay::recorder {
namespace {

constexpr StubRange kStubs = {0x10000, 16, 64};

struct Hooks {
  Hooks() : slots(kStubs.count), index(2 * kStubs.count) {
    table.attach(kStubs, slots, {index.data(), index.size()});
  }

  std::uint64_t stub_for(const RowPlan& plan, std::uint16_t target, std::uint64_t original) {
    return table.stub_for(plan, target, original, [this](std::uint16_t& function) {
      function = static_cast<std::uint16_t>(functions++);
      return true;
    });
  }

  std::vector<HookSlot> slots;
  std::vector<std::atomic<std::uint32_t>> index;
  std::atomic<int> functions{0};
  HookTable table;
};

TEST_CASE("one stub for the same routine as the same callback of the same target", "[hooks]") {
  Hooks hooks;
  const RowPlan dpc;
  const RowPlan work;
  const std::uint64_t stub = hooks.stub_for(dpc, 0, 0x5000);
  CHECK(stub >= kStubs.base);
  CHECK(hooks.stub_for(dpc, 0, 0x5000) == stub);
  CHECK(hooks.stub_for(work, 0, 0x5000) != stub);
  CHECK(hooks.stub_for(dpc, 1, 0x5000) != stub);
  CHECK(hooks.stub_for(dpc, 0, 0x5001) != stub);
  CHECK(hooks.functions == 4);
  CHECK(hooks.table.original_of(stub) == 0x5000);
  CHECK(hooks.table.original_of(0x5000) == 0x5000);
  CHECK_FALSE(hooks.table.is_stub(kStubs.base - 1));
  CHECK_FALSE(hooks.table.is_stub(kStubs.base + 16 * 64));
}

TEST_CASE("when the stubs are used up, the old ones are still found", "[hooks]") {
  Hooks hooks;
  const RowPlan plan;
  std::vector<std::uint64_t> stubs;
  for (std::uint64_t i = 0; i < kStubs.count; ++i) stubs.push_back(hooks.stub_for(plan, 0, i + 1));
  CHECK(hooks.stub_for(plan, 0, 1000) == 0);
  for (std::uint64_t i = 0; i < kStubs.count; ++i) {
    REQUIRE(hooks.stub_for(plan, 0, i + 1) == stubs[i]);
  }
}

TEST_CASE("threads that ask for the same stubs at once get the same ones", "[hooks]") {
  Hooks hooks;
  const RowPlan plan;
  std::vector<std::uint64_t> stubs[3];
  std::deque<std::thread> threads;
  for (std::vector<std::uint64_t>& mine : stubs) {
    threads.emplace_back([&] {
      for (std::uint64_t i = 1; i <= 16; ++i) mine.push_back(hooks.stub_for(plan, 0, i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(stubs[0] == stubs[1]);
  CHECK(stubs[0] == stubs[2]);
}

}  // namespace
}  // namespace ddireplay::recorder
