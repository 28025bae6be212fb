// A machine for the recorder's core that a test holds in its hands.
//
// Threads of a test play processors; each says which one it is. Time is a counter, unless a test
// makes its own. The stack is an array that the test has filled.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "recorder/core/platform.h"

namespace ddireplay::recorder::fake {

// What the calling thread is.
void be(std::uint32_t processor, std::uint64_t thread, std::uint8_t irql);

// Called where the clock is read: in the middle of a reservation, where an interrupt may come.
// Thread-local; empty: nothing happens.
void at_clock(std::function<void()> interrupt);

// What the clock, which all threads share, goes on from. It starts at 1000.
void set_clock(std::uint64_t now);

// What sample() answers. Thread-local.
void set_sample(format::Sample what, std::uint64_t value);

// The next walk finds these frames. Thread-local.
void set_walk(std::vector<platform::Frame> frames);
// How often a walk was asked for, in all threads.
std::uint64_t walks();

// Memory that can't be touched: [begin, begin + bytes).
void set_hole(const void* begin, std::size_t bytes);

// Addresses of code, for is_code(). Empty: every address is.
void set_code(std::vector<std::uint64_t> addresses);

// Modules that describe_module() knows.
struct Module {
  std::string_view name;
  std::uint64_t base;
  std::uint64_t size;
};
void set_modules(std::vector<Module> modules);

// Imports that the kernel doesn't answer itself.
using Provisions = std::map<std::string, platform::Provision, std::less<>>;
void set_provisions(Provisions known);

// What the thunk's duties came to, in order: "reached 0", "returned 0 ok", "unloaded 0".
std::vector<std::string>& duties();

}  // namespace ddireplay::recorder::fake
