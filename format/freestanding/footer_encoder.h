// Writes the footer: index and summary of a trace that is closed in order.
//
// Used by the recorder and by every tool that writes a trace. It allocates nothing.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/layout.h"

namespace ddireplay::format {

// A chunk as the index knows it: what its header says, and where it stands.
struct IndexEntry {
  std::uint64_t offset = 0;  // of the header, from the start of the file
  ChunkKind kind = ChunkKind::events;
  std::uint16_t stream = 0;
  std::uint32_t number = 0;
  std::uint64_t first_time = 0;
  std::uint64_t last_time = 0;
  std::uint32_t event_count = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t lost_before = 0;
};
IndexEntry index_entry(std::uint64_t offset, const ChunkHeader& header);

// One hooked import of a target. Texts are borrowed for the duration of a call.
struct ImportEntry {
  std::string_view module;
  std::string_view name;
  std::uint64_t calls = 0;
  bool supplied = false;     // the recorder's host layer answers it, not the kernel
  bool absent = false;       // this host doesn't have it
  std::uint64_t caller = 0;  // of an absent one: return address of its first call; 0: not known
};

// What is known of a recording's end besides the reason; as in trace.capnp, Ending.
struct EndingEntry {
  std::uint32_t code = 0;
  AccessKind access = AccessKind::none;
  std::uint64_t accessed = 0;
  std::uint64_t address = 0;
  std::uint64_t thread = 0;
  std::string_view during{};
  std::string_view routine{};
  std::string_view symbol{};
  std::string_view file{};
  std::uint32_t line = 0;
  std::uint64_t irp = 0;
};

// As in trace.capnp, Derivation.
struct DerivationEntry {
  std::span<const std::string_view> steps{};
  std::uint64_t events = 0;
  std::uint64_t begin = 0;
  bool thinned = false;
  std::uint64_t finding = 0;
};

// As in trace.capnp, Footer.
struct FooterEntry {
  std::span<const IndexEntry> chunks{};  // in file order
  std::span<const ModuleEntry> modules{};
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  EndReason end_reason = EndReason::stopped;
  std::span<const ImportEntry> imports{};
  std::uint64_t stacks_lost = 0;
  bool started_attached = false;
  std::span<const std::string_view> notices{};
  const EndingEntry* ending = nullptr;          // nullptr: nothing is known
  const DerivationEntry* derivation = nullptr;  // nullptr: the events are as they were recorded
};

// Bytes of output, 8-byte aligned, that encode_footer() needs at most.
std::size_t footer_bytes(const FooterEntry& footer);

// The whole chunk, padding included; empty when `output` is too small. `number` is the one after
// the last chunk's.
std::span<const std::byte> encode_footer(std::uint64_t trace_id, std::uint32_t number,
                                         const FooterEntry& footer, std::span<std::byte> output);

}  // namespace ddireplay::format
