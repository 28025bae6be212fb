// Interrupts at the two places of a store where they matter, between looking at the ring's head and
// moving it, and between reservation and commit, drawn by a seeded generator: nested, with the
// consumer coming in between, in rings that are mostly full. A failing seed is in the message, and
// reproduces the failure.
#include <catch2/catch.hpp>
#include <random>

#include "recorder/core/ring.h"
#include "tests/recorder/fake_platform.h"

namespace ddireplay::recorder {
namespace {

class Scheduler {
 public:
  Scheduler(std::uint32_t seed, std::size_t slots) : random_(seed), memory_(slots), out_(slots) {
    ring_.attach(memory_);
  }

  void run(int events) {
    for (int i = 0; i < events; ++i) store(0);
    fake::at_clock({});
    // The consumer frees what is there, then the losses that are left are marked by one event more.
    drain();
    store(kMaxDepth);
    drain();
  }

  bool sound() const { return sound_; }
  std::uint64_t stored() const { return stored_; }
  std::uint64_t seen() const { return seen_; }
  std::uint64_t refused() const { return refused_; }
  std::uint64_t marked() const { return marked_; }
  std::uint64_t lost_total() const { return ring_.lost_total(); }

 private:
  static constexpr int kMaxDepth = 6;

  int draw(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  void store(int depth) {
    if (depth < kMaxDepth) {
      fake::at_clock([this, depth] { interrupt(depth); });
    } else {
      fake::at_clock({});
    }
    const auto count = static_cast<std::uint16_t>(1 + draw(13));
    std::uint64_t values[16];
    for (unsigned i = 0; i < count; ++i) values[i] = count * 1000 + i;
    Ring::Reservation reservation;
    const bool done = ring_.reserve(count, reservation);
    fake::at_clock({});
    done ? ++stored_ : ++refused_;
    if (!done) return;
    if (depth < kMaxDepth) interrupt(depth);
    ring_.commit(reservation, {.function = count}, {values, count});
  }

  void interrupt(int depth) {
    for (int i = draw(3); i > 0; --i) store(depth + 1);
    if (draw(4) == 0) drain();
  }

  void drain() {
    Drained drained;
    do {
      drained = ring_.drain(out_, [](const Record& record) { return record.function; });
      marked_ += drained.lost_before;
      for (unsigned at = 0; at < drained.slots;) {
        const Record& record = reinterpret_cast<const Record&>(out_[at]);
        sound_ = sound_ && record.time >= time_ && record.function < 14;
        sound_ = sound_ && record.values[0] == record.function * 1000u;
        time_ = record.time;
        at += format::slots_for(record.function);
        ++seen_;
      }
    } while (drained.slots != 0);
  }

  std::mt19937 random_;
  std::vector<Slot> memory_;
  std::vector<Slot> out_;
  Ring ring_;
  bool sound_ = true;
  std::uint64_t time_ = 0;
  std::uint64_t stored_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t marked_ = 0;
};

TEST_CASE("thousands of interleavings of stores, interrupts and the consumer", "[ring]") {
  std::uint64_t losses = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Scheduler scheduler(seed, std::size_t{8} << seed % 4);
    scheduler.run(20);
    losses += scheduler.refused();
    INFO("seed " << seed);
    REQUIRE(scheduler.sound());
    REQUIRE(scheduler.seen() == scheduler.stored());
    REQUIRE(scheduler.lost_total() == scheduler.refused());
    REQUIRE(scheduler.marked() == scheduler.refused());
  }
  // Otherwise the rings were too large to try anything.
  CHECK(losses > 1000);
}

}  // namespace
}  // namespace ddireplay::recorder
