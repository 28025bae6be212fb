// What goes wrong on a simulated machine, and by which seed: with that it goes wrong again.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace ddireplay::recorder::model {

struct Failure {
  std::uint32_t seed = 0;
  std::string what;  // empty: nothing goes wrong
};

// Of the first seed whose `check(seed)` says that anything does.
template <class Check>
Failure first_failure(std::uint32_t seeds, Check check) {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    std::string what = check(seed);
    if (!what.empty()) return {seed, std::move(what)};
  }
  return {};
}

}  // namespace ddireplay::recorder::model
