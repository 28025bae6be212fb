#include "checkers/deadlock/lock_graph.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <set>
#include <vector>

namespace ddireplay::checkers {
namespace {

struct Graph {
  LockGraph graph;
  std::set<LockNumber> dead;

  // How many orders the cycle has that is closed by waiting for `wanted` with `held`.
  std::size_t want(std::initializer_list<LockNumber> held, LockNumber wanted,
                   bool held_shared = false, bool wanted_shared = false) {
    std::vector<OrderedLock> locks;
    for (const LockNumber lock : held) locks.push_back({lock, lock, held_shared, {}});
    const auto alive = [&](std::uint64_t, LockNumber lock) { return dead.count(lock) == 0; };
    return graph.want(locks, {wanted, wanted, wanted_shared, {}}, alive).size();
  }
};

TEST_CASE("two orders of two locks are a cycle, once") {
  Graph graph;
  CHECK(graph.want({1}, 2) == 0);
  CHECK(graph.want({2}, 1) == 2);
  CHECK(graph.want({2}, 1) == 0);
  CHECK(graph.want({1}, 2) == 0);
  CHECK(graph.graph.size() == 2);
}

TEST_CASE("a cycle may have many locks") {
  Graph graph;
  for (LockNumber lock = 1; lock < 10; ++lock) CHECK(graph.want({lock}, lock + 1) == 0);
  CHECK(graph.want({10}, 1) == 10);
}

TEST_CASE("all that is held comes before what is wanted") {
  Graph graph;
  CHECK(graph.want({1, 2}, 3) == 0);
  CHECK(graph.want({3}, 1) == 2);
}

TEST_CASE("readers don't keep out readers, writers do") {
  Graph graph;
  CHECK(graph.want({1}, 2, true, true) == 0);
  CHECK(graph.want({2}, 1, true, true) == 0);
  CHECK(graph.want({2}, 1, false, false) == 2);
}

TEST_CASE("orders under one gate can't meet") {
  Graph graph;
  CHECK(graph.want({9, 1}, 2) == 0);
  CHECK(graph.want({9, 2}, 1) == 0);
  CHECK(graph.want({8, 2}, 1) == 2);
}

TEST_CASE("locks that are no more are in no cycle, and are cleaned away") {
  Graph graph;
  CHECK(graph.want({1}, 2) == 0);
  CHECK(graph.want({2}, 3) == 0);
  graph.dead = {2};
  CHECK(graph.want({3}, 1) == 0);
  graph.graph.clean([&](std::uint64_t, LockNumber lock) { return graph.dead.count(lock) == 0; });
  CHECK(graph.graph.size() == 1);
}

TEST_CASE("many locks under one, and many above one, are found to be fine without a long search") {
  Graph graph;
  constexpr LockNumber kHub = 1, kLocks = 200'000;
  for (LockNumber lock = 2; lock < kLocks; ++lock) REQUIRE(graph.want({kHub}, lock) == 0);
  for (LockNumber lock = kLocks; lock < 2 * kLocks; ++lock) REQUIRE(graph.want({lock}, kHub) == 0);
  CHECK(graph.graph.size() == 2 * kLocks - 2);
}

}  // namespace
}  // namespace ddireplay::checkers
