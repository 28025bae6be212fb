// The freestanding encoder on the host: gives it the tables of a trace that is being written, and
// as much memory as they need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/buffer.h"
#include "format/freestanding/chunk_encoder.h"
#include "format/trace_tables.h"

namespace ddireplay::format {

// Texts are those of `from`.
ModuleEntry to_entry(const Module& from);

// Always to be called with the same tables, which may have grown.
class TableEncoder {
 public:
  // `level` is zstd's.
  explicit TableEncoder(int level) : level_(level) {}

  // The whole chunk, until the next call. Empty: see ChunkEncoder::encode.
  std::span<const std::byte> encode(const ChunkIdentity& identity, std::span<const Slot> slots,
                                    const TraceTables& tables);

  // The trace's modules as the footer wants them.
  std::span<const ModuleEntry> modules(const TraceTables& tables);

 private:
  void catch_up(const TraceTables& tables);
  void make_room(std::size_t slots);

  int level_;
  std::vector<ModuleEntry> modules_;
  std::vector<FunctionEntry> functions_;
  std::vector<StackEntry> stacks_;
  std::vector<std::uint64_t> frames_;
  std::size_t text_bytes_ = 0;  // of modules and functions

  EncoderLimits limits_;
  Buffer<Slot> scratch_;  // of which a short chunk touches little
  Buffer<Slot> output_;
  std::optional<ChunkEncoder> encoder_;
};

}  // namespace ddireplay::format
