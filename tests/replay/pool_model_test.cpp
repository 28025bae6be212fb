#include "replay/pool_model.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <vector>

#include "tests/replay/steps.h"

namespace ddireplay::replay {
namespace {

using tests::Steps;

constexpr std::uint64_t kBase = 0xffffa00000000000;

class Pool {
 public:
  PoolModel model;
  Steps steps;

  void allocate(std::uint64_t address, std::uint64_t size, std::uint64_t type = 0) {
    model.apply(steps(Op::pool_allocate, {{Operand::address, address},
                                          {Operand::size, size},
                                          {Operand::type, type},
                                          {Operand::tag, 0x74736554}}));
  }
  void free(std::uint64_t address) {
    model.apply(steps(Op::pool_free, {{Operand::address, address}}));
  }
  std::vector<std::uint64_t> owned(format::ModuleId driver = 0) {
    std::vector<std::uint64_t> addresses;
    model.for_each_of(driver, [&](const PoolBlock& block) { addresses.push_back(block.address); });
    return addresses;
  }
};

TEST_CASE("a block is found from its first byte to its last") {
  Pool pool;
  for (const std::uint64_t size : {1u, 16u, 4095u, 4096u, 4097u, 8192u, 0x123456u}) {
    for (const std::uint64_t offset : {0u, 8u, 16u, 0xff0u, 0xff8u, 0xfffu}) {
      const std::uint64_t address = kBase + offset;
      INFO(size << " bytes at offset " << offset);
      pool.allocate(address, size);
      CHECK(pool.model.containing(address - 1) == nullptr);
      REQUIRE(pool.model.containing(address) != nullptr);
      CHECK(pool.model.containing(address)->address == address);
      CHECK(pool.model.containing(address + size - 1) == pool.model.find(address));
      CHECK(pool.model.containing(address + size) == nullptr);
      pool.free(address);
      CHECK(pool.model.containing(address) == nullptr);
      CHECK(pool.model.tombstone(address) != nullptr);
    }
  }
}

TEST_CASE("a block of no bytes is found by its address, and contains nothing") {
  Pool pool;
  pool.allocate(kBase, 0);
  CHECK(pool.model.find(kBase) != nullptr);
  CHECK(pool.model.containing(kBase) == nullptr);
  pool.free(kBase);
  CHECK(pool.model.live_count() == 0);
}

TEST_CASE("blocks at the ends of memory do no harm") {
  Pool pool;
  pool.allocate(0xffffffffffffffff, 1);
  pool.allocate(0xfffffffffffff000, 0xfff);
  pool.allocate(1, 0xffffffffffffff00);
  CHECK(pool.model.containing(0xffffffffffffffff)->address == 0xffffffffffffffff);
  CHECK(pool.model.containing(2)->address == 1);
  pool.free(1);
  pool.free(0xffffffffffffffff);
  pool.free(0xfffffffffffff000);
  CHECK(pool.model.live_count() == 0);
}

TEST_CASE("what is allocated anew was freed unseen") {
  Pool pool;
  pool.allocate(kBase, 0x40);
  pool.allocate(kBase + 0x80, 0x40);
  SECTION("at the same address") { pool.allocate(kBase, 0x20); }
  SECTION("around it") { pool.allocate(kBase - 0x10, 0x70); }
  SECTION("within it") { pool.allocate(kBase + 0x10, 0x10); }
  CHECK(pool.model.live_count() == 2);
  CHECK(pool.owned().size() == 2);
  CHECK(pool.owned().back() == kBase + 0x80);
  CHECK(pool.model.statistics(0).nonpaged.count == 2);
}

TEST_CASE("the newest block is listed first, each driver's apart") {
  Pool pool;
  pool.allocate(kBase, 0x40);
  pool.allocate(kBase + 0x100, 0x40);
  pool.steps.driver = 1;
  pool.allocate(kBase + 0x200, 0x40);
  CHECK(pool.owned(0) == std::vector<std::uint64_t>{kBase + 0x100, kBase});
  CHECK(pool.owned(1) == std::vector<std::uint64_t>{kBase + 0x200});
  CHECK(pool.owned(2).empty());
  // Another driver may free it.
  pool.free(kBase);
  CHECK(pool.owned(0) == std::vector<std::uint64_t>{kBase + 0x100});
}

TEST_CASE("statistics are those of !verifier") {
  Pool pool;
  pool.allocate(kBase, 0x100, 1);
  pool.allocate(kBase + 0x100, 0x40);
  pool.allocate(kBase + 0x200, 0x80);
  pool.allocate(0, 0x1000);
  pool.free(kBase + 0x100);
  pool.model.apply(pool.steps(
      Op::pool_allocate,
      {{Operand::address, kBase + 0x400}, {Operand::size, 0x1000}, {Operand::charged, 0x1008}}));
  const PoolStatistics& statistics = pool.model.statistics(0);
  CHECK(statistics.attempted == 5);
  CHECK(statistics.succeeded == 4);
  CHECK(statistics.failed == 1);
  CHECK(statistics.without_tag == 1);
  CHECK(statistics.paged.count == 1);
  CHECK(statistics.paged.bytes == 0x100);
  CHECK(statistics.nonpaged.count == 2);
  CHECK(statistics.nonpaged.bytes == 0x80 + 0x1008);
  CHECK(statistics.nonpaged.peak_count == 2);
  CHECK(statistics.nonpaged.peak_bytes == 0x80 + 0x1008);
  CHECK(pool.model.total().nonpaged.bytes == 0x80 + 0x1008);
}

TEST_CASE("a driver that is loaded again begins with nothing") {
  Pool pool;
  pool.allocate(kBase, 0x40);
  pool.model.apply(pool.steps(Op::image_unload));
  CHECK(pool.owned().size() == 1);
  pool.model.apply(pool.steps(Op::image_load));
  CHECK(pool.owned().empty());
  CHECK(pool.model.find(kBase) != nullptr);
  CHECK(pool.model.statistics(0).nonpaged.count == 0);
}

TEST_CASE("an MDL goes with the request that it was allocated for") {
  Pool pool;
  const auto allocate = [&](std::uint64_t address, std::uint64_t irp) {
    pool.model.apply(
        pool.steps(Op::mdl_allocate,
                   {{Operand::address, address}, {Operand::size, 0x38}, {Operand::irp, irp}}));
  };
  allocate(kBase, 0x500);
  allocate(kBase + 0x100, 0x500);
  allocate(kBase + 0x200, 0x600);
  allocate(kBase + 0x300, 0);
  SECTION("sent on, it may still be freed by the driver") {
    pool.model.apply(pool.steps(Op::irp_call, {{Operand::irp, 0x500}}));
    CHECK(pool.owned() == std::vector<std::uint64_t>{kBase + 0x300, kBase + 0x200});
    REQUIRE(pool.model.find(kBase) != nullptr);
    CHECK_FALSE(pool.model.find(kBase)->owned);
    pool.free(kBase);
    CHECK(pool.model.find(kBase) == nullptr);
  }
  SECTION("completed, it is gone") {
    pool.model.apply(pool.steps(Op::irp_complete, {{Operand::irp, 0x500}}));
    CHECK(pool.owned() == std::vector<std::uint64_t>{kBase + 0x300, kBase + 0x200});
    CHECK(pool.model.tombstone(kBase + 0x100) != nullptr);
  }
}

TEST_CASE("tombstones are bounded, the oldest go first") {
  Pool pool;
  const std::uint64_t count = 65536 + 10;
  for (std::uint64_t i = 0; i < count; ++i) {
    pool.allocate(kBase + i * 0x20, 0x20);
    pool.free(kBase + i * 0x20);
  }
  CHECK(pool.model.tombstone(kBase) == nullptr);
  CHECK(pool.model.tombstone(kBase + 9 * 0x20) == nullptr);
  CHECK(pool.model.tombstone(kBase + 10 * 0x20) != nullptr);
  CHECK(pool.model.tombstone(kBase + (count - 1) * 0x20) != nullptr);
}

// The same questions, asked of a sorted map.
class NaivePool {
 public:
  void allocate(std::uint64_t address, std::uint64_t size) { blocks_[address] = size; }
  void free(std::uint64_t address) { blocks_.erase(address); }
  std::uint64_t containing(std::uint64_t address) const {
    auto after = blocks_.upper_bound(address);
    if (after == blocks_.begin()) return 0;
    const auto& [start, size] = *--after;
    return address - start < size ? start : 0;
  }
  bool has_room(std::uint64_t address, std::uint64_t size) const {
    const auto after = blocks_.lower_bound(address);
    return containing(address) == 0 && (after == blocks_.end() || after->first >= address + size);
  }
  const std::map<std::uint64_t, std::uint64_t>& blocks() const { return blocks_; }

