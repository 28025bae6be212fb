#include "tools/diff/side.h"

#include <algorithm>

#include "format/text_form.h"
#include "replay/text_case.h"
#include "tools/diff/normaliser.h"
#include "tools/report/text.h"

namespace ddireplay::tools::diff {
namespace {

bool is_same_build(const format::Module& good, const format::Module& bad) {
  return replay::same_without_case(good.name, bad.name) && good.size == bad.size &&
         good.time_date_stamp == bad.time_date_stamp && good.checksum == bad.checksum &&
         good.pdb_guid == bad.pdb_guid && good.pdb_age == bad.pdb_age;
}

bool has_symbols(const Side& side, const std::vector<format::ModuleId>& targets) {
  return !targets.empty() && std::ranges::all_of(targets, [&](format::ModuleId id) {
    return side.symbolizer().symbols_state(id) != "no symbols";
  });
}

}  // namespace

Side::Side(const std::string& path, const std::string& symbol_path,
           const replay::ReplayOptions& options)
    : trace_(format::open_trace(path)),
      checkers_(checkers::make_all_checkers()),
      replay_(std::make_unique<replay::Replay>(trace_, checkers_, options)) {
  replay_->run();
  symbolizer_ = std::make_unique<Symbolizer>(trace_, symbol_path);
}

void Side::normalise(Names& names, const Basis& basis) {
  recording_ = diff::normalise(trace_, *symbolizer_, names, basis);
}

Basis basis_of(const Side& good, const Side& bad) {
  const std::vector<format::ModuleId> left = targets_of(good.trace());
  const std::vector<format::ModuleId> right = targets_of(bad.trace());
  Basis basis;
  basis.same_build = !left.empty() && left.size() == right.size();
  for (std::size_t i = 0; basis.same_build && i < left.size(); ++i) {
    basis.same_build = is_same_build(good.trace().module(left[i]), bad.trace().module(right[i]));
  }
  basis.named = has_symbols(good, left) && has_symbols(bad, right);
  return basis;
}

}  // namespace ddireplay::tools::diff
