// Requests that a driver gives to functions of other modules, which may do with them what no
// recorded call tells.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "replay/operation.h"
#include "replay/world.h"

namespace ddireplay::checkers {

class HandedOn {
 public:
  // What a checker must hear of: calls of such functions, and these operations. A call of a
  // function that no table describes is a pool_source.
  static bool concerns(const format::Function& function);

  // A step of either kind: thread_exit, pool_source, or such a call.
  void follow(const replay::Step& step, const replay::World& before);
  // The dispatch routine that was entered there returns. Whether its request was given away, by the
  // routine or by somebody to whom it had left the request.
  bool leave(std::uint64_t entered, const replay::World& before);

 private:
  void give_away(std::uint64_t value, const replay::World& world);
  void forget_frames(const replay::Step& step, const replay::World& world);

  std::vector<std::uint64_t> entries_;                      // of dispatch routines that still run
  std::unordered_map<std::uint64_t, std::uint64_t> turns_;  // entries of them, by the request
};

}  // namespace ddireplay::checkers
