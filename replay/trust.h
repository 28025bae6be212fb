// What of the past can't be trusted, for rules that rest on something being absent.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/trace_reader.h"
#include "replay/operation.h"

namespace ddireplay::replay {

class Trust {
 public:
  // Of a trace that is a part of a recording: what was left out is missing, as if it were lost.
  explicit Trust(const format::Derivation* derivation = nullptr);

  static bool concerns(Op op) {
    return op == Op::gap || op == Op::image_load || op == Op::image_attach;
  }
  void apply(const Step& step);
  // The step is the first one behind a cut: what the driver did until then is not known. Call once
  // for each step, before apply().
  bool comes_behind_cut(const Step& step) {
    return cut_ != 0 && step.event->position >= cut_ && pass_cut();
  }

  // Nothing that concerns an object which the trace has known since `position` can have been
  // missed.
  bool complete_since(std::uint64_t position) const { return !is_thinned_ && last_gap_ < position; }
  // Nothing at all was missed of that driver's life: its image was seen to be loaded, and no event
  // has been lost.
  bool complete_for(format::ModuleId driver) const;
  std::uint64_t lost() const { return lost_; }
  // Events of some processor are missing at this time.
  bool in_gap() const { return in_gap_; }

 private:
  bool pass_cut();
  void begin_gap(const Step& step);
  // Moves the end of the gap on while events of its time come.
  void follow_gap(const format::Event& event);

  std::uint64_t cut_ = 0;       // position of the first event behind it; 0: none, or it is passed
  bool is_thinned_ = false;     // anything may be missing, anywhere
  std::uint64_t last_gap_ = 0;  // position of the last event with a gap at its time or behind it
  std::uint64_t gap_until_ = 0;
  std::optional<std::uint16_t> gap_processor_;  // the only one whose gap ends then
  std::uint64_t lost_ = 0;
  bool in_gap_ = false;
  bool any_gap_ = false;
  std::vector<format::ModuleId> seen_loading_;
};

}  // namespace ddireplay::replay
