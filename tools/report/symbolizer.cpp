#include "tools/report/symbolizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <unordered_map>

#include "replay/text_case.h"
#include "tools/output.h"
#include "tools/report/text.h"
#include "tools/symbols/symbol_store.h"

namespace ddireplay::tools {
namespace {

// As the debuggers combine the two variables.
std::string environment_symbol_path() {
  std::string path;
  for (const char* variable : {"_NT_SYMBOL_PATH", "_NT_ALT_SYMBOL_PATH"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    if (!path.empty()) path += ';';
    path += value;
  }
  return path;
}

bool belongs_to(const format::ModuleSymbols& symbols, const format::Module& module) {
  return replay::same_without_case(symbols.module, module.name) && symbols.size == module.size &&
         symbols.time_date_stamp == module.time_date_stamp;
}

// Where a symbol's size is known, what lies behind its end is not named by it. The end itself is: a
// call that does not return may be the last thing in a function.
bool covers(const NearestSymbol& nearest) {
  return nearest.symbol->size == 0 || nearest.displacement <= nearest.symbol->size;
}

}  // namespace

std::string frame_name(const Frame& frame, unsigned pointer_bytes) {
  const std::string name = function_name(frame, pointer_bytes);
  const bool has_base = !frame.module.empty();
  if (!has_base || frame.displacement == 0) return name;
  return fmt::format("{}+{:#x}", name, frame.displacement);
}

std::string function_name(const Frame& frame, unsigned pointer_bytes) {
  if (frame.module.empty()) return prefixed_pointer(frame.address, pointer_bytes);
  return frame.symbol.empty() ? frame.module : fmt::format("{}!{}", frame.module, frame.symbol);
}

std::string source_suffix(const Frame& frame) {
  if (frame.file.empty()) return "";
  return fmt::format(" [{} @ {}]", frame.file, frame.line);
}

struct Symbolizer::State {
  // The table of one module, and where it came from.
  struct Symbols {
    const SymbolTable* table = nullptr;  // nullptr: none
    bool from_trace = false;
  };

  State(const format::TraceReader& reader, const std::string& given_path)
      : trace(reader),
        symbol_path(given_path.empty() ? environment_symbol_path() : given_path),
        store(symbol_path, [](const std::string& refusal) { talk(refusal); }) {}

  const Symbols& symbols_of(format::ModuleId id) {
    const auto [known, is_new] = loaded.try_emplace(id);
    if (is_new) known->second = load(trace.module(id));
    return known->second;
  }

  Symbols load(const format::Module& module) {
    const auto carried = std::ranges::find_if(
        trace.symbols(), [&](const format::ModuleSymbols& row) { return belongs_to(row, module); });
    if (carried == trace.symbols().end()) return {store.load(module), false};
    auto [known, is_new] = carried_tables.try_emplace(&*carried);
    if (is_new) known->second = SymbolTable({carried->symbols, carried->files, carried->lines});
    return {&known->second, true};
  }

  void add_symbol(Frame& frame, const SymbolTable& table, std::uint32_t rva) {
    if (const auto nearest = table.nearest(rva); nearest && covers(*nearest)) {
      frame.symbol = nearest->symbol->name;
      frame.displacement = nearest->displacement;
    }
    if (const auto line = table.line(rva)) {
      frame.file = line->file;
      frame.line = line->line;
      frame.line_displacement = line->displacement;
    }
  }

  std::uint32_t rva_of(std::uint64_t address, format::ModuleId id) const {
    return static_cast<std::uint32_t>(address - trace.module(id).base);
  }

