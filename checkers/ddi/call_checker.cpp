// One engine for all tables of call_table.h.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checkers/biography.h"
#include "checkers/ddi/call_table.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/ledger/words.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irp_codes.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using format::Event;
using format::Field;
using format::Function;
using format::Layout;
using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Evidence;
using replay::Finding;
using replay::Rule;
using replay::Step;
using replay::World;

// Their order is that of the table's rules.
std::vector<Rule> rules_of_table(const CallTable& table) {
  std::vector<Rule> rules;
  for (const CallRule& row : table.rules) {
    const Rule rule = checked_rule(row.id, row.slug, Evidence::presence, {}, row.aliases);
    rules.push_back(row.by_default ? rule : on_request(rule));
  }
  return rules;
}

bool contains_word(std::string_view list, std::string_view word) {
  return std::ranges::any_of(Words(list), [word](std::string_view one) { return one == word; });
}

bool needs_address_halves(Is is) { return is == Is::user_address || is == Is::kernel_address; }

// A field in the layout of one function.
struct BoundField {
  int place = -1;  // among the values; -1: the function has none of that name
  bool is_of_return = false;
  std::uint64_t mask = 0;  // of the bits that it has
};

BoundField bind_field(const Layout& layout, int place, unsigned pointer_bytes) {
  if (place < 0) return {};
  return {.place = place,
          .is_of_return = place >= layout.entry_count,
          .mask = layout.fields[place].mask(pointer_bytes)};
}

// False: the call has no such value, or not yet, or not any more.
bool has_value(const Event& event, const BoundField& field) {
  if (field.place < 0 || field.place >= event.value_count) return false;
  return !field.is_of_return || (!event.raised() && event.at_exit());
}
std::uint64_t value_of(const Event& event, const BoundField& field) {
  return event.values[field.place] & field.mask;
}
std::uint64_t value_or(const Event& event, const BoundField& field, std::uint64_t otherwise) {
  return has_value(event, field) ? value_of(event, field) : otherwise;
}

bool is_kernel_address(std::uint64_t address, unsigned pointer_bytes) {
  return (address >> (pointer_bytes * 8 - 1)) != 0;
}

// The values of one call, by the layout that its trace gives the function.
class Call {
 public:
  Call(const Event& event, const Function& function, unsigned pointer_bytes)
      : event_(event), layout_(function.layout), pointer_bytes_(pointer_bytes) {}

  std::optional<std::uint64_t> value(std::string_view name) const {
    const BoundField field = bind_field(layout_, layout_.find(name), pointer_bytes_);
    if (!has_value(event_, field)) return std::nullopt;
    return value_of(event_, field);
  }

  // "AccessMode 0x1"
  std::string show(std::string_view name) const {
    const int place = layout_.find(name);
    const Field& field = layout_.fields[place];
    const bool is_number = field.is_signed || field.kind == format::Kind::boolean;
    if (!is_number) return fmt::format("{} {:#x}", name, value(name).value_or(0));
    return fmt::format("{} {}", name, static_cast<std::int64_t>(event_.values[place]));
  }

 private:
  const Event& event_;
  const Layout& layout_;
  unsigned pointer_bytes_;
};

bool overlap(std::uint64_t left, std::uint64_t right, std::uint64_t size) {
  return left != right && left < right + size && right < left + size;
}

bool says_nothing(std::uint64_t tag) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const char c = static_cast<char>(tag >> shift & 0xff);
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter || (c >= '0' && c <= '9')) return false;
  }
  return true;
}

// A row, with its fields in the layout of one function.
struct BoundTest {
  BoundField field;
  BoundField low;
  BoundField high;
};
struct BoundRow {
  const CallRow* row;
  std::array<BoundTest, kMaxTests> tests{};
};

bool holds(const Test& test, const BoundTest& bound, const Event& event, unsigned pointer_bytes) {
  if (!has_value(event, bound.field)) return false;
  const std::uint64_t value = value_of(event, bound.field);
  switch (test.is) {
    case Is::unused:
      return true;
    case Is::equal:
      return value == test.value;
    case Is::other:
      return value != test.value;
    case Is::greater:
      return value > test.value;
    case Is::less:
      return value < test.value;
    case Is::with:
      return (value & test.value) != 0;
    case Is::without:
      return (value & test.value) == 0;
    case Is::none_of:
      return value >= 64 || (test.value >> value & 1) == 0;
    case Is::no_tag:
      return says_nothing(value);
    case Is::above_field:
      return value > value_or(event, bound.low, ~std::uint64_t{0});
    case Is::user_address:
      return value != 0 && !is_kernel_address(value, pointer_bytes);
    case Is::kernel_address:
      return is_kernel_address(value, pointer_bytes);
    case Is::between: {
      const std::uint64_t low = value_or(event, bound.low, 0);
      return low != 0 && value >= low && value < value_or(event, bound.high, 0);
    }
    case Is::overlapping:
      return overlap(value, value_or(event, bound.low, 0), value_or(event, bound.high, 0));
  }
  return false;
}

