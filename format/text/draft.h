// A trace in the making, as the lines of a text build it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "format/text/names.h"
#include "format/trace_writer.h"

namespace ddireplay::format::text {

class Draft {
 public:
  // `path` empty: the trace stays in memory.
  explicit Draft(std::string path);

  // These two take effect until the trace has begun: with the first line that declares or records
  // anything.
  FileHeader header{};
  WriterOptions options;
  FooterInfo footer;
  bool has_begun() const { return writer_.has_value(); }

  // Begins the trace. Throw Error.
  TraceWriter& writer();
  Names& names();

  // The symbols of a module, to be added to.
  ModuleSymbols& symbols_of(const Module& module);

  // Writes what is left. Throws Error.
  void finish();

 private:
  std::string path_;
  std::vector<ModuleSymbols> symbols_;
  // Places in it, by name, size and time stamp: a text may have thousands of modules.
  std::map<std::tuple<std::string, std::uint64_t, std::uint32_t>, std::size_t> symbols_by_module_;
  std::optional<TraceWriter> writer_;
  std::optional<Names> names_;
};

}  // namespace ddireplay::format::text