  const format::TraceReader& trace;
  const std::string symbol_path;
  SymbolStore store;
  std::unordered_map<format::ModuleId, Symbols> loaded;
  std::map<const format::ModuleSymbols*, SymbolTable> carried_tables;
  std::unordered_map<std::uint64_t, Frame> frames;
};

Symbolizer::Symbolizer(const format::TraceReader& trace, const std::string& symbol_path)
    : state_(std::make_unique<State>(trace, symbol_path)) {}
Symbolizer::~Symbolizer() = default;

const format::TraceReader& Symbolizer::trace() const { return state_->trace; }
unsigned Symbolizer::pointer_bytes() const { return state_->trace.header().pointer_bytes; }

// Of several modules at one address, one after the other, the latest.
std::optional<format::ModuleId> Symbolizer::module_at(std::uint64_t address) const {
  for (std::size_t id = state_->trace.module_count(); id-- > 0;) {
    const auto module = static_cast<format::ModuleId>(id);
    if (state_->trace.module(module).contains(address)) return module;
  }
  return std::nullopt;
}

const Frame& Symbolizer::frame(std::uint64_t address) {
  Frame& frame = state_->frames[address];
  // A frame without a module is looked up anew: the trace's table of modules may have grown.
  if (!frame.module.empty()) return frame;
  frame.address = address;
  const std::optional<format::ModuleId> module = module_at(address);
  if (!module) return frame;
  frame.module = module_display_name(state_->trace.module(*module).name);
  frame.displacement = state_->rva_of(address, *module);
  if (const SymbolTable* table = state_->symbols_of(*module).table) {
    state_->add_symbol(frame, *table, state_->rva_of(address, *module));
  }
  return frame;
}

std::optional<Nearest> Symbolizer::nearest(std::uint64_t address) {
  const std::optional<format::ModuleId> module = module_at(address);
  if (!module) return std::nullopt;
  Nearest nearest;
  nearest.frame = frame(address);
  if (nearest.frame.symbol.empty()) return std::nullopt;
  nearest.start = address - nearest.frame.displacement;
  const SymbolTable* table = state_->symbols_of(*module).table;
  if (const Symbol* next = table->next(state_->rva_of(address, *module))) {
    nearest.next = fmt::format("{}!{}", nearest.frame.module, next->name);
    nearest.next_start = state_->trace.module(*module).base + next->rva;
  }
  return nearest;
}

std::optional<std::uint64_t> Symbolizer::address_of(std::string_view name) {
  const std::size_t mark = name.find('!');
  const std::string_view wanted = mark == name.npos ? std::string_view{} : name.substr(0, mark);
  const std::string_view symbol_name = mark == name.npos ? name : name.substr(mark + 1);
  for (format::ModuleId id = 0; id < state_->trace.module_count(); ++id) {
    const format::Module& module = state_->trace.module(id);
    const std::string display_name = module_display_name(module.name);
    if (wanted.empty() && replay::same_without_case(display_name, name)) return module.base;
    if (!wanted.empty() && !replay::same_without_case(display_name, wanted)) continue;
    const SymbolTable* table = state_->symbols_of(id).table;
    const Symbol* symbol = table == nullptr ? nullptr : table->find(symbol_name);
    if (symbol != nullptr) return module.base + symbol->rva;
  }
  return std::nullopt;
}

std::vector<NamedAddress> Symbolizer::all_named(std::string_view pattern) {
  const std::size_t mark = pattern.find('!');
  const std::string_view wanted = mark == pattern.npos ? "*" : pattern.substr(0, mark);
  const std::string_view symbols = mark == pattern.npos ? pattern : pattern.substr(mark + 1);
  std::vector<NamedAddress> found;
  for (format::ModuleId id = 0; id < state_->trace.module_count(); ++id) {
    const format::Module& module = state_->trace.module(id);
    const std::string display_name = module_display_name(module.name);
    if (!matches(display_name, wanted)) continue;
    const SymbolTable* table = state_->symbols_of(id).table;
    if (table == nullptr) continue;
    for (const Symbol& symbol : table->symbols()) {
      if (!matches(symbol.name, symbols)) continue;
      found.push_back({module.base + symbol.rva, fmt::format("{}!{}", display_name, symbol.name)});
    }
  }
  return found;
}

const std::string& Symbolizer::symbol_path() const { return state_->symbol_path; }

void Symbolizer::load(format::ModuleId module) { state_->symbols_of(module); }

std::string Symbolizer::symbols_state(format::ModuleId module) {
  const State::Symbols& symbols = state_->symbols_of(module);
  if (symbols.table == nullptr) return "no symbols";
  return symbols.from_trace ? "symbols in the trace" : "symbols from the symbol path";
}

std::string Symbolizer::symbols_file(format::ModuleId module) {
  const State::Symbols& symbols = state_->symbols_of(module);
  if (symbols.table == nullptr || symbols.from_trace) return "";
  return state_->store.file_of(state_->trace.module(module)).string();
}

}  // namespace ddireplay::tools
