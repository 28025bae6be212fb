// Of many names the one that is most like what somebody typed: for "did you mean".
//
//   NearestName nearest("ExFreePol");
//   for (const auto& name : names) nearest.offer(name);
//   ... nearest.found();
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ddireplay::replay {

class NearestName {
 public:
  explicit NearestName(std::string_view wanted);

  // Whatever the case of either.
  void offer(std::string_view candidate);
  // Of two that are as near the first; empty where none is near.
  const std::string& found() const { return found_; }

 private:
  std::string wanted_;
  std::string found_;
  std::size_t limit_;  // a candidate must be nearer than this
};

}  // namespace ddireplay::replay