bool is_dpc(const CallbackFrame& frame) {
  return frame.op == replay::Op::dpc_enter || frame.kind == CallbackKind::io_timer;
}

bool handles(const CallbackFrame& frame, std::uint8_t major, std::uint8_t minor) {
  return frame.kind == CallbackKind::dispatch && frame.major == major && frame.minor == minor;
}

bool is_inside(Inside what, const Event& event, const World& world) {
  if (what == Inside::anything) return true;
  return std::ranges::any_of(world.threads().frames(event), [what](const CallbackFrame& frame) {
    switch (what) {
      case Inside::anything:
        return true;
      case Inside::dpc:
        return is_dpc(frame);
      case Inside::set_power:
        return handles(frame, replay::kMajorPower, replay::kMinorSetPower);
      case Inside::start_device:
        return handles(frame, replay::kMajorPnp, replay::kMinorStartDevice);
    }
    return false;
  });
}

// "; its limit is DISPATCH_LEVEL"; empty where the rule has no single one.
std::string limit_text(Levels levels) {
  if (levels.any) return {};
  const std::uint32_t good = ~levels.bad;
  if (std::has_single_bit(good)) {
    return fmt::format("; it is for {}",
                       irql_name(static_cast<std::uint8_t>(std::bit_width(good) - 1)));
  }
  if (!std::has_single_bit(good + 1)) return {};
  return fmt::format("; its limit is {}",
                     irql_name(static_cast<std::uint8_t>(std::bit_width(good) - 1)));
}

std::string_view inside_text(Inside inside) {
  switch (inside) {
    case Inside::anything:
      return "";
    case Inside::dpc:
      return " in a DPC";
    case Inside::set_power:
      return " while it handled IRP_MN_SET_POWER";
    case Inside::start_device:
      return " while it handled IRP_MN_START_DEVICE";
  }
  return "";
}

// Checks one rule of a table: a summary counts the calls that each checker has seen.
class CallChecker final : public replay::Checker {
 public:
  CallChecker(const CallRule& rule, const Rule& words, std::span<const CallRow> rows)
      : rule_(rule), words_(words), rows_(rows) {}

  std::span<const Rule> rules() const override { return {&words_, 1}; }
  std::span<const replay::Op> operations() const override { return {}; }

  bool concerns(const Function& function, const World& world) override {
    return !bound_rows(function, world).empty();
  }

  replay::CallLevels levels_of(const Function& function, const World& world) override {
    auto levels = replay::CallLevels::none();
    for (const BoundRow& bound : bound_rows(function, world)) {
      const Levels& row = bound.row->levels;
      levels = levels | (row.any ? replay::CallLevels::all() : replay::CallLevels::of(row.bad));
    }
    return levels;
  }

  void on_call(const Step& step, const World& before, replay::FindingSink& sink) override {
    for (const BoundRow& bound : rows_of(step.event->function, before)) {
      if (!breaks(bound, step, before)) continue;
      const Function& function = before.trace().function(step.event->function);
      const Call call(*step.event, function, before.pointer_bytes());
      // One call breaks a rule once, however many of its arguments do.
      return report(*bound.row, step, call, before, sink);
    }
  }

 private:
  // nullopt: the function's layout has not all fields, or the kernel no halves of addresses.
  static std::optional<BoundRow> bind(const CallRow& row, const Layout& layout,
                                      const World& world) {
    const bool has_halves = format::sets_users_apart(world.trace().header().host);
    BoundRow bound{.row = &row};
    for (std::size_t i = 0; i < kMaxTests; ++i) {
      const Test& test = row.tests[i];
      if (test.is == Is::unused) continue;
      if (needs_address_halves(test.is) && !has_halves) return std::nullopt;
      const auto lacks = [&](std::string_view name, BoundField& field) {
        field = bind_field(layout, layout.find(name), world.pointer_bytes());
        return !name.empty() && field.place < 0;
      };
      BoundTest& places = bound.tests[i];
      if (lacks(test.field, places.field) || lacks(test.low, places.low) ||
          lacks(test.high, places.high)) {
        return std::nullopt;
      }
    }
    return bound;
  }

  const std::vector<BoundRow>& rows_of(format::FunctionId id, const World& world) {
    if (id >= bound_.size()) bound_.resize(id + std::size_t{1});
    std::optional<std::vector<BoundRow>>& rows = bound_[id];
    if (!rows) rows = bound_rows(world.trace().function(id), world);
    return *rows;
  }

