#include "format/symbol_chunk.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "format/error.h"
#include "format/freestanding/container.h"
#include "format/freestanding/flat_tables.h"
#include "format/payload.h"
#include "format/schema_reader.h"

namespace ddireplay::format {

namespace {

ModuleSymbols to_symbols(schema::ModuleSymbols::Reader from) {
  ModuleSymbols to;
  to.module = to_string(from.getModule());
  to.size = from.getSize();
  to.time_date_stamp = from.getTimeDateStamp();
  for (const auto symbol : from.getSymbols()) {
    to.symbols.push_back({symbol.getRva(), symbol.getSize(), to_string(symbol.getName())});
  }
  for (const auto file : from.getFiles()) to.files.push_back(to_string(file));
  for (const auto line : from.getLines()) {
    if (line.getFile() >= to.files.size()) throw Malformed("a line's file isn't in its list");
    to.lines.push_back({line.getRva(), line.getFile(), line.getLine()});
  }
  return to;
}

void append(ModuleSymbols& to, const ModuleSymbols& from) {
  const auto files_before = static_cast<std::uint32_t>(to.files.size());
  to.symbols.insert(to.symbols.end(), from.symbols.begin(), from.symbols.end());
  to.files.insert(to.files.end(), from.files.begin(), from.files.end());
  for (LineRow line : from.lines) {
    line.file += files_before;
    to.lines.push_back(line);
  }
}

void renumber_files(ModuleSymbols& module) {
  std::vector<std::string> files;
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  for (LineRow& line : module.lines) {
    const std::string& name = module.files.at(line.file);
    const auto [number, is_new] = numbers.try_emplace(name, numbers.size());
    if (is_new) files.push_back(name);
    line.file = number->second;
  }
  module.files = std::move(files);
}

void put_module_symbols(flat::ModuleSymbols to, const ModuleSymbols& from) {
  to.set_module(to_flat(from.module));
  to.set_size(from.size);
  to.set_time_date_stamp(from.time_date_stamp);
  std::uint32_t at = 0;
  auto symbols = to.init_symbols(from.symbols.size());
  for (const SymbolRow& row : from.symbols) {
    flat::Symbol symbol = symbols[at++];
    symbol.set_rva(row.rva);
    symbol.set_size(row.size);
    symbol.set_name(to_flat(row.name));
  }
  at = 0;
  auto files = to.init_files(from.files.size());
  for (const std::string& file : from.files) files.set(at++, to_flat(file));
  at = 0;
  auto lines = to.init_lines(from.lines.size());
  for (const LineRow& row : from.lines) {
    flat::Line line = lines[at++];
    line.set_rva(row.rva);
    line.set_file(row.file);
    line.set_line(row.line);
  }
}

std::size_t payload_bytes_max(std::span<const ModuleSymbols> symbols) {
  constexpr std::size_t kStructBytes = 64;  // of any struct here, with its pointers and paddings
  std::size_t bytes = 2 * kStructBytes;
  for (const ModuleSymbols& module : symbols) {
    bytes += 2 * kStructBytes + module.module.size() + module.lines.size() * kStructBytes;
    for (const SymbolRow& row : module.symbols) bytes += kStructBytes + row.name.size();
    for (const std::string& file : module.files) bytes += kStructBytes + file.size();
  }
  return padded(bytes);
}

}  // namespace

std::vector<ModuleSymbols> read_symbols(std::span<const std::byte> payload) {
  std::vector<ModuleSymbols> result;
  visit_payload<schema::SymbolChunk>(payload, [&](schema::SymbolChunk::Reader chunk) {
    for (const auto module : chunk.getModules()) result.push_back(to_symbols(module));
  });
  return result;
}

std::vector<ModuleSymbols> in_stored_order(std::span<const ModuleSymbols> symbols) {
  std::vector<ModuleSymbols> result;
  // Places in the result, by what makes it the same module.
  std::map<std::tuple<std::string_view, std::uint64_t, std::uint32_t>, std::size_t> places;
  for (const ModuleSymbols& module : symbols) {
    const auto [known, is_new] =
        places.try_emplace({module.module, module.size, module.time_date_stamp}, result.size());
    if (is_new) {
      result.push_back(module);
    } else {
      append(result[known->second], module);
    }
  }
  for (ModuleSymbols& module : result) {
    std::ranges::stable_sort(module.symbols, {}, &SymbolRow::rva);
    std::ranges::stable_sort(module.lines, {}, &LineRow::rva);
    renumber_files(module);
  }
  return result;
}

std::vector<std::byte> encode_symbols(std::uint64_t trace_id, std::uint32_t number,
                                      std::span<const ModuleSymbols> symbols) {
  std::vector<std::byte> output(sizeof(ChunkHeader) + payload_bytes_max(symbols));
  flat::Message message(output.data() + sizeof(ChunkHeader), output.size() - sizeof(ChunkHeader));
  auto modules = message.init_root<flat::SymbolChunk>().init_modules(symbols.size());
  std::uint32_t at = 0;
  for (const ModuleSymbols& module : symbols) put_module_symbols(modules[at++], module);
  const std::size_t payload_bytes = message.finish();
  if (payload_bytes == 0 || payload_bytes > kMaxPayloadBytes) {
    throw Error("the symbols are too many for a trace; leave out modules that aren't needed");
  }
  ChunkHeader header{};
  header.trace_id = trace_id;
  header.kind = ChunkKind::symbols;
  header.number = number;
  output.resize(seal_chunk(header, output, payload_bytes).size());
  return output;
}

}  // namespace ddireplay::format
