#include "tools/report/info_text.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "tools/kmdf.h"
#include "tools/report/append.h"
#include "tools/report/derivation_text.h"
#include "tools/report/ending_report.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"
#include "tools/symbols/guid.h"

namespace ddireplay::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Counts {
  std::uint64_t event_chunks = 0;
  std::uint64_t symbol_chunks = 0;
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
};

// From the index where there is one, else from the chunks' own headers.
Counts count(const format::TraceReader& trace) {
  Counts counts;
  for (const format::ChunkInfo& chunk : trace.chunks()) {
    counts.event_chunks += chunk.header.kind == format::ChunkKind::events;
    counts.symbol_chunks += chunk.header.kind == format::ChunkKind::symbols;
    counts.events += chunk.header.event_count;
    counts.lost += chunk.header.lost_before;
  }
  if (trace.footer() != nullptr) {
    counts.events = trace.footer()->events;
    counts.lost = trace.footer()->lost;
  }
  return counts;
}

std::string_view host_text(format::Host host) {
  switch (host) {
    case format::Host::windows:
      return "Windows";
    case format::Host::wine:
      return "Wine";
    case format::Host::written:
      return "none: written by hand";
    case format::Host::unknown:
      return "not known";
  }
  return "unknown";
}

std::string_view irql_source_name(format::IrqlSource source) {
  switch (source) {
    case format::IrqlSource::hardware:
      return "hardware";
    case format::IrqlSource::modelled:
      return "modelled";
    case format::IrqlSource::virtualised:
      return "virtualised";
    case format::IrqlSource::unknown:
      return "not known";
  }
  return "unknown";
}

std::string_view irql_source_text(format::IrqlSource source) {
  switch (source) {
    case format::IrqlSource::hardware:
      return "hardware: sampled at each event";
    case format::IrqlSource::modelled:
      return "modelled: derived in replay from the calls seen";
    case format::IrqlSource::virtualised:
      return "virtualised: the host's own level, sampled at each event";
    case format::IrqlSource::unknown:
      return "sampled at each event; from what is not known";
  }
  return "unknown";
}

// Windows counts 100 ns from 1601.
std::string start_text(std::uint64_t filetime) {
  constexpr std::uint64_t kUnixEpoch = 116'444'736'000'000'000;
  if (filetime < kUnixEpoch) return "not known";
  const auto seconds = static_cast<std::time_t>((filetime - kUnixEpoch) / 10'000'000);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(seconds));
}

bool has_pdb(const format::Module& module) { return !module.pdb_name.empty(); }

void append_machine(std::string& out, const format::TraceReader& trace) {
  const format::FileHeader& header = trace.header();
  append(out, "Trace:     {}, {} bytes, format {}\n", trace.name(), trace.file_bytes(),
         header.format_version);
  append(out, "Machine:   {}, {}\n", machine_text(header),
         counted(header.processor_count, "processor"));
  append(out, "Host:      {}\n", host_text(header.host));
  append(out, "IRQL:      {}\n", irql_source_text(header.irql_source));
  append(out, "Started:   {}\n", start_text(header.start_filetime));
  append(out, "Clock:     {} ticks per second\n", header.clock_hz);
}

void append_counts(std::string& out, const format::TraceReader& trace) {
  const Counts counts = count(trace);
  append(out, "Events:    {}, lost: {}\n", counts.events, counts.lost);
  append(out, "Chunks:    {} of events, {} of symbols\n", counts.event_chunks,
         counts.symbol_chunks);
}

void append_condition(std::string& out, const format::TraceReader& trace) {
  const format::FooterInfo* footer = trace.footer();
  append(out, "Recording: {}\n",
         footer == nullptr ? "cut: its end, with the index, is missing"
                           : end_reason_text(footer->end_reason));
  if (footer != nullptr && footer->started_attached) {
    append(out, "           began while the driver was running\n");
  }
  for (const std::string& line : derivation_lines(trace.derivation()))
    append(out, "           {}\n", line);
  if (footer != nullptr && footer->flight) append(out, "           {}\n", kFlightText);
  if (footer != nullptr && footer->stacks_lost != 0) {
    append(out, "           {} without a stack\n", counted(footer->stacks_lost, "event"));
  }
  append(out, "Condition: {}\n", is_complete(trace) ? "complete" : "with gaps");
  for (const std::string& problem : trace.condition().problems) append(out, "    {}\n", problem);
  if (footer == nullptr) return;
  for (const std::string& notice : footer->notices) append(out, "    {}\n", notice);
}

void append_modules(std::string& out, const format::TraceReader& trace) {
  const format::FooterInfo& footer = *trace.footer();
  const unsigned width = trace.header().pointer_bytes;
  append(out, "\nModules:\n");
  for (const format::Module& module : footer.modules) {
    append(out, "    {} {}  {}{}  {}\n", ticked_pointer(module.base, width),
           ticked_pointer(module.base + module.size, width), module.name,
           module.is_target ? " (target)" : "", pdb_text(module));
  }
}

