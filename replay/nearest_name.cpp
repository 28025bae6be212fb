#include "replay/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "replay/text_case.h"

namespace ddireplay::replay {
namespace {

// Nobody types longer names, and to compare them takes long.
constexpr std::size_t kLongestWorthComparing = 64;

// How many letters must be put in, taken out or changed (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> costs(b.size() + 1);
  std::iota(costs.begin(), costs.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = costs[0]++;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t changed = diagonal + (fold_case(a[i]) == fold_case(b[k]) ? 0 : 1);
      diagonal = costs[k + 1];
      costs[k + 1] = std::min({changed, costs[k] + 1, diagonal + 1});
    }
  }
  return costs.back();
}

}  // namespace

NearestName::NearestName(std::string_view wanted)
    : wanted_(wanted), limit_(wanted.size() > kLongestWorthComparing ? 0 : 2 + wanted.size() / 4) {}

void NearestName::offer(std::string_view candidate) {
  if (limit_ == 0 || candidate.empty()) return;
  const std::size_t far = distance(wanted_, candidate);
  if (far >= limit_) return;
  limit_ = far;
  found_ = candidate;
}

}  // namespace ddireplay::replay