  std::vector<BoundRow> bound_rows(const Function& function, const World& world) const {
    std::vector<BoundRow> rows;
    for (const CallRow& row : rows_) {
      if (!contains_word(row.functions, function.name)) continue;
      if (const auto bound = bind(row, function.layout, world)) rows.push_back(*bound);
    }
    return rows;
  }

  static bool breaks(const BoundRow& bound, const Step& step, const World& world) {
    const CallRow& row = *bound.row;
    if (!row.levels.any) {
      if (step.irql() == format::kIrqlUnknown || step.irql() >= 32) return false;
      if ((row.levels.bad >> step.irql() & 1) == 0) return false;
    }
    for (std::size_t i = 0; i < kMaxTests; ++i) {
      const Test& test = row.tests[i];
      if (test.is == Is::unused) continue;
      if (!holds(test, bound.tests[i], *step.event, world.pointer_bytes())) return false;
    }
    return is_inside(row.inside, *step.event, world);
  }

  void report(const CallRow& row, const Step& step, const Call& call, const World& world,
              replay::FindingSink& sink) const {
    Finding finding;
    finding.rule = &words_;
    finding.parameters[0] = words_.code;
    for (std::size_t i = 0; i < rule_.parameters.size(); ++i) {
      finding.parameters[i + 1] = parameter(rule_.parameters[i], row, step, call, world);
    }
    finding.sentence = sentence(row, step, call, world);
    finding.objects.push_back({.kind = "call", .biography = {}});
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  static std::uint64_t parameter(const Parameter& parameter, const CallRow& row, const Step& step,
                                 const Call& call, const World& world) {
    switch (parameter.kind) {
      case Parameter::Kind::constant:
        return parameter.value;
      case Parameter::Kind::irql:
        return step.irql();
      case Parameter::Kind::field:
        return first_of(parameter.field, call);
      case Parameter::Kind::tested:
        return call.value(row.tests[0].field).value_or(0);
      case Parameter::Kind::call_site:
        return call_site(world, step);
      case Parameter::Kind::limit:
        return std::has_single_bit(~row.levels.bad) ? 1 : 2;
    }
    return 0;
  }

  static std::uint64_t first_of(std::string_view fields, const Call& call) {
    for (const std::string_view field : Words(fields)) {
      if (const auto value = call.value(field)) return *value;
    }
    return 0;
  }

  static std::string sentence(const CallRow& row, const Step& step, const Call& call,
                              const World& world) {
    std::string arguments;
    for (const Test& test : row.tests) {
      if (test.is == Is::unused) continue;
      for (const std::string_view field : {test.field, test.low, test.high}) {
        if (!field.empty()) arguments += (arguments.empty() ? " with " : ", ") + call.show(field);
      }
    }
    return fmt::format("{} called {}{}{}{}{}.", driver_name(world, step.driver),
                       function_name(world, step), arguments, inside_text(row.inside),
                       row.levels.any ? std::string() : " at " + irql_name(step.irql()),
                       limit_text(row.levels));
  }

  const CallRule& rule_;
  const Rule& words_;
  std::span<const CallRow> rows_;                            // the rule's
  std::vector<std::optional<std::vector<BoundRow>>> bound_;  // by function; nullopt: not asked yet
};

std::span<const CallRow> rows_of_rule(std::span<const CallRow> rows, std::string_view id) {
  const auto is_its = [id](const CallRow& row) { return row.rule == id; };
  const auto begin = std::ranges::find_if(rows, is_its);
  return {begin, std::find_if_not(begin, rows.end(), is_its)};
}

}  // namespace

std::vector<std::unique_ptr<replay::Checker>> make_call_checkers() {
  struct Known {
    CallTable table;
    std::vector<Rule> rules;
  };
  static const std::vector<Known> kTables = [] {
    std::vector<Known> all;
    for (const CallTable& table :
         {level_calls(), memory_calls(), wait_calls(), argument_calls(), advice_calls()}) {
      all.push_back({table, rules_of_table(table)});
    }
    return all;
  }();
  std::vector<std::unique_ptr<replay::Checker>> checkers;
  for (const auto& [table, words] : kTables) {
    std::size_t rows_used = 0;
    for (std::size_t i = 0; i < table.rules.size(); ++i) {
      const std::span<const CallRow> rows = rows_of_rule(table.rows, table.rules[i].id);
      rows_used += rows.size();
      checkers.push_back(std::make_unique<CallChecker>(table.rules[i], words[i], rows));
    }
    if (rows_used != table.rows.size()) {
      throw std::logic_error("a table of calls has a row without a rule, or apart from its rule's");
    }
  }
  return checkers;
}

}  // namespace ddireplay::checkers