// Of one driver alone the name would say nothing.
std::string import_name(const format::FooterInfo& footer, const format::ImportInfo& import) {
  const auto is_of_other = [&](const auto& other) { return other.module != import.module; };
  const bool several = std::ranges::any_of(footer.imports, is_of_other);
  return several ? module_display_name(import.module) + "!" + import.name : import.name;
}

void append_imports(std::string& out, const format::FooterInfo& footer, std::string_view title,
                    bool (*belongs)(const format::ImportInfo&)) {
  if (std::ranges::none_of(footer.imports, belongs)) return;
  append(out, "\n{}:\n", title);
  for (const format::ImportInfo& import : footer.imports) {
    if (belongs(import)) append(out, "    {}\n", import_name(footer, import));
  }
}

bool was_called(const format::ImportInfo& import) { return import.calls != 0 && !import.absent; }
bool never_reached(const format::ImportInfo& import) { return import.calls == 0 && !import.absent; }
bool is_absent(const format::ImportInfo& import) { return import.absent; }

void append_all_imports(std::string& out, const format::FooterInfo& footer) {
  if (std::ranges::any_of(footer.imports, was_called)) append(out, "\nImports called:\n");
  for (const format::ImportInfo& import : footer.imports) {
    if (!was_called(import)) continue;
    append(out, "    {}  {}{}\n", import_name(footer, import), counted(import.calls, "call"),
           import.supplied ? "  (supplied by the recorder's host)" : "");
  }
  append_imports(out, footer, "Imports never reached", never_reached);
  append_imports(out, footer, "Imports that the recorded kernel does not have", is_absent);
}

Json modules_json(const format::TraceReader& trace) {
  Json modules = Json::array();
  if (trace.footer() == nullptr) return modules;
  for (const format::Module& module : trace.footer()->modules) {
    modules.push_back(
        Json{{"name", module.name},
             {"base", prefixed_pointer(module.base, trace.header().pointer_bytes)},
             {"size", module.size},
             {"time_date_stamp", module.time_date_stamp},
             {"pdb_name", has_pdb(module) ? Json(module.pdb_name) : Json()},
             {"pdb_guid", has_pdb(module) ? Json(guid_text(module.pdb_guid)) : Json()},
             {"pdb_age", has_pdb(module) ? Json(module.pdb_age) : Json()},
             {"target", module.is_target}});
  }
  return modules;
}

Json imports_json(const format::TraceReader& trace) {
  Json imports = Json::array();
  if (trace.footer() == nullptr) return imports;
  for (const format::ImportInfo& import : trace.footer()->imports) {
    imports.push_back(Json{{"module", import.module},
                           {"name", import.name},
                           {"calls", import.calls},
                           {"supplied", import.supplied},
                           {"absent", import.absent}});
  }
  return imports;
}

Json machine_json(const format::FileHeader& header) {
  return Json{{"os_build", header.os_build},
              {"pointer_bytes", header.pointer_bytes},
              {"processors", header.processor_count},
              {"irql_source", irql_source_name(header.irql_source)},
              {"host", host_text(header.host)},
              {"clock_hz", header.clock_hz},
              {"start_filetime", header.start_filetime}};
}

}  // namespace

std::string info_text(const format::TraceReader& trace) {
  std::string out = ending_lines(trace, nullptr);
  append_machine(out, trace);
  append_counts(out, trace);
  append_condition(out, trace);
  if (trace.footer() == nullptr) return out;
  append_modules(out, trace);
  const std::string kmdf = kmdf_text(*trace.footer());
  if (!kmdf.empty()) append(out, "\nKMDF: {}\n", kmdf);
  append_all_imports(out, *trace.footer());
  return out;
}

Json info_json(const format::TraceReader& trace) {
  const Counts counts = count(trace);
  const format::FooterInfo* footer = trace.footer();
  return Json{
      {"trace", trace.name()},
      {"bytes", trace.file_bytes()},
      {"format_version", trace.header().format_version},
      {"machine", machine_json(trace.header())},
      {"events", counts.events},
      {"lost", counts.lost},
      {"chunks", Json{{"events", counts.event_chunks}, {"symbols", counts.symbol_chunks}}},
      {"complete", is_complete(trace)},
      {"end_reason", footer == nullptr ? Json() : Json(end_reason_text(footer->end_reason))},
      {"ending", ending_json(trace, nullptr)},
      {"derivation", derivation_json(trace.derivation())},
      {"started_attached", footer != nullptr && footer->started_attached},
      {"flight", footer != nullptr && footer->flight},
      {"stacks_lost", footer == nullptr ? 0 : footer->stacks_lost},
      {"problems", trace.condition().problems},
      {"notices", footer == nullptr ? std::vector<std::string>{} : footer->notices},
      {"modules", modules_json(trace)},
      {"imports", imports_json(trace)}};
}

}  // namespace ddireplay::tools
