// Whether some events of a trace show a finding of the whole trace.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "format/trace_copy.h"
#include "replay/checker.h"
#include "replay/finding.h"
#include "replay/reduce/item_store.h"
#include "replay/reduce/links.h"
#include "replay/replay.h"

namespace ddireplay::replay {

// New checkers, among them that of the finding's rule.
using MakeCheckers = std::function<std::vector<std::unique_ptr<Checker>>()>;

// Not thread-safe. All that is given must outlive it.
class Judge {
 public:
  Judge(format::TraceReader& trace, const Links& links, const ItemStore& store,
        const MakeCheckers& make_checkers, const Finding& finding);

  // Of items that the store holds; sorted, each once.
  bool shows(std::span<const Item> items);
  bool shows_when_written(std::span<const Item> items);
  // From now on each part is judged as it will be written. That takes ten times as long, and sees
  // what else a part lacks: rules may ask which functions a trace knows.
  void judge_written() { only_written_ = true; }
  std::size_t trials() const { return trials_; }

  // The part as a trace of its own.
  std::vector<std::byte> write(std::span<const Item> items, const format::CopyStep& step) const;

 private:
  bool shows_in_memory(std::span<const Item> items);

  format::TraceReader& trace_;
  const Links& links_;
  const ItemStore& store_;
  const MakeCheckers& make_checkers_;
  const Finding& finding_;
  std::vector<format::Event> events_;
  std::size_t trials_ = 0;
  bool only_written_ = false;
};

}  // namespace ddireplay::replay
