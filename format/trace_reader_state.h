// What a TraceReader holds, shared with the EventSource that reads it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/container_reader.h"
#include "format/trace_bytes.h"
#include "format/trace_growth.h"
#include "format/trace_reader.h"
#include "format/trace_tables.h"

namespace ddireplay::format {

struct TraceReader::State {
  State(TraceBytes trace, std::string trace_name);
  State(TraceGrowth begun, const FileHeader& header, std::string trace_name);

  // Notes that a chunk can't be used; a chunk that was refused before isn't counted again.
  void refuse(ChunkInfo& chunk, std::string_view why);

  bool is_growing() const { return growth.has_value(); }
  bool extend();
  void complete();
  void load_symbols(std::size_t first_chunk);

  std::string name;
  TraceBytes bytes;
  Container container;
  std::vector<ModuleSymbols> symbols;
  TraceTables tables;
  std::optional<TraceGrowth> growth;  // of one that is still being written
  std::uint64_t edition = 1;          // moves on with each change of the container
};

}  // namespace ddireplay::format
