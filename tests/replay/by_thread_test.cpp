#include "replay/by_thread.h"

#include <catch2/catch.hpp>

#include "replay/recent_map.h"

namespace ddireplay::replay {
namespace {

struct Counted {
  int calls = 0;

  bool idle() const { return calls == 0; }
};

constexpr std::uint64_t kKeys = 100;  // more than are remembered

TEST_CASE("what was erased is not found any more, however lately it was") {
  RecentMap<int> map;
  for (std::uint64_t key = 0; key < kKeys; ++key) map[key] = static_cast<int>(key);
  for (std::uint64_t key = 0; key < kKeys; ++key) REQUIRE(*map.find(key) == static_cast<int>(key));

  SECTION("by its key") {
    for (std::uint64_t key = 0; key < kKeys; key += 2) {
      REQUIRE(map.find(key) != nullptr);
      map.erase(key);
      CHECK(map.find(key) == nullptr);
    }
    CHECK(map.size() == kKeys / 2);
    CHECK(*map.find(1) == 1);
  }
  SECTION("by its value") {
    map.erase_if([](int value) { return value >= 50; });
    for (std::uint64_t key = 0; key < kKeys; ++key) CHECK((map.find(key) != nullptr) == (key < 50));
  }
  SECTION("with all others") {
    map.clear();
    for (std::uint64_t key = 0; key < kKeys; ++key) CHECK(map.find(key) == nullptr);
  }
}

TEST_CASE("a value stays where it is when others come") {
  RecentMap<int> map;
  int* const first = &map[7];
  for (std::uint64_t key = 100; key < 100 + kKeys; ++key) map[key] = 1;
  *first = 5;
  CHECK(map[7] == 5);
}

TEST_CASE("threads of which nothing is known are forgotten when they are many, and no others") {
  ByThread<Counted> threads;
  constexpr std::uint64_t kThreads = 100'000;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    Counted& one = threads.at(thread);
    REQUIRE(one.calls == 0);
    if (thread % 1000 == 0) one.calls = 1;
  }
  std::uint64_t known = 0;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    const Counted* const one = threads.find(thread);
    if (thread % 1000 == 0) REQUIRE(one != nullptr);
    known += one == nullptr ? 0 : 1;
  }
  CHECK(known < kThreads / 10);
}

}  // namespace
}  // namespace ddireplay::replay
