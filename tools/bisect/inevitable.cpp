#include "tools/bisect/inevitable.h"

namespace ddireplay::tools::bisect {
namespace {

using replay::BiographyEntry;
using replay::Finding;

const BiographyEntry* last_of_role(const Finding& finding, replay::Role role) {
  const BiographyEntry* last = nullptr;
  for (const replay::FindingObject& object : finding.objects) {
    for (const BiographyEntry& entry : object.biography) {
      const bool is_earlier = entry.role == role && entry.moment.position < finding.position;
      if (!is_earlier) continue;
      if (last == nullptr || entry.moment.position > last->moment.position) last = &entry;
    }
  }
  return last;
}

}  // namespace

Inevitable find_inevitable(format::TraceReader& trace, const Finding& finding) {
  const RuleShape& row = shape_of(*finding.rule);
  Inevitable result{.position = finding.position, .rule = &row};
  switch (row.shape) {
    case Shape::left_over:
      result.groups = find_lost(trace, finding, row);
      if (result.groups.empty()) return result;
      result.position = result.groups.front().position();
      break;
    case Shape::double_end:
      result.earlier = last_of_role(finding, row.role);
      if (result.earlier == nullptr) return result;
      result.position = result.earlier->moment.position;
      break;
    case Shape::wrong_level:
      result.level = find_level_move(trace, finding);
      if (result.level.cause == LevelCause::not_known) return result;
      result.position = result.level.position;
      break;
    case Shape::other:
      return result;
  }
  result.shape = row.shape;
  return result;
}

}  // namespace ddireplay::tools::bisect
