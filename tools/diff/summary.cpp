#include "tools/diff/summary.h"

#include <fmt/format.h>

#include <unordered_map>

namespace ddireplay::tools::diff {
namespace {

class Counter {
 public:
  explicit Counter(std::vector<CountedLine>& lines) : lines_(lines) {}
  void add(const std::string& text) {
    const auto [place, is_new] = places_.try_emplace(text, lines_.size());
    if (is_new) lines_.push_back({0, text});
    ++lines_[place->second].count;
  }

 private:
  std::vector<CountedLine>& lines_;
  std::unordered_map<std::string, std::size_t> places_;
};

std::string call_name(const DiffView& view, const Activity& activity, const Call& call) {
  if (call.part == CallPart::head) return view.names.text(activity.key) + " begins";
  if (call.part == CallPart::tail) return view.names.text(activity.key) + " returns";
  return view.names.text(call.name);
}

std::string call_and_caller(const DiffView& view, const Activity& activity, const Call& call) {
  const std::string name = call_name(view, activity, call);
  if (call.caller_text == 0) return name;
  return fmt::format("{}  from {}", name, view.names.text(call.caller_text));
}

class Summariser {
 public:
  explicit Summariser(const DiffView& view) : view_(view) {}

  Summary run() {
    for (const Divergence& one : view_.comparison.divergences) add(one);
    return std::move(summary_);
  }

 private:
  const Activity& good(const Divergence& one) const {
    return view_.good.recording().activities[one.good_activity];
  }
  const Activity& bad(const Divergence& one) const {
    return view_.bad.recording().activities[one.bad_activity];
  }

  void add(const Divergence& one) {
    switch (one.kind) {
      case DivergenceKind::good_activity:
        ++summary_.good_activities;
        return good_activities_.add(view_.names.text(good(one).key));
      case DivergenceKind::bad_activity:
        ++summary_.bad_activities;
        return bad_activities_.add(view_.names.text(bad(one).key));
      case DivergenceKind::loop:
        return add_loop(one);
      case DivergenceKind::values:
        return add_values(one);
      case DivergenceKind::calls:
        break;
    }
    for (std::uint32_t i = one.good_begin; i < one.good_end; ++i) {
      good_calls_.add(call_and_caller(view_, good(one), good(one).calls[i]));
    }
    for (std::uint32_t i = one.bad_begin; i < one.bad_end; ++i) {
      bad_calls_.add(call_and_caller(view_, bad(one), bad(one).calls[i]));
    }
  }

  void add_loop(const Divergence& one) {
    const bool is_good = one.good_begin != one.good_end;
    const Activity& activity = is_good ? good(one) : bad(one);
    const Call& first = activity.calls[is_good ? one.good_begin : one.bad_begin];
    loops_.add(fmt::format("{}: {} and {} rounds", call_and_caller(view_, activity, first),
                           one.good_rounds, one.bad_rounds));
  }

  void add_values(const Divergence& one) {
    const Call& left = good(one).calls[one.good_begin];
    const Call& right = bad(one).calls[one.bad_begin];
    if (one.values.empty()) {
      values_.add(fmt::format("{}: does not end alike", call_and_caller(view_, good(one), left)));
    }
    for (const DifferingValue& value : one.values) {
      const Value& in_good = view_.good.recording().values[left.first_value + value.good];
      const Value& in_bad = view_.bad.recording().values[right.first_value + value.bad];
      const std::string_view field = field_name(view_.good, left, in_good);
      const bool is_status = left.part == CallPart::tail && field == "return";
      const std::string name =
          call_name(view_, good(one), left) + (is_status ? "" : fmt::format(" {}", field));
      // Which objects they are is another pair each time.
      if (in_good.kind == ValueKind::reference && in_good.raw != 0 && in_bad.raw != 0) {
        values_.add(name + ": of another object");
        continue;
      }
      values_.add(fmt::format("{}: {} and {}", name, value_text(view_, view_.good, left, in_good),
                              value_text(view_, view_.bad, right, in_bad)));
    }
  }

  const DiffView& view_;
  Summary summary_;
  Counter good_activities_{summary_.activities_of_good};
  Counter bad_activities_{summary_.activities_of_bad};
  Counter good_calls_{summary_.calls_of_good};
  Counter bad_calls_{summary_.calls_of_bad};
  Counter values_{summary_.values};
  Counter loops_{summary_.loops};
};

}  // namespace

Summary summarise(const DiffView& view) { return Summariser(view).run(); }

}  // namespace ddireplay::tools::diff
