// Reads a whole event chunk: its tables and its columns, checked so that everything in it can be
// used without further looking.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/column_decoder.h"
#include "format/event.h"
#include "format/trace_reader.h"

namespace ddireplay::format {

// A function as the chunk has it.
struct ChunkFunction {
  std::string name;
  std::string prototype;
  std::string derived;
  std::uint64_t original = 0;
  std::uint32_t module = kNoModuleId;  // place in DecodedTables::modules
};

// So many different ones, of the chunks that were decoded last, are likely to come again.
inline constexpr std::size_t kRecentTables = 64;

struct DecodedTables {
  std::vector<std::byte> frame;  // what they were made of
  std::size_t bytes = 0;         // in memory, all of it
  bool is_kept = false;          // small enough to be remembered
  std::vector<Module> modules;
  std::vector<ChunkFunction> functions;
  std::vector<FunctionValues> values;  // of each function
};

struct DecodedChunk {
  std::shared_ptr<const DecodedTables> tables;  // many chunks may share them
  EventColumns columns;
  std::size_t bytes() const { return tables->bytes + columns.bytes(); }

  std::string problem;  // not empty: the chunk is refused, nothing else here is to be used
};

// Keeps its memory from chunk to chunk, and the tables that were decoded last. One per thread.
class ChunkDecoder {
 public:
  // Fills `chunk`, whose memory is reused. What is wrong with the file is told in `chunk.problem`.
  void decode(std::span<const std::byte> file, const ChunkInfo& info, DecodedChunk& chunk);

 private:
  void read(schema::EventChunk::Reader from, const ChunkHeader& header, DecodedChunk& to);
  std::shared_ptr<const DecodedTables> tables_of(schema::EventChunk::Reader from);

  ColumnDecoder columns_;
  std::array<std::shared_ptr<const DecodedTables>, kRecentTables> recent_;
  std::size_t oldest_ = 0;  // of `recent_`
};

}  // namespace ddireplay::format
