// Presence on the processors that there are.
#include "recorder/core/presence.h"

#include <algorithm>
#include <barrier>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace ddireplay::recorder {
namespace {

constexpr unsigned kThreads = 8;
constexpr unsigned kVisits = 1'000'000;

// Fewer places than threads: most add to what belongs to another's stack.
using FewPlaces = BasicPresence<SharedAccess, 2>;

TEST_CASE("threads that come and go at the same time all count", "[presence]") {
  FewPlaces few;
  Presence many;
  std::barrier meeting(kThreads);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      meeting.arrive_and_wait();
      for (unsigned visit = 0; visit < kVisits; ++visit) {
        const auto seat = many.enter();
        few.enter();
        few.leave();
        many.leave(seat);
      }
    });
  }
  std::uint64_t most = 0;
  for (int i = 0; i < 1000; ++i) most = std::max(most, few.threads_inside());
  for (std::thread& thread : threads) thread.join();
  CHECK(few.threads_inside() == 0);
  CHECK(many.threads_inside() == 0);
  // Less than none would be very many.
  CHECK(most <= std::uint64_t{kThreads} * kVisits);
}

TEST_CASE("nobody is overlooked, and a place is deserted when the last has left", "[presence]") {
  Presence presence;
  std::barrier meeting(kThreads + 1);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      presence.enter();
      meeting.arrive_and_wait();
      meeting.arrive_and_wait();
      presence.leave();
      meeting.arrive_and_wait();
    });
  }
  const auto no_grace = [] {};
  meeting.arrive_and_wait();
  CHECK(presence.threads_inside() == kThreads);
  CHECK_FALSE(presence.is_deserted(no_grace));
  meeting.arrive_and_wait();
  meeting.arrive_and_wait();
  CHECK(presence.is_deserted(no_grace));
  // A visit in the meantime is one that may not have ended.
  CHECK_FALSE(presence.is_deserted([&] {
    presence.enter();
    presence.leave();
  }));
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace ddireplay::recorder
