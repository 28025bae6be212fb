// One of the two recordings, open: its trace, what its replay found, its symbols.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkers/registry.h"
#include "replay/replay.h"
#include "tools/diff/recording.h"
#include "tools/report/symbolizer.h"

namespace ddireplay::tools::diff {

class Side {
 public:
  // Throws format::Error where the trace can't be read or options are wrong. Replays the trace.
  Side(const std::string& path, const std::string& symbol_path,
       const replay::ReplayOptions& options);
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  // Reads it once more.
  void normalise(Names& names, const Basis& basis);

  const format::TraceReader& trace() const { return trace_; }
  const replay::Report& report() const { return replay_->report(); }
  Symbolizer& symbolizer() const { return *symbolizer_; }
  const Recording& recording() const { return recording_; }

 private:
  format::TraceReader trace_;
  std::vector<std::unique_ptr<replay::Checker>> checkers_;
  std::unique_ptr<replay::Replay> replay_;
  std::unique_ptr<Symbolizer> symbolizer_;
  Recording recording_;
};

// How far the code of both can be told apart. Targets of both sides belong together in their order.
Basis basis_of(const Side& good, const Side& bad);

}  // namespace ddireplay::tools::diff
