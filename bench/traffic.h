// A synthetic driver at work: the same stream of calls in every run, made by the recorder's own
// hook path.
//
// The driver has some hundred code paths, each a sequence of calls at sites of its own, a thousand
// sites in all, each with its stack of 16 frames. Paths run on four processors in threads of
// theirs; some are taken often, most seldom, and a path doesn't always go the same way. They take
// requests and complete them, allocate pool blocks that live shortly or long, describe memory with
// MDLs, take spin locks and fast mutexes. Times are ticks of a 2 GHz counter, all bits of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <string_view>
#include <vector>

#include "bench/machine.h"
#include "recorder/core/recorder.h"

namespace ddireplay::bench {

inline constexpr std::uint32_t kProcessors = 4;
inline constexpr std::uint64_t kClockHz = 2'000'000'000;
inline constexpr std::size_t kFrames = 16;

// The recorder that the traffic passes through.
recorder::RecorderConfig traffic_config();

class Traffic {
 public:
  // Makes `recorder` record the driver. One at a time in a process.
  explicit Traffic(recorder::Recorder& recorder);
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  // Runs one path, on the processor whose time is the earliest: a few dozen events at most.
  void step();

 private:
  enum class Deed : std::uint8_t { keep_block, free_block, use_block, spin_lock, fast_mutex, mdl };

  using Frames = std::array<std::uint64_t, kFrames>;

  // Where a call comes from: the stack as it lies in memory, and as a walk finds it.
  struct CallSite {
    static constexpr std::size_t kWords = 4 + 6 * kFrames;
    std::array<std::uint64_t, kWords> words;
    std::array<recorder::platform::Frame, kFrames> frames;
  };
  struct Action {
    Deed deed;
    bool is_certain;  // else it is left out at times
    std::uint8_t size_class;
    std::uint16_t object;    // number of the lock
    std::size_t first_site;  // place in sites_
  };
  struct Path {
    bool is_dispatch;
    std::uint64_t dispatch_major;
    std::size_t first_site;
    std::vector<Action> actions;
  };
  struct Block {
    std::uint64_t address;
    std::uint8_t size_class;
  };
  // A path runs to its end before the next begins, though others may overlap it in time: so what
  // paths use, each processor has for itself.
  struct Processor {
    std::uint64_t time = 0;
    std::uint64_t thread = 0;
    std::uint64_t locks = 0;                          // address of the first one
    std::uint64_t next_address = 0;                   // of pool that was never allocated
    std::vector<std::vector<std::uint64_t>> freed{};  // addresses, by size class
    std::deque<Block> live{};
  };

  std::uint64_t stub(std::string_view name);
  Frames make_callers();
  std::size_t add_sites(std::size_t count, const Frames& callers);
  void make_path(std::size_t number);
  void run(const Path& path);
  void act(const Action& action);
  void keep_block(const Action& action);
  void free_oldest(std::size_t site);
  void use_spin_lock(const Action& action);
  void use_fast_mutex(const Action& action);
  void use_mdl(const Action& action);
  std::uint64_t take_address(std::uint8_t size_class);
  std::uint64_t allocate(std::size_t site, std::uint8_t size_class);
  void free(std::size_t site, Block block);
  void pass_time(std::uint64_t least);
  recorder::CallFrame enter(std::uint64_t stub, std::size_t site,
                            std::initializer_list<std::uint64_t> arguments);
  void call(std::uint64_t stub, std::size_t site, std::initializer_list<std::uint64_t> arguments,
            std::uint64_t result = 0);
  std::uint64_t random(std::uint64_t below) { return random_() % below; }

  recorder::Recorder& recorder_;
  std::mt19937_64 random_{1};
  std::uint16_t target_ = 0;
  std::vector<std::byte> memory_;
  std::array<Frames, 8> entries_;  // ways through the kernel to the driver
  std::vector<CallSite> sites_;
  std::vector<Path> paths_;
  std::vector<std::uint32_t> schedule_;  // numbers of paths, the frequent ones many times
  std::array<Processor, kProcessors> processors_;
  Processor* running_ = nullptr;
  std::uint64_t next_irp_ = 0;
  std::uint64_t allocate_, free_, acquire_, release_, acquire_mutex_, release_mutex_, make_mdl_,
      free_mdl_, dispatch_, complete_;
};

}  // namespace ddireplay::bench
