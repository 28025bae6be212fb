// Hands a file's bytes to a parser. Not for others: it brings in LLVM's headers.
#pragma once

#include <llvm/Support/MemoryBuffer.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "tools/symbols/llvm_errors.h"
#include "tools/symbols/result.h"

namespace ddireplay::tools {

// `parse` must not keep the bytes.
template <typename T>
Result<T> parse_file(const std::filesystem::path& path,
                     Result<T> (*parse)(std::span<const std::byte>)) {
  const auto buffer = llvm::MemoryBuffer::getFile(path.string(), /*IsText=*/false,
                                                  /*RequiresNullTerminator=*/false);
  if (!buffer) return Failure{"cannot be read: " + buffer.getError().message()};
  const std::string_view bytes = view((*buffer)->getBuffer());
  return parse(std::as_bytes(std::span(bytes)));
}

}  // namespace ddireplay::tools
