// Names that say nothing of who made a driver, and replacements for those that do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ddireplay::replay {

// Modules that every Windows (or Wine) has, and the recorder.
bool is_system_module(std::string_view name);
// A callback, a DDI of the table, or named as the kernel's own routines are.
bool is_system_function(std::string_view name);
// What the kernel itself, or a rule, gives a meaning to.
bool is_system_tag(std::uint32_t tag);

// The same for the same name: PREFIX and a number, and what follows.
class Renamer {
 public:
  explicit Renamer(std::string prefix) : prefix_(std::move(prefix)) {}
  const std::string& operator()(const std::string& name, std::string_view suffix = {});
  std::size_t count() const { return names_.size(); }

 private:
  std::string prefix_;
  std::map<std::string, std::string> names_;
};

}  // namespace ddireplay::replay
