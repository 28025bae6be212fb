#include "tests/recorder/model/machine.h"

#include <utility>

namespace ddireplay::recorder::model {

namespace {

Machine* the_machine = nullptr;

// Stacks are used again by the next machine: making them takes longer than a run.
Fiber& fiber(std::size_t number) {
  static std::vector<std::unique_ptr<Fiber>> fibers;
  while (fibers.size() <= number) fibers.push_back(std::make_unique<Fiber>());
  return *fibers[number];
}

}  // namespace

Machine::Machine(std::uint32_t seed, unsigned processors, unsigned threads)
    : random_(seed), order_(threads), on_processor_(processors, kNowhere), kept_back_(processors) {
  the_machine = this;
}

Machine::~Machine() { the_machine = nullptr; }

Machine* Machine::current() {
  return the_machine != nullptr && the_machine->in_thread_ ? the_machine : nullptr;
}

void Machine::add_thread(std::function<void()> body) {
  auto thread = std::make_unique<Thread>();
  thread->fiber = &fiber(threads_.size());
  thread->fiber->prepare(std::move(body));
  threads_.push_back(std::move(thread));
}

bool Machine::run() {
  // One draw in so many takes a thread from its processor.
  constexpr unsigned kMoveInterval = 6;
  living_ = threads_.size();
  while (steps_ < kMaxSteps) {
    place_threads();
    if (draw(kMoveInterval) == 0) move_some_thread();
    const unsigned processor = draw(static_cast<unsigned>(on_processor_.size()));
    running_ = on_processor_[processor];
    if (running_ == kNowhere) continue;
    Thread& thread = *threads_[running_];
    in_thread_ = true;
    thread.fiber->resume();
    in_thread_ = false;
    if (!thread.fiber->ended()) continue;
    drain(processor);
    on_processor_[processor] = thread.processor = kNowhere;
    if (--living_ == 0) return true;
  }
  return false;
}

// Idle processors take threads that wait for one, whichever.
void Machine::place_threads() {
  for (unsigned processor = 0; processor < on_processor_.size(); ++processor) {
    if (on_processor_[processor] != kNowhere) continue;
    const auto count = static_cast<unsigned>(threads_.size());
    const unsigned first = draw(count);
    for (unsigned i = 0; i < count; ++i) {
      const unsigned number = (first + i) % count;
      Thread& thread = *threads_[number];
      if (thread.processor != kNowhere || thread.fiber->ended()) continue;
      thread.processor = processor;
      on_processor_[processor] = number;
      break;
    }
  }
}

// It changes places with what runs on another processor, if anything does.
void Machine::move_some_thread() {
  const auto processors = static_cast<unsigned>(on_processor_.size());
  const unsigned from = draw(processors);
  const unsigned to = draw(processors);
  for (const unsigned processor : {from, to}) {
    const unsigned thread = on_processor_[processor];
    if (thread == kNowhere) continue;
    if (threads_[thread]->interrupts != 0 || threads_[thread]->in_instruction) return;
  }
  drain(from);
  drain(to);
  std::swap(on_processor_[from], on_processor_[to]);
  for (const unsigned processor : {from, to}) {
    const unsigned thread = on_processor_[processor];
    if (thread != kNowhere) threads_[thread]->processor = processor;
  }
  // Now and then it waits, so that one that waited comes on.
  if (draw(4) != 0 || on_processor_[to] == kNowhere) return;
  threads_[on_processor_[to]]->processor = kNowhere;
  on_processor_[to] = kNowhere;
}

void Machine::point() {
  // One point in so many; the deeper, the rarer.
  constexpr unsigned kInterruptInterval = 24;
  ++steps_;
  see_some_store();
  if (watch_) {
    in_thread_ = false;
    watch_();
    in_thread_ = true;
  }
  Thread& thread = *threads_[running_];
  if (interrupt_ && thread.interrupts < kMaxNested &&
      draw(kInterruptInterval << 2 * thread.interrupts) == 0) {
    ++thread.interrupts;
    interrupt_();
    --thread.interrupts;
  }
  // One point in so many lets others go on.
  constexpr unsigned kYieldInterval = 4;
  if (draw(kYieldInterval) == 0) thread.fiber->yield();
}

void Machine::point_in_instruction() {
  Thread& thread = *threads_[running_];
  thread.in_instruction = true;
  thread.fiber->yield();
  thread.in_instruction = false;
}

void Machine::store_later(std::function<void()> store) {
  kept_back_[processor()].push_back(std::move(store));
}

void Machine::drain(unsigned processor) {
  for (const auto& store : kept_back_[processor]) store();
  kept_back_[processor].clear();
}

void Machine::drain_all() {
  for (unsigned processor = 0; processor < kept_back_.size(); ++processor) drain(processor);
}

void Machine::see_some_store() {
  // One point in so many. Runs in which nobody keeps anything back draw nothing.
  constexpr unsigned kSeenInterval = 16;
  for (auto& stores : kept_back_) {
    if (stores.empty() || draw(kSeenInterval) != 0) continue;
    stores.front()();
    stores.pop_front();
  }
}

}  // namespace ddireplay::recorder::model
