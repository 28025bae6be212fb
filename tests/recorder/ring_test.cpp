#include "recorder/core/ring.h"

#include <catch2/catch.hpp>
#include <thread>
#include <utility>

#include "tests/recorder/fake_platform.h"

namespace ddireplay::recorder {
namespace {

// Events of these tests have as many values as their function's number says; the first one tells
// who made the event, the others follow from it.
constexpr auto kValueCount = [](const Record& record) { return record.function; };

struct TestRing {
  explicit TestRing(std::size_t slots) : memory(slots) { ring.attach(memory); }

  bool store(std::uint16_t value_count, std::uint64_t first) {
    std::uint64_t values[32];
    for (unsigned i = 0; i < value_count; ++i) values[i] = first + i;
    return ring.store({.function = value_count}, {values, value_count});
  }

  std::vector<Slot> memory;
  Ring ring;
};

struct Seen {
  std::uint64_t time;
  std::vector<std::uint64_t> values;
};

std::vector<std::uint64_t> values_of(const Slot* slots, unsigned count) {
  const Record& record = reinterpret_cast<const Record&>(slots[0]);
  std::vector<std::uint64_t> values;
  for (unsigned i = 0; i < count; ++i) {
    values.push_back(i < 5 ? record.values[i] : slots[1 + (i - 5) / 8].words[(i - 5) % 8]);
  }
  return values;
}

std::vector<Seen> take(Ring& ring, std::size_t room, Drained& drained) {
  std::vector<Slot> out(room);
  drained = ring.drain(out, kValueCount);
  std::vector<Seen> seen;
  for (unsigned at = 0; at < drained.slots;) {
    const Record& record = reinterpret_cast<const Record&>(out[at]);
    seen.push_back({record.time, values_of(&out[at], record.function)});
    at += format::slots_for(record.function);
  }
  return seen;
}

TEST_CASE("records of every size come out as they went in, in order", "[ring]") {
  TestRing test(64);
  Drained drained;
  // Several times around: records lie across the ring's end as well.
  for (std::uint64_t round = 0; round < 50; ++round) {
    for (std::uint16_t count = 0; count < 24; ++count) REQUIRE(test.store(count, round * 100));
    const std::vector<Seen> seen = take(test.ring, 64, drained);
    REQUIRE(seen.size() == 24);
    for (std::uint16_t count = 0; count < 24; ++count) {
      REQUIRE(seen[count].values.size() == count);
      for (unsigned i = 0; i < count; ++i) REQUIRE(seen[count].values[i] == round * 100 + i);
      REQUIRE((count == 0 || seen[count].time > seen[count - 1].time));
    }
  }
  CHECK(test.ring.lost_total() == 0);
}

TEST_CASE("a full ring loses events, counts them, and says where", "[ring]") {
  TestRing test(8);
  for (int i = 0; i < 8; ++i) CHECK(test.store(1, i));
  for (int i = 0; i < 5; ++i) CHECK_FALSE(test.store(1, 100));
  CHECK(test.ring.lost_total() == 5);
  CHECK(test.ring.lost_untold() == 5);

  Drained drained;
  CHECK(take(test.ring, 8, drained).size() == 8);
  CHECK(drained.lost_before == 0);

  // The next event brings the count along; what was before it ends there.
  CHECK(test.store(1, 200));
  const std::vector<Seen> after = take(test.ring, 8, drained);
  REQUIRE(after.size() == 1);
  CHECK(after[0].values[0] == 200);
  CHECK(drained.lost_before == 5);
  CHECK(test.ring.lost_untold() == 0);
}

TEST_CASE("a loss between two events separates them", "[ring]") {
  TestRing test(8);
  for (int i = 0; i < 8; ++i) test.store(1, i);
  CHECK_FALSE(test.store(1, 100));
  Drained drained;
  CHECK(take(test.ring, 4, drained).size() == 4);
  CHECK(test.store(1, 200));

  CHECK(take(test.ring, 8, drained).size() == 4);
  CHECK(drained.at_loss);
  CHECK(drained.lost_before == 0);
  CHECK(take(test.ring, 8, drained).size() == 1);
  CHECK(drained.lost_before == 1);
}

TEST_CASE("a record that doesn't fit is lost whole", "[ring]") {
  TestRing test(4);
  CHECK(test.store(1, 0));
  CHECK(test.store(1, 1));
  CHECK_FALSE(test.store(20, 100));  // three slots
  CHECK(test.store(1, 2));
  Drained drained;
  CHECK(take(test.ring, 4, drained).size() == 2);
  CHECK(drained.at_loss);
}

TEST_CASE("an interrupt in the middle of a reservation comes first", "[ring]") {
  TestRing test(64);
  bool interrupted = false;
  fake::at_clock([&] {
    if (!std::exchange(interrupted, true)) CHECK(test.store(1, 2));
  });
  CHECK(test.store(1, 1));
  fake::at_clock({});
  Drained drained;
  const std::vector<Seen> seen = take(test.ring, 64, drained);
  REQUIRE(seen.size() == 2);
  // The interrupted one read its clock anew.
  CHECK(seen[0].values[0] == 2);
  CHECK(seen[1].values[0] == 1);
  CHECK(seen[0].time < seen[1].time);
}

TEST_CASE("nothing behind an uncommitted reservation is taken out", "[ring]") {
  TestRing test(64);
  CHECK(test.store(1, 1));
  Ring::Reservation interrupted;
  REQUIRE(test.ring.reserve(9, interrupted));
  CHECK(test.store(1, 3));
  Drained drained;
  CHECK(take(test.ring, 64, drained).size() == 1);
  CHECK(take(test.ring, 64, drained).empty());
  CHECK(test.ring.used() == 3);

  const std::uint64_t values[9] = {2, 3, 4, 5, 6, 7, 8, 9, 10};
  test.ring.commit(interrupted, {.function = 9}, values);
  const std::vector<Seen> seen = take(test.ring, 64, drained);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].values == std::vector<std::uint64_t>(values, values + 9));
  CHECK(seen[1].values[0] == 3);
}

