// The ring on a simulated machine: some processors, threads that are moved between reading the
// processor's number and storing, interrupts in the middle of each step, rings that are mostly
// full, a consumer that comes at any moment, a stop in between. Thousands of runs, each from a
// seed; one that fails is named, and `RING_SEED=<number> recorder_test "[model]"` runs it alone.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <deque>

#include "recorder/core/ring.h"
#include "tests/recorder/model/first_failure.h"
#include "tests/recorder/model/loss_marks.h"
#include "tests/recorder/model/model_access.h"

namespace ddireplay::recorder {
namespace {

using model::Attempt;
using model::Failure;
using model::Flaw;
using model::Machine;
using model::ModelAccess;

constexpr unsigned kMaxValues = 14;

struct Shape {
  unsigned processors = 2;
  unsigned threads = 3;  // that store; one more takes out
  unsigned slots = 8;    // of each ring
  unsigned events = 12;  // of each thread, besides those of interrupts
  RingStart start = {};
  bool stuck = false;  // one thread never commits what it has reserved
};

// Some begin where counts of 32 and of 64 bits end.
constexpr RingStart kStarts[] = {
    {},
    {.position = 0xffffffff - 20, .lost = 0xffffffff - 3, .told = 0xffffffff - 3},
    {.position = ~0ull - 20}};

Shape shape_of(std::uint32_t seed) {
  return {.processors = 1 + seed % 3,
          .threads = 1 + seed / 3 % 4,
          .slots = 8u << seed / 5 % 3,
          .start = kStarts[seed / 7 % 3]};
}

// The values of an event follow from its number; how many there are, too.
unsigned count_of(std::uint64_t event) { return 1 + static_cast<unsigned>(event * 7 % kMaxValues); }
std::uint64_t value_of(std::uint64_t event, unsigned place) {
  return (event + 1) * 0x9e3779b97f4a7c15 + place;
}

template <Flaw flaw>
class Run {
 public:
  using TestedRing = BasicRing<ModelAccess<flaw>>;

  Run(std::uint32_t seed, const Shape& shape)
      : shape_(shape),
        machine_(seed, shape.processors, shape.threads + 1),
        rings_(shape.processors),
        seen_(shape.processors),
        out_(shape.slots) {
    for (unsigned i = 0; i < shape.processors; ++i) {
      memory_.emplace_back(shape.slots);
      rings_[i].attach(memory_.back(), shape.start);
    }
    for (unsigned i = 0; i < shape.threads; ++i) machine_.add_thread([this] { produce(); });
    machine_.add_thread([this] { consume(); });
    machine_.set_interrupt([this] {
      if (machine_.thread() < shape_.threads && !stopped_ && interrupts_left_ > 0) {
        --interrupts_left_;
        store();
      }
    });
    machine_.set_watch([this] { look(); });
    if (shape.stuck) stuck_event_ = machine_.draw(shape.threads * shape.events);
    if (machine_.draw(3) == 0) stop_at_ = machine_.draw(2000);
  }

