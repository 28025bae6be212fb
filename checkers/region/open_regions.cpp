#include "checkers/region/open_regions.h"

#include <algorithm>

#include "checkers/biography.h"

namespace ddireplay::checkers {

namespace {

replay::FindingObject open_regions(std::string_view kind, std::span<const replay::Moment> all,
                                   std::int32_t count, const replay::Step& step) {
  replay::FindingObject object{.kind = kind, .address = 0, .size = 0, .tag = 0, .biography = {}};
  const std::size_t shown = std::min(all.size(), static_cast<std::size_t>(count));
  for (const replay::Moment& entered : all.last(shown)) {
    add_entry(object, replay::Role::locked, entered);
  }
  add_entry(object, replay::Role::violated, step.moment());
  return object;
}

}  // namespace

replay::FindingObject open_critical_regions(std::int32_t count, const replay::Step& step,
                                            const replay::World& world) {
  return open_regions("critical region", world.threads().critical_regions(*step.event), count,
                      step);
}

replay::FindingObject open_guarded_regions(std::int32_t count, const replay::Step& step,
                                           const replay::World& world) {
  return open_regions("guarded region", world.threads().guarded_regions(*step.event), count, step);
}

}  // namespace ddireplay::checkers
