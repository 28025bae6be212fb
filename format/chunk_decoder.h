// Reads a whole event chunk: its tables and its columns, checked so that everything in it can be
// used without further looking.
#pragma once

#include <cstddef>
#include <cstdint>
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
  std::uint32_t module = kNoModuleId;  // place in DecodedChunk::modules
  FunctionValues values;
};

struct DecodedChunk {
  std::vector<Module> modules;
  std::vector<ChunkFunction> functions;
  EventColumns columns;
  std::string problem;  // not empty: the chunk is refused, nothing else here is to be used
};

// Fills `chunk`, whose memory is reused. What is wrong with the file is told in `chunk.problem`.
// Thread-safe as long as decoder and chunk are the thread's own.
void decode_chunk(std::span<const std::byte> file, const ChunkInfo& info, ColumnDecoder& decoder,
                  DecodedChunk& chunk);

}  // namespace ddireplay::format
