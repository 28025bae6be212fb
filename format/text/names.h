// What a text has declared so far, by the names that its lines use.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/event.h"
#include "format/text/lexer.h"
#include "format/trace_writer.h"

namespace ddireplay::format::text {

// A function that event lines can name.
struct NamedFunction {
  FunctionId id = 0;
  Layout layout;  // its names point into texts that live as long as the names do
  std::string name;
};

// Parses take their token's text off its front and throw Mistake where it is something else.
class Names {
 public:
  // `writer` must outlive the names.
  explicit Names(TraceWriter& writer) : writer_(writer) {}

  void declare_module(const Module& module);
  // A module that only symbols belong to.
  void declare_symbols(const Module& module);
  // The module that functions belong to where their line doesn't say it.
  ModuleId implied_module() const;

  // NAME or NAME/N.
  const Module& take_module(Token& token) const;
  ModuleId take_module_id(Token& token) const;

  // A number, or MODULE, or MODULE+0xRVA.
  std::uint64_t take_address(Token token) const;

  // The next function of that name. Empty prototype: as the table has it.
  void declare_function(const std::string& name, std::string_view prototype,
                        std::string_view derived, ModuleId module, std::uint64_t original,
                        std::size_t column);
  // NAME or NAME/N; a name that only the table has is declared by being used.
  const NamedFunction& take_function(Token& token);

  void declare_stack(std::string_view name, StackId stack, std::size_t column);
  StackId stack(const Token& token) const;

 private:
  struct NamedModule {
    Module module;
    std::optional<ModuleId> id;  // none: only symbols belong to it
  };

  const NamedModule& find_module(Token& token) const;
  void name_module(NamedModule module);
  static std::size_t take_number(Token& token);

  TraceWriter& writer_;
  std::unordered_map<std::string, std::vector<NamedModule>> modules_;
  std::vector<ModuleId> targets_;
  std::unordered_map<std::string, std::vector<std::unique_ptr<NamedFunction>>> functions_;
  std::unordered_map<std::string, StackId> stacks_;
  std::deque<std::string> texts_;  // of declared layouts
};

}  // namespace ddireplay::format::text