  // What is wrong; empty: nothing.
  std::string check() {
    if (!machine_.run()) return "it never ends";
    if (!machine_.problem().empty()) return machine_.problem();
    for (unsigned i = 0; i < shape_.processors; ++i) {
      const std::string wrong = check_ring(i);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  std::uint64_t lost() const {
    std::uint64_t lost = 0;
    for (const TestedRing& ring : rings_) lost += ring.lost_total() - shape_.start.lost;
    return lost;
  }

 private:
  // What came out of a ring, in order.
  struct Seen {
    std::vector<model::Taken> taken;
    std::uint64_t time = 0;
    std::uint64_t pending_loss = 0;
    std::uint64_t given_up = 0;
    bool hidden = false;  // behind an event that never came
  };

  // A reservation that is being made.
  struct Try {
    std::uint64_t event;
    unsigned ring;
    unsigned slots;
    bool was_full = false;
  };
  static constexpr unsigned kMarkSlots = 1;

  void produce() {
    for (unsigned i = 0; i < shape_.events && !stopped_; ++i) {
      store();
      if (machine_.step() > stop_at_) stopped_ = true;
    }
    ++done_;
  }

  void store() {
    const unsigned ring = machine_.processor();
    machine_.point();  // here the thread may be moved
    const std::uint64_t number = attempts_.size();
    attempts_.push_back({.ring = ring, .thread = machine_.thread(), .begin = ++moment_});
    ++inside_;
    const unsigned count = count_of(number);
    std::uint64_t values[kMaxValues];
    for (unsigned i = 0; i < count; ++i) values[i] = value_of(number, i);
    under_way_.push_back({number, ring, format::slots_for(count) + kMarkSlots});
    typename TestedRing::Reservation reservation = rings_[ring].look();
    machine_.point();
    const bool reserved = rings_[ring].reserve_at(count, reservation);
    if (!end_try(number) && !reserved) machine_.report("an event is lost though there was room");
    attempts_[number].end = ++moment_;
    attempts_[number].stored = reserved;
    if (reserved && number == stuck_event_) {
      --inside_;
      return;
    }
    machine_.point();
    if (reserved) {
      rings_[ring].commit(reservation,
                          {.thread = number, .function = static_cast<std::uint16_t>(count)},
                          {values, count});
    }
    --inside_;
  }

  // Whether the ring was full for it at any moment.
  bool end_try(std::uint64_t number) {
    const auto done = std::find_if(under_way_.begin(), under_way_.end(),
                                   [&](const Try& one) { return one.event == number; });
    const bool was_full = done->was_full;
    under_way_.erase(done);
    return was_full;
  }

  void look() {
    for (Try& one : under_way_) {
      one.was_full = one.was_full || rings_[one.ring].used() + one.slots > shape_.slots;
    }
  }

  void consume() {
    while (done_ < shape_.threads || inside_ != 0) {
      machine_.point();
      drain(machine_.draw(shape_.processors), machine_.draw(4) == 0 ? 4 : shape_.slots);
    }
    for (unsigned i = 0; i < shape_.processors; ++i) finish(i);
  }

  void finish(unsigned ring) {
    while (drain(ring, shape_.slots) != 0) {
    }
    Seen& seen = seen_[ring];
    if (rings_[ring].used() == 0) {
      seen.pending_loss += rings_[ring].lost_untold();
      if (seen.pending_loss != 0) seen.taken.push_back({.lost = seen.pending_loss});
    } else {
      seen.hidden = true;
      seen.given_up = seen.pending_loss + rings_[ring].abandon();
    }
  }

  unsigned drain(unsigned ring, unsigned room) {
    const Drained drained = rings_[ring].drain(
        std::span(out_).first(room), [](const Record& record) { return record.function; });
    Seen& seen = seen_[ring];
    seen.pending_loss += drained.lost_before;
    if (drained.slots == 0) return 0;
    if (seen.pending_loss != 0) seen.taken.push_back({.lost = seen.pending_loss});
    seen.pending_loss = 0;
    for (unsigned at = 0; at < drained.slots;) at += take(seen, &out_[at]);
    return drained.slots;
  }

  unsigned take(Seen& seen, const Slot* slots) {
    const Record& record = reinterpret_cast<const Record&>(slots[0]);
    const std::uint64_t event = record.thread;
    const unsigned count = record.function;
    bool whole = event < attempts_.size() && count == count_of(event);
    for (unsigned i = 0; whole && i < count; ++i) {
      const std::uint64_t value =
          i < 5 ? record.values[i] : slots[1 + (i - 5) / 8].words[(i - 5) % 8];
      whole = value == value_of(event, i);
    }
    if (!whole) machine_.report("an event is torn, or was never committed");
    if (record.time < seen.time) machine_.report("time goes backwards");
    seen.time = record.time;
    seen.taken.push_back({.event = event});
    return format::slots_for(count == 0 || count > kMaxValues ? 1 : count);
  }

  std::string check_ring(unsigned ring) {
    const Seen& seen = seen_[ring];
    std::uint64_t refused = 0;
    std::uint64_t stored = 0;
    for (const Attempt& attempt : attempts_) {
      if (attempt.ring != ring) continue;
      ++(attempt.stored ? stored : refused);
    }
    const std::uint64_t lost = rings_[ring].lost_total() - shape_.start.lost;
    if (!seen.hidden) {
      if (lost != refused) return "losses are not the attempts refused";
      return model::check_taken(ring, attempts_, seen.taken);
    }
    if (lost < refused + 1) return "a given-up event is not counted";
    std::uint64_t told = seen.given_up;
    std::uint64_t events = 0;
    for (const model::Taken& taken : seen.taken) {
      told += taken.lost;
      events += taken.lost == 0;
    }
    return told + events < stored + refused ? "given up without being told" : "";
  }

  Shape shape_;
  Machine machine_;
  std::deque<std::vector<Slot>> memory_;
  std::vector<TestedRing> rings_;
  std::deque<Attempt> attempts_;  // place: the event's number
  std::vector<Seen> seen_;
  // The consumer's: a run that is given up leaves it in the middle, and what it has on its own
  // stack is never destroyed.
  std::vector<Slot> out_;
  std::vector<Try> under_way_;
  std::uint64_t moment_ = 0;
  std::uint64_t stop_at_ = ~std::uint64_t{0};
  std::uint64_t stuck_event_ = ~std::uint64_t{0};
  unsigned interrupts_left_ = 24;
  unsigned done_ = 0;
  unsigned inside_ = 0;
  bool stopped_ = false;
};

template <Flaw flaw>
Failure first_failure(std::uint32_t seeds, bool stuck = false) {
  return model::first_failure(seeds, [stuck](std::uint32_t seed) {
    Shape shape = shape_of(seed);
    shape.stuck = stuck;
    return Run<flaw>(seed, shape).check();
  });
}

TEST_CASE("whatever comes in between, every event comes out once or is told as lost",
          "[ring][model]") {
  if (const char* seed = std::getenv("RING_SEED")) {
    const auto number = static_cast<std::uint32_t>(std::strtoul(seed, nullptr, 10));
    Run<Flaw::none> run(number, shape_of(number));
    CHECK(run.check() == "");
    return;
  }
  std::uint64_t losses = 0;
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    Run<Flaw::none> run(seed, shape_of(seed));
    INFO("RING_SEED=" << seed);
    REQUIRE(run.check() == "");
    losses += run.lost();
  }
  // Otherwise the rings were too large to try anything.
  CHECK(losses > 1000);
}

TEST_CASE("64 processors, and more threads than that", "[ring][model]") {
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    Run<Flaw::none> run(seed, {.processors = 64, .threads = 70, .slots = 8, .events = 4});
    INFO("seed " << seed);
    REQUIRE(run.check() == "");
  }
}

TEST_CASE("an event that its thread never commits hides others, and is counted", "[ring][model]") {
  const Failure failure = first_failure<Flaw::none>(1000, true);
  INFO("seed " << failure.seed);
  CHECK(failure.what == "");
}

TEMPLATE_TEST_CASE_SIG("a ring over operations that do less than they should is found out",
                       "[ring][model]", ((Flaw flaw), flaw), Flaw::relaxed_store,
                       Flaw::relaxed_load, Flaw::torn_swap, Flaw::torn_add, Flaw::lost_clear,
                       Flaw::early_commit) {
  const Failure failure = first_failure<flaw>(200);
  CAPTURE(failure.seed);
  CHECK(failure.what != "");
}

}  // namespace
}  // namespace ddireplay::recorder
