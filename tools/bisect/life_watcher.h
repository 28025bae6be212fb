// Follows what is begun at some places of a driver, and how it is ended.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replay/checker.h"
#include "replay/world.h"
#include "tools/bisect/shape.h"
#include "tools/bisect/way.h"

namespace ddireplay::tools::bisect {

// Where something is begun: the function, the innermost frame of the driver, and all its frames. Of
// a request both are what it asks for.
struct Origin {
  format::FunctionId function = 0;
  std::uint64_t caller = 0;
  std::vector<std::uint64_t> path;

  auto operator<=>(const Origin&) const = default;
};

Origin origin_of(const replay::Moment& moment, const format::TraceReader& trace);

// An object that is left over.
struct Lost {
  const replay::FindingObject* object = nullptr;
  replay::Moment begun;
  bool seen = false;  // its beginning was met
  int path = 0;       // places in the watcher's tallies
  int call = 0;
  std::uint64_t returned = 0;   // position at which the callback of its beginning did; 0: not seen
  std::uint64_t completed = 0;  // the same of the request's completion
};

// Looks on as a checker does, and finds no fault.
class LifeWatcher final : public replay::Checker {
 public:
  // `lost` grows no more. All must outlive this.
  LifeWatcher(const Life& life, std::vector<Lost>& lost, const format::TraceReader& trace);

  std::span<const replay::Rule> rules() const override { return {}; }
  std::span<const replay::Op> operations() const override { return operations_; }
  void on_step(const replay::Step& step, const replay::World& before,
               replay::FindingSink&) override;

  // By path and by call: see Lost. What is lost is counted as begun.
  const Tally& of_path(const Lost& lost) const { return paths_[lost.path]; }
  const Tally& of_call(const Lost& lost) const { return calls_[lost.call]; }
  // Position at which a callback of that kind returned last; 0: none did.
  std::uint64_t last_return(const Activity& activity) const;

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  struct Places {
    int path = -1;  // -1: nothing that is lost came from there
    int call = -1;
  };
  struct Open {
    Places places;
    std::uint64_t begun = 0;
    std::uint64_t frame = 0;  // entry of the callback in which it was begun; 0: none
    std::uint64_t irp = 0;    // with which that was called
  };

  Key key_of(const replay::Step& step) const;
  Places add(const Origin& origin);
  Places find(const Origin& origin) const;
  Places places_of(const replay::Step& step, const replay::World& world);
  void begin(const replay::Step& step, const replay::World& world);
  void meet_lost(const replay::Step& step, const Open& open);
  void end(const replay::Step& step, const replay::World& world);
  void complete(const replay::Step& step);
  void leave(const replay::Step& step, const replay::World& world);
  // The driver has the request still in which that was begun.
  static bool has_still(const Open& open, const replay::World& world);
  When when_of(const Open& open, const replay::Step& step, const replay::World& world) const;

  const Life& life_;
  std::vector<Lost>& lost_;
  std::vector<replay::Op> operations_;
  std::map<std::pair<format::FunctionId, std::vector<std::uint64_t>>, int> path_places_;
  std::map<std::pair<format::FunctionId, std::uint64_t>, int> call_places_;
  std::map<std::pair<format::FunctionId, format::StackId>, Places> places_by_stack_;
  std::vector<Tally> paths_;
  std::vector<Tally> calls_;
  std::unordered_map<std::uint64_t, std::size_t> lost_by_begin_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> lost_by_frame_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> lost_by_irp_;
  std::map<Key, Open> open_;
  std::unordered_map<std::uint64_t, std::uint64_t> completed_;  // the last time, by IRP
  std::map<Activity, std::uint64_t> returned_;
};

}  // namespace ddireplay::tools::bisect
