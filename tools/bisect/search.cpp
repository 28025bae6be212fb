#include "tools/bisect/search.h"

#include <optional>

namespace ddireplay::tools::bisect {
namespace {

class Searcher {
 public:
  Searcher(std::size_t count, const std::function<BuildVerdict(std::size_t)>& judge)
      : count_(count), judge_(judge), skipped_(count, false) {}

  Search run() {
    const std::optional<std::size_t> first = first_judged();
    if (!first) return {SearchEnd::none_judged};
    if (verdict_ == BuildVerdict::bad) return {SearchEnd::bad_at_once, 0, *first};
    const std::optional<std::size_t> last = last_judged(*first);
    if (!last) return {SearchEnd::never_bad, *first, 0};
    if (verdict_ == BuildVerdict::good) return {SearchEnd::never_bad, *last, 0};
    return narrow(*first, *last);
  }

 private:
  bool can_judge(std::size_t build) {
    verdict_ = judge_(build);
    skipped_[build] = verdict_ == BuildVerdict::skip;
    return !skipped_[build];
  }

  std::optional<std::size_t> first_judged() {
    for (std::size_t build = 0; build < count_; ++build) {
      if (can_judge(build)) return build;
    }
    return std::nullopt;
  }

  std::optional<std::size_t> last_judged(std::size_t first) {
    for (std::size_t build = count_ - 1; build > first; --build) {
      if (can_judge(build)) return build;
    }
    return std::nullopt;
  }

  // The nearest to the middle of what lies between two builds and was not skipped.
  std::optional<std::size_t> middle(std::size_t good, std::size_t bad) const {
    const std::size_t centre = good + (bad - good) / 2;
    for (std::size_t distance = 0; distance < bad - good; ++distance) {
      if (centre > good + distance && !skipped_[centre - distance]) return centre - distance;
      if (centre + distance < bad && centre > good && !skipped_[centre + distance]) {
        return centre + distance;
      }
    }
    return std::nullopt;
  }

  Search narrow(std::size_t good, std::size_t bad) {
    while (const std::optional<std::size_t> build = middle(good, bad)) {
      if (!can_judge(*build)) continue;
      (verdict_ == BuildVerdict::good ? good : bad) = *build;
    }
    return {bad == good + 1 ? SearchEnd::named : SearchEnd::narrowed, good, bad};
  }

  const std::size_t count_;
  const std::function<BuildVerdict(std::size_t)>& judge_;
  std::vector<bool> skipped_;
  BuildVerdict verdict_ = BuildVerdict::skip;  // of the build that was judged last
};

}  // namespace

Search find_first_bad(std::size_t count, const std::function<BuildVerdict(std::size_t)>& judge) {
  return Searcher(count, judge).run();
}

}  // namespace ddireplay::tools::bisect
