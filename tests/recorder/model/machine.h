// A machine of several processors, all of whose decisions are drawn from a seed: which processor
// goes on, where it is interrupted, which thread is taken from its processor and goes on at which
// other. Decisions are made at the points that the structures under test have (shared_access.h), so
// a run is reproduced by its seed.
//
// An interrupt runs on top of what it interrupts, and may be interrupted. A thread that is
// interrupted stays where it is.
//
// Processors keep stores back: the one that made them knows of them, others see them later, in
// order. What they keep is out when a thread leaves the processor, as its switch of threads does.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/recorder/model/fiber.h"
#include "tests/recorder/model/happens_before.h"

namespace ddireplay::recorder::model {

class Random {
 public:
  explicit Random(std::uint32_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  unsigned draw(unsigned below) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<unsigned>((state_ >> 32) % below);
  }

 private:
  std::uint64_t state_;
};

class Machine {
 public:
  Machine(std::uint32_t seed, unsigned processors, unsigned threads);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // The next of the threads.
  void add_thread(std::function<void()> body);
  // What an interrupt does, on whatever processor it comes.
  void set_interrupt(std::function<void()> body) { interrupt_ = std::move(body); }
  // Looks on at every point; what it does itself has no points.
  void set_watch(std::function<void()> watch) { watch_ = std::move(watch); }

  // Until all threads have ended. False: they don't, after very many steps.
  bool run();

  // The machine that the caller runs on, or nullptr.
  static Machine* current();

  // Here anything may come in between.
  void point();
  // In the middle of an instruction: other processors go on.
  void point_in_instruction();
  // By the processor that the caller runs on: when others will see it, it is called.
  void store_later(std::function<void()> store);
  // All that it has kept back is seen.
  void drain() { drain(processor()); }
  // The same of all processors.
  void drain_all();
  unsigned draw(unsigned below) { return random_.draw(below); }
  unsigned processor() const { return threads_[running_]->processor; }
  unsigned thread() const { return running_; }
  bool in_interrupt() const { return threads_[running_]->interrupts != 0; }
  std::uint64_t step() const { return steps_; }
  HappensBefore& order() { return order_; }

  // What went wrong first; empty: nothing.
  const std::string& problem() const { return problem_; }
  void report(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
  }

 private:
  static constexpr unsigned kNowhere = ~0u;
  static constexpr unsigned kMaxNested = 3;
  static constexpr std::uint64_t kMaxSteps = 1'000'000;

  struct Thread {
    Fiber* fiber = nullptr;
    unsigned processor = kNowhere;
    unsigned interrupts = 0;  // that run on top of it
    bool in_instruction = false;
  };

  void place_threads();
  void move_some_thread();
  void drain(unsigned processor);
  void see_some_store();

  Random random_;
  HappensBefore order_;
  std::vector<unsigned> on_processor_;                        // the thread, or kNowhere
  std::vector<std::deque<std::function<void()>>> kept_back_;  // by each processor
  std::vector<std::unique_ptr<Thread>> threads_;
  std::function<void()> interrupt_;
  std::function<void()> watch_;
  unsigned running_ = 0;
  std::size_t living_ = 0;
  bool in_thread_ = false;
  std::uint64_t steps_ = 0;
  std::string problem_;
};

}  // namespace ddireplay::recorder::model
