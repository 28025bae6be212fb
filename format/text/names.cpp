#include "format/text/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "format/edit_distance.h"
#include "format/text/words.h"

namespace ddireplay::format::text {

namespace {

// The row whose name is most like this one, if any is like it at all.
const DdiRow* similar_row(std::string_view name) {
  if (name.size() > kLongestWorthComparing) return nullptr;
  const DdiTable table = ddi_table();
  const DdiRow* const nearest = std::ranges::min_element(
      table, {}, [&](const DdiRow& row) { return edit_distance(name, row.name); });
  return edit_distance(name, nearest->name) <= name.size() / 3 ? nearest : nullptr;
}

std::string unknown_function(std::string_view name) {
  const DdiRow* const similar = similar_row(name);
  if (similar != nullptr) {
    return fmt::format("no DDI is called {}; did you mean {}?", name, similar->name);
  }
  return fmt::format(
      "no DDI is called {}; an import that the table doesn't have is declared by a ddi "
      "line",
      name);
}

}  // namespace

void Names::declare_module(const Module& module) {
  const ModuleId id = writer_.add_module(module);
  if (module.is_target) targets_.push_back(id);
  name_module({module, id});
}

void Names::declare_symbols(const Module& module) { name_module({module, std::nullopt}); }

void Names::name_module(NamedModule module) {
  modules_[module.module.name].push_back(std::move(module));
}

ModuleId Names::implied_module() const {
  return targets_.size() == 1 ? targets_.front() : kNoModuleId;
}

std::size_t Names::take_number(Token& token) {
  if (!token.text.starts_with('/')) return 1;
  const Token digits = token.after(1);
  const std::size_t end = std::min(digits.text.find_first_not_of("0123456789"), digits.text.size());
  const auto number = parse_number(digits.text.substr(0, end));
  if (!number || *number == 0) throw Mistake{digits.column, "a number from 1 on is expected"};
  token = digits.after(end);
  return *number;
}

const Names::NamedModule& Names::find_module(Token& token) const {
  const Token start = token;
  const std::string name = take_name(token, "/+");
  const std::size_t number = take_number(token);
  const auto found = modules_.find(name);
  if (found == modules_.end() || number > found->second.size()) {
    throw Mistake{start.column, fmt::format("no module is called {}", label(name, number))};
  }
  return found->second[number - 1];
}

const Module& Names::take_module(Token& token) const { return find_module(token).module; }

ModuleId Names::take_module_id(Token& token) const {
  const Token start = token;
  const NamedModule& module = find_module(token);
  if (!module.id) throw Mistake{start.column, "only symbols belong to this module"};
  return *module.id;
}

std::uint64_t Names::take_address(Token token) const {
  if (const auto number = parse_number(token.text)) return *number;
  const Module& module = take_module(token);
  if (token.text.empty()) return module.base;
  const auto offset =
      token.text.starts_with('+') ? parse_number(token.text.substr(1)) : std::nullopt;
  if (!offset) throw Mistake{token.column, "behind the module +0x and an offset are expected"};
  return module.base + *offset;
}

void Names::declare_function(const std::string& name, std::string_view prototype,
                             std::string_view derived, ModuleId module, std::uint64_t original,
                             std::size_t column) {
  const DdiRow& row = row_or_unknown(name);
  auto function = std::make_unique<NamedFunction>();
  function->name = name;
  if (prototype.empty()) {
    prototype = row.prototype;
    derived = row.derived;
  }
  const std::string_view kept_prototype = texts_.emplace_back(prototype);
  const std::string_view kept_derived = texts_.emplace_back(derived);
  function->layout = parse_layout(kept_prototype, kept_derived);
  if (function->layout.error != nullptr) throw Mistake{column, function->layout.error};
  function->id = writer_.add_function(name, prototype, derived, module, original);
  functions_[name].push_back(std::move(function));
}

const NamedFunction& Names::take_function(Token& token) {
  const Token start = token;
  const std::string name = take_name(token, "/");
  const std::size_t number = take_number(token);
  if (!functions_.contains(name)) {
    if (find_ddi(name) == nullptr) throw Mistake{start.column, unknown_function(name)};
    declare_function(name, {}, {}, implied_module(), 0, start.column);
  }
  const auto& same_name = functions_.at(name);
  if (number > same_name.size()) {
    throw Mistake{start.column,
                  fmt::format("{} has no number {} yet: declare it by a ddi line", name, number)};
  }
  return *same_name[number - 1];
}

void Names::declare_stack(std::string_view name, StackId stack, std::size_t column) {
  if (!stacks_.emplace(name, stack).second) {
    throw Mistake{column, fmt::format("there is a stack {} already", name)};
  }
}

StackId Names::stack(const Token& token) const {
  const auto found = stacks_.find(std::string(token.text));
  if (found == stacks_.end()) {
    throw Mistake{token.column, fmt::format("no stack is called {}", token.text)};
  }
  return found->second;
}

}  // namespace ddireplay::format::text