 private:
  std::map<std::uint64_t, std::uint64_t> blocks_;
};

TEST_CASE("random pools answer as a naive model does") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u, 5u, 6u);
  const std::uint64_t alignment = GENERATE(16u, 8u, 1u);
  INFO("seed " << seed << ", alignment " << alignment);
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  constexpr std::uint64_t kArena = 64 * 4096;

  Pool pool;
  NaivePool naive;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t address = kBase + below(kArena) / alignment * alignment;
    const std::uint64_t size = 1 + below(below(20) == 0 ? 5 * 4096 : 600);
    if (below(3) != 0 && naive.has_room(address, size)) {
      pool.allocate(address, size);
      naive.allocate(address, size);
    } else if (!naive.blocks().empty()) {
      auto block = naive.blocks().lower_bound(kBase + below(kArena));
      if (block == naive.blocks().end()) block = naive.blocks().begin();
      const std::uint64_t start = block->first;
      pool.free(start);
      naive.free(start);
    }
    const std::uint64_t asked = kBase + below(kArena);
    const PoolBlock* found = pool.model.containing(asked);
    REQUIRE((found == nullptr ? 0 : found->address) == naive.containing(asked));
    REQUIRE((pool.model.find(asked) != nullptr) == naive.blocks().contains(asked));
  }
  CHECK(pool.model.live_count() == naive.blocks().size());
  CHECK(pool.owned().size() == naive.blocks().size());
  while (!naive.blocks().empty()) {
    const std::uint64_t start = naive.blocks().begin()->first;
    pool.free(start);
    naive.free(start);
  }
  CHECK(pool.model.live_count() == 0);
  CHECK(pool.model.total().nonpaged.bytes == 0);
}

}  // namespace
}  // namespace ddireplay::replay
