// Turns the records of one processor into a whole chunk: header, dictionaries, compressed columns.
//
// Used by the recorder's writer thread and by every tool that writes a trace, so that there is one
// encoder. It allocates nothing: all memory is handed to it at the start. Not thread-safe; one
// encoder per writer.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/freestanding/container.h"
#include "format/freestanding/layout.h"
#include "format/freestanding/record.h"

namespace ddireplay::format {

// A module as the encoder's caller knows it. Texts are borrowed for the duration of a call.
struct ModuleEntry {
  std::string_view name{};
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint32_t time_date_stamp = 0;
  std::uint32_t checksum = 0;
  std::string_view pdb_name{};
  std::uint8_t pdb_guid[16] = {};
  std::uint32_t pdb_age = 0;
  bool is_target = false;
};

inline constexpr std::uint16_t kNoModule = 0xffff;

// A function that records refer to by its place in the caller's table.
struct FunctionEntry {
  std::string_view name{};
  std::string_view prototype{};
  std::string_view derived{};
  std::uint16_t module = kNoModule;  // the target it belongs to, as a place in the module table
  std::uint8_t entry_count = 0;      // values of a record at entry
  std::uint8_t exit_count = 0;       // values of a record at return
  std::uint64_t original = 0;
};

// A stack that records refer to by its place in the caller's table.
struct StackEntry {
  std::uint32_t first_frame = 0;  // place in StackTable::frames
  std::uint32_t depth = 0;
};

struct StackTable {
  std::span<const StackEntry> stacks;
  std::span<const std::uint64_t> frames;  // return addresses, innermost first
};

// The caller's tables. They may have grown since the last call; entries never change.
struct ChunkTables {
  std::span<const ModuleEntry> modules;
  std::span<const FunctionEntry> functions;
  StackTable stacks;
};

// What the header says that the records don't.
struct ChunkIdentity {
  std::uint64_t trace_id = 0;
  std::uint16_t stream = 0;
  std::uint32_t number = 0;
  std::uint64_t lost_before = 0;
  std::uint64_t time = 0;  // first and last time of a chunk without events
};

// Upper bounds, fixed when the encoder is made.
struct EncoderLimits {
  std::uint32_t slots = 0;    // of records in one chunk; kMaxSlotsPerChunk at most
  std::uint32_t modules = 0;  // in the tables; fewer than kNoModule
  std::uint32_t functions = 0;
  std::uint32_t stacks = 0;
  std::uint32_t frames = 0;
  // Of modules and functions, beyond what is counted on for each: see kModuleTextBytes.
  std::uint32_t text_bytes = 0;
};

// Bytes of text, of one table entry, that memory is counted by. Longer ones are no error as long as
// the tables fit all the same.
inline constexpr std::size_t kModuleTextBytes = 512;
inline constexpr std::size_t kFunctionTextBytes = 1024;

class ChunkEncoder {
 public:
  // Bytes of scratch memory, 64-byte aligned, that an encoder with these limits needs.
  static std::size_t scratch_bytes(const EncoderLimits& limits, int level = 1);
  // Bytes of output, 8-byte aligned, into which any chunk within these limits fits.
  static std::size_t chunk_bytes(const EncoderLimits& limits);

  // `level` is zstd's. `scratch` must outlive the encoder; where it is too small or not aligned,
  // every encode() fails.
  ChunkEncoder(const EncoderLimits& limits, std::span<std::byte> scratch, int level = 1);

  // Encodes whole records of one processor, in the order in which they took place. A record's time
  // that lies before the one of the record in front of it is raised to that: an interrupt between
  // reading the clock and storing the record makes such pairs.
  //
  // Returns the bytes of `output` that are the chunk, padding included; empty when a limit is
  // exceeded or a record is malformed (its function or stack is unknown, or it reaches over the end
  // of `slots`): then nothing of `output` is to be used.
  std::span<const std::byte> encode(const ChunkIdentity& identity, std::span<const Slot> slots,
                                    const ChunkTables& tables, std::span<std::byte> output);

 private:
  struct Scratch;
  EncoderLimits limits_;
  int level_;
  Scratch* scratch_;
};

}  // namespace ddireplay::format