TEST_CASE("an empty ring has settled until now, unless something earlier is still to be told",
          "[ring]") {
  TestRing test(8);
  Drained drained;
  REQUIRE(test.store(2, 1));
  const std::uint64_t now = platform::clock() + 1000;
  CHECK(test.ring.settle(now) < now);  // an event is in it
  const std::uint64_t last = take(test.ring, 8, drained).back().time;
  CHECK(test.ring.settle(now) == now);
  CHECK(test.ring.settle(now - 1) == now);  // time does not go back
  REQUIRE(test.store(2, 1));
  CHECK(take(test.ring, 8, drained).front().time == now);
  CHECK(last < now);

  while (test.store(2, 1)) {
  }
  const std::uint64_t newest = take(test.ring, 8, drained).back().time;
  CHECK(test.ring.settle(now + 1000) == newest);  // a loss that no mark has told
  REQUIRE(test.store(2, 1));
  CHECK(take(test.ring, 8, drained).size() == 1);
  CHECK(drained.lost_before == 1);
  CHECK(test.ring.settle(now + 1000) == now + 1000);
}

TEST_CASE("what is left of a ring counts as lost", "[ring]") {
  TestRing test(8);
  for (int i = 0; i < 3; ++i) test.store(1, i);
  CHECK(test.ring.abandon() == 3);
  CHECK(test.ring.lost_total() == 3);
}

// Two threads store into one ring, as when a thread was moved to another processor in the middle of
// a store; a third takes out. Every event arrives whole and in its maker's order, or is counted as
// lost.
TEST_CASE("several producers and the consumer at once", "[ring]") {
  constexpr std::uint64_t kEvents = 20000;
  TestRing test(256);
  std::atomic<int> running{2};
  std::atomic<std::uint64_t> refused{0};
  const auto produce = [&](std::uint64_t maker) {
    for (std::uint64_t i = 0; i < kEvents; ++i) {
      const std::uint16_t count = static_cast<std::uint16_t>(1 + (i * 7) % 20);
      if (!test.store(count, maker << 32 | i << 8)) ++refused;
    }
    --running;
  };
  std::thread first(produce, 1);
  std::thread second(produce, 2);

  std::uint64_t next[3] = {};
  std::uint64_t events = 0;
  std::uint64_t marked = 0;
  std::uint64_t time = 0;
  bool sound = true;
  for (bool last = false; !last;) {
    last = running == 0;
    Drained drained;
    do {
      for (const Seen& seen : take(test.ring, 64, drained)) {
        const std::uint64_t maker = seen.values[0] >> 32;
        const std::uint64_t number = seen.values[0] >> 8 & 0xffffff;
        sound = sound && (maker == 1 || maker == 2) && number >= next[maker] && seen.time >= time;
        for (std::size_t i = 0; i < seen.values.size(); ++i) {
          sound = sound && seen.values[i] == seen.values[0] + i;
        }
        next[maker] = number + 1;
        time = seen.time;
        ++events;
      }
      marked += drained.lost_before;
    } while (drained.slots != 0);
  }
  first.join();
  second.join();
  CHECK(sound);
  CHECK(events + refused == 2 * kEvents);
  CHECK(test.ring.lost_total() == refused);
  CHECK(marked + test.ring.lost_untold() == refused);
}

}  // namespace
}  // namespace ddireplay::recorder
