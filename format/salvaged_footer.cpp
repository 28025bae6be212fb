#include "format/salvaged_footer.h"

#include <algorithm>

namespace ddireplay::format {
namespace {

// Not a callback, and not an inlined routine, which has no address.
bool is_import(const ChunkFunction& function) {
  return function.module != kNoModuleId && function.original != 0 &&
         !function.name.starts_with("cb:");
}

}  // namespace

void SalvagedFooter::add(const DecodedChunk& chunk) {
  for (const Module& module : chunk.tables->modules) {
    if (std::ranges::find(modules_, module) == modules_.end()) modules_.push_back(module);
  }
  const std::vector<ChunkFunction>& functions = chunk.tables->functions;
  std::vector<CallCount> calls(functions.size());
  const std::span<const EventSite> sites = chunk.columns.site_table.span();
  for (const std::uint32_t number : chunk.columns.sites.span()) {
    const EventSite& site = sites[number];
    calls[site.function].add((site.flags & event_flags::exit) != 0);
  }
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const ChunkFunction& function = functions[i];
    attached_ = attached_ || function.name == "cb:Attached";
    if (!is_import(function)) continue;
    imports_[{chunk.tables->modules[function.module].name, function.name}] += calls[i];
  }
  has_irqls_ = has_irqls_ || std::ranges::any_of(sites, [](const EventSite& site) {
                 return site.irql != kIrqlUnknown;
               });
}

FooterInfo SalvagedFooter::footer(const std::optional<FooterInfo>& older) const {
  FooterInfo info;
  info.end_reason = EndReason::recovered;
  info.started_attached = attached_ || (older && older->started_attached);
  if (older) info.notices = older->notices;
  info.modules = modules_;
  for (const auto& [key, calls] : imports_) {
    info.imports.push_back({.module = key.first, .name = key.second, .calls = calls.calls()});
  }
  return info;
}

}  // namespace ddireplay::format
