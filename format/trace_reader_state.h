// What a TraceReader holds, shared with the EventSource that reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/container_reader.h"
#include "format/trace_bytes.h"
#include "format/trace_reader.h"
#include "format/trace_tables.h"

namespace ddireplay::format {

struct TraceReader::State {
  State(TraceBytes trace, std::string trace_name);

  // Notes that a chunk can't be used; a chunk that was refused before isn't counted again.
  void refuse(ChunkInfo& chunk, std::string_view why);

  std::string name;
  TraceBytes bytes;
  Container container;
  std::vector<ModuleSymbols> symbols;
  TraceTables tables;
};

}  // namespace ddireplay::format
