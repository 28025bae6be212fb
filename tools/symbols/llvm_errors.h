// LLVM's errors as plain outcomes. Not for others: it brings in LLVM's headers. C++17, as
// dwarf_reader.h says.
#pragma once

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

#include <optional>
#include <string_view>
#include <utility>

namespace ddireplay::tools {

inline std::string_view view(llvm::StringRef text) { return {text.data(), text.size()}; }

// Says whether there was an error, and drops the reason.
inline bool failed(llvm::Error error) {
  const bool is_failure = static_cast<bool>(error);
  llvm::consumeError(std::move(error));
  return is_failure;
}

// The value, or nothing; the reason is dropped.
template <typename T>
std::optional<T> value_of(llvm::Expected<T> expected) {
  if (expected) return std::move(*expected);
  llvm::consumeError(expected.takeError());
  return std::nullopt;
}

}  // namespace ddireplay::tools
