// From a chunk to the message in it: the one place where what a file says is believed or refused.
#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::format {

// Thrown for a chunk that can't be used. The message says what is wrong with it.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The chunk's payload, once its header and its checksum have been found right, and its header the
// one that `chunk` knows. Throws Malformed.
std::span<const std::byte> checked_payload(std::span<const std::byte> file, const ChunkInfo& chunk);

// Calls visit(root) for the message in `payload`. Throws Malformed where the message is.
template <class Root, class Visitor>
void visit_payload(std::span<const std::byte> payload, Visitor&& visit) {
  constexpr std::size_t kWord = sizeof(capnp::word);
  std::vector<std::uint64_t> aligned;  // behind a hole in the file payloads may stand anywhere
  const void* begin = payload.data();
  if (reinterpret_cast<std::uintptr_t>(begin) % kWord != 0) {
    aligned.resize(payload.size() / kWord);
    std::memcpy(aligned.data(), begin, aligned.size() * kWord);
    begin = aligned.data();
  }
  const auto* const words = static_cast<const capnp::word*>(begin);
  capnp::ReaderOptions options;
  // Pointers may overlap, so that a small message unfolds into a large one: up to this.
  options.traversalLimitInWords = payload.size() / kWord * 8;
  try {
    capnp::FlatArrayMessageReader message(kj::arrayPtr(words, payload.size() / kWord), options);
    visit(message.getRoot<Root>());
  } catch (const kj::Exception& exception) {
    throw Malformed(std::string("its message is malformed: ") + exception.getDescription().cStr());
  }
}

}  // namespace ddireplay::format
