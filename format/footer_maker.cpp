#include "format/footer_maker.h"

#include <optional>

namespace ddireplay::format {
namespace {

std::optional<EndingEntry> to_entry(const std::optional<Ending>& from) {
  if (!from) return std::nullopt;
  return EndingEntry{.code = from->code,
                     .access = from->access,
                     .accessed = from->accessed,
                     .address = from->address,
                     .thread = from->thread,
                     .during = from->during,
                     .routine = from->routine,
                     .symbol = from->symbol,
                     .file = from->file,
                     .line = from->line,
                     .irp = from->irp};
}

ImportEntry to_entry(const ImportInfo& from) {
  return {.module = from.module,
          .name = from.name,
          .calls = from.calls,
          .supplied = from.supplied,
          .absent = from.absent,
          .caller = from.caller};
}

DerivationEntry to_entry(const Derivation& from, std::span<const std::string_view> steps) {
  return {.steps = steps,
          .events = from.events,
          .begin = from.begin,
          .thinned = from.thinned,
          .finding = from.finding};
}

}  // namespace

std::vector<std::byte> make_footer(std::uint64_t trace_id, std::uint32_t number,
                                   const FooterInfo& info, std::span<const IndexEntry> chunks,
                                   std::span<const ModuleEntry> modules) {
  std::vector<ImportEntry> imports;
  for (const ImportInfo& import : info.imports) imports.push_back(to_entry(import));
  const std::vector<std::string_view> notices(info.notices.begin(), info.notices.end());
  const std::optional<EndingEntry> ending = to_entry(info.ending);
  DerivationEntry derivation;
  std::vector<std::string_view> steps;
  if (info.derivation) {
    steps.assign(info.derivation->steps.begin(), info.derivation->steps.end());
    derivation = to_entry(*info.derivation, steps);
  }
  const FooterEntry entry = {.chunks = chunks,
                             .modules = modules,
                             .events = info.events,
                             .lost = info.lost,
                             .end_reason = info.end_reason,
                             .imports = imports,
                             .stacks_lost = info.stacks_lost,
                             .started_attached = info.started_attached,
                             .notices = notices,
                             .ending = ending ? &*ending : nullptr,
                             .derivation = info.derivation ? &derivation : nullptr};
  std::vector<std::byte> output(footer_bytes(entry));
  output.resize(encode_footer(trace_id, number, entry, output).size());
  return output;
}

}  // namespace ddireplay::format
