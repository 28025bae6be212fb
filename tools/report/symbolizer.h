// From an address of the recorded machine to a name, and back.
//
// Names come from the trace itself where it carries symbols, else from the local symbol path. A
// return address is named as it stands, as the debuggers do it: after a call that does not return
// it may be the first byte of the next function.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools {

struct Frame {
  std::uint64_t address = 0;
  std::string module;  // as the debugger calls it: no extension; empty: the address is in none
  std::string symbol;  // empty: none is known
  std::uint64_t displacement = 0;  // from the symbol, else from the module's base
  std::string file;                // empty: not known
  std::uint32_t line = 0;
  std::uint64_t line_displacement = 0;  // from the line's first instruction

  bool operator==(const Frame&) const = default;
};

// "MyDriver!Dispatch+0x12", "MyDriver+0x687", or the bare address.
std::string frame_name(const Frame& frame, unsigned pointer_bytes);
// The same without the displacement in a function: "MyDriver!Dispatch".
std::string function_name(const Frame& frame, unsigned pointer_bytes);
// " [d:\src\a.c @ 50]"; empty where the line is not known.
std::string source_suffix(const Frame& frame);

// What stands around an address, for `ln`.
struct Nearest {
  Frame frame;
  std::uint64_t start = 0;  // of the symbol
  std::string next;         // "MyDriver!Next"; empty: none follows
  std::uint64_t next_start = 0;
};

struct NamedAddress {
  std::uint64_t address = 0;
  std::string name;  // "MyDriver!Dispatch"
};

class Symbolizer {
 public:
  // `symbol_path` is a symbol path as the debuggers write it; empty: that of the environment.
  Symbolizer(const format::TraceReader& trace, const std::string& symbol_path);
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;
  ~Symbolizer();

  const format::TraceReader& trace() const;
  unsigned pointer_bytes() const;

  // Lives as long as the symbolizer.
  const Frame& frame(std::uint64_t address);
  // Nothing where no symbol is known at or before the address in its module.
  std::optional<Nearest> nearest(std::uint64_t address);
  // "MyDriver!Dispatch", or "Dispatch" where only one module has it; or a module's name.
  std::optional<std::uint64_t> address_of(std::string_view name);
  // All symbols whose name matches "MODULE!SYMBOL" or, in any module, "SYMBOL"; * and ? stand for
  // anything. By module, then by address.
  std::vector<NamedAddress> all_named(std::string_view pattern);

  // The symbol path that is in use.
  const std::string& symbol_path() const;

  // The module that the address lies in.
  std::optional<format::ModuleId> module_at(std::uint64_t address) const;
  // Looks for the module's symbols now, and not when the first address in it is looked up.
  void load(format::ModuleId module);
  // Where a module's symbols are from: "symbols in the trace", "no symbols", ...
  std::string symbols_state(format::ModuleId module);
  // The file that they were read from; empty: there are none, or they are in the trace.
  std::string symbols_file(format::ModuleId module);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::tools
