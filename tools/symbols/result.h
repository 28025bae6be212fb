// A value, or one line that says why there is none.
//
// For input that may be anything (symbol files, images), where failure is an ordinary outcome and
// the caller goes on with the next candidate.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace ddireplay::tools {

struct Failure {
  std::string message;  // one line without a final stop; doesn't name the file
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  explicit operator bool() const { return state_.index() == 0; }

  // Only after a success.
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  // Only after a failure.
  const std::string& error() const { return std::get<1>(state_).message; }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace ddireplay::tools
