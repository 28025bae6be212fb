#include "tools/bisect/mention.h"

#include <algorithm>

namespace ddireplay::tools::bisect {
namespace {

void look_at(const format::TraceReader& trace, const format::Event& event,
             std::map<std::uint64_t, Mention>& mentions) {
  const format::Layout& layout = trace.function(event.function).layout;
  const int count = std::min<int>(event.value_count, layout.field_count);
  for (int i = 0; i < count; ++i) {
    const format::Kind kind = layout.fields[i].kind;
    if (kind != format::Kind::address && kind != format::Kind::handle) continue;
    const auto found = mentions.find(event.values[i]);
    if (found == mentions.end()) continue;
    Mention& mention = found->second;
    if (event.position > mention.from) mention.last = event.position;
  }
}

}  // namespace

void find_mentions(format::TraceReader& trace, std::uint64_t end,
                   std::map<std::uint64_t, Mention>& mentions) {
  if (mentions.empty()) return;
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (event.position >= end) return;
      if (event.function != format::kGap) look_at(trace, event, mentions);
    }
  }
}

}  // namespace ddireplay::tools::bisect
