#include "tools/report/ending_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "tools/ending/ending_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> sentences_of(const format::TraceReader& trace, Symbolizer* symbolizer) {
  return ending_sentences(trace.footer(), [&](std::uint64_t address) -> std::string {
    if (symbolizer == nullptr) return "";
    const Frame& frame = symbolizer->frame(address);
    return frame.symbol.empty() ? "" : frame_name(frame, symbolizer->pointer_bytes());
  });
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json address_json(const format::TraceReader& trace, std::uint64_t address) {
  return address == 0 ? Json() : Json(prefixed_pointer(address, trace.header().pointer_bytes));
}

Json facts_json(const format::TraceReader& trace, const format::Ending& ending) {
  const bool has_access = ending.access != format::AccessKind::none;
  return Json{
      {"code", ending.code == 0 ? Json() : Json(fmt::format("0x{:08x}", ending.code))},
      {"accessed",
       has_access ? Json(prefixed_pointer(ending.accessed, trace.header().pointer_bytes)) : Json()},
      {"address", address_json(trace, ending.address)},
      {"place",
       ending.address == 0 ? Json() : Json(module_place(trace.footer()->modules, ending.address))},
      {"symbol", text_or_null(ending.symbol)},
      {"file", text_or_null(ending.file)},
      {"line", ending.file.empty() ? Json() : Json(ending.line)},
      {"thread", ending.thread == 0 ? Json() : Json(fmt::format("{:#x}", ending.thread))},
      {"irp", address_json(trace, ending.irp)},
      {"during", text_or_null(ending.during)},
      {"absent_ddi", text_or_null(ending.routine)}};
}

}  // namespace

std::string ending_lines(const format::TraceReader& trace, Symbolizer* symbolizer) {
  std::string lines;
  for (const std::string& sentence : sentences_of(trace, symbolizer)) lines += sentence + ".\n";
  return lines.empty() ? lines : lines + "\n";
}

Json ending_json(const format::TraceReader& trace, Symbolizer* symbolizer) {
  const std::vector<std::string> sentences = sentences_of(trace, symbolizer);
  if (sentences.empty()) return {};
  Json json{{"sentences", sentences}};
  json.update(facts_json(trace, trace.footer()->ending.value_or(format::Ending{})));
  return json;
}

}  // namespace ddireplay::tools
