#include "tools/corpus/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <span>

#include "format/error.h"
#include "format/trace_bytes.h"

namespace ddireplay::tools::corpus {
namespace {

std::string sha256_of(const void* data, std::size_t bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(data, bytes, digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw format::Error("libcrypto has no SHA-256");
  }
  std::string text;
  for (const unsigned char byte : std::span(digest).first(length)) {
    fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  }
  return text;
}

}  // namespace

std::string sha256_of_text(std::string_view text) { return sha256_of(text.data(), text.size()); }

std::string sha256_of_file(const std::string& path) {
  const format::TraceBytes file = format::TraceBytes::map(path);
  return sha256_of(file.bytes().data(), file.bytes().size());
}

}  // namespace ddireplay::tools::corpus
