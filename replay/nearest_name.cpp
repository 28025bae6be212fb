#include "replay/nearest_name.h"

#include "format/edit_distance.h"
#include "replay/text_case.h"

namespace ddireplay::replay {

NearestName::NearestName(std::string_view wanted)
    : wanted_(wanted),
      limit_(wanted.size() > format::kLongestWorthComparing ? 0 : 2 + wanted.size() / 4) {}

void NearestName::offer(std::string_view candidate) {
  if (limit_ == 0 || candidate.empty()) return;
  const auto same = [](char a, char b) { return fold_case(a) == fold_case(b); };
  const std::size_t far = format::edit_distance(wanted_, candidate, same);
  if (far >= limit_) return;
  limit_ = far;
  found_ = candidate;
}

}  // namespace ddireplay::replay
