#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>
#include <ostream>
#include <unordered_map>
#include <vector>

#include "format/error.h"
#include "format/text/chunk_lines.h"
#include "format/text/lexer.h"
#include "format/text/value.h"
#include "format/text/words.h"
#include "format/text_form.h"
#include "format/trace_tables.h"

namespace ddireplay::format {

namespace {

using namespace text;

// Numbers of several things of one name.
class Labels {
 public:
  std::string next(const std::string& name) { return label(spell(name), ++counts_[name]); }
  bool is_first(const std::string& name) const { return !counts_.contains(name); }

 private:
  std::unordered_map<std::string, std::size_t> counts_;
};

class Printer {
 public:
  Printer(TraceReader& reader, std::ostream& out) : reader_(reader), out_(out) {}

  void print();

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<Args>(args)...);
  }
  void flush();

  void print_machine();

  void declare_module(const Module& module);
  void declare_new_modules();
  void print_symbols();
  void print_symbols_of(const ModuleSymbols& symbols);
  std::string label_of(const ModuleSymbols& symbols);

  void print_events();
  void print_event(const Event& event);
  void print_fields(const Event& event, const Layout& layout);
  bool is_implied(const Event& event);
  void print_gap(const Event& gap);
  std::uint64_t last_time() const;
  const std::string& declare_function(FunctionId id);
  bool is_as_implied(const Function& function) const;
  ModuleId implied_module() const;
  void declare_stack(StackId id);
  void put_address(std::uint64_t address);

  void print_end();
  void print_ending(const Ending& ending);
  void print_derivation(const Derivation& derivation);

  TraceReader& reader_;
  std::ostream& out_;
  fmt::memory_buffer buffer_;
  ChunkLines chunk_lines_{reader_, buffer_};

  TraceTables modules_;  // those declared
  std::vector<std::string> module_labels_;
  Labels module_names_;
  std::size_t modules_seen_ = 0;   // of the reader's table
  std::vector<ModuleId> targets_;  // declared

  std::map<FunctionId, std::string> function_labels_;
  Labels function_names_;
  std::vector<std::uint32_t> stack_labels_;  // by StackId; 0: not declared
  std::uint32_t stacks_declared_ = 0;

  std::uint64_t lost_ = 0;
};

void Printer::print() {
  put("ddireplay-text {}\n", kTextFormVersion);
  print_machine();
  if (chunk_lines_.are_needed()) put("chunks explicit\n");
  if (const FooterInfo* footer = reader_.footer()) {
    for (const Module& module : footer->modules) declare_module(module);
  }
  print_symbols();
  print_events();
  print_end();
  flush();
}

void Printer::flush() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
  if (!out_)
    throw Error(reader_.name() + ": its text form can't be written: " + std::strerror(errno) +
                "; make room");
}

void Printer::print_machine() {
  const FileHeader& header = reader_.header();
  put("machine pointer={} processors={} build={} clock={} irql={} host={}", header.pointer_bytes,
      header.processor_count, header.os_build, header.clock_hz,
      kIrqlSources.at(static_cast<std::size_t>(header.irql_source)),
      kHosts.at(static_cast<std::size_t>(header.host)));
  if (header.trace_id != 0) put(" id={:#x}", header.trace_id);
  if (header.start_clock != 0) put(" start={}", header.start_clock);
  if (header.start_filetime != 0) put(" filetime={}", header.start_filetime);
  put("\n");
}

void Printer::declare_module(const Module& module) {
  const ModuleId id = modules_.intern_module(module);
  if (id < module_labels_.size()) return;
  module_labels_.push_back(module_names_.next(module.name));
  if (module.is_target) targets_.push_back(id);
  put("module {} base={:#x} size={:#x}", spell(module.name), module.base, module.size);
  if (module.time_date_stamp != 0) put(" timestamp={:#x}", module.time_date_stamp);
  if (module.checksum != 0) put(" checksum={:#x}", module.checksum);
  if (!module.pdb_name.empty()) {
    put(" pdb={} guid={} age={}", quote(module.pdb_name), print_guid(module.pdb_guid),
        module.pdb_age);
  }
  put("{}\n", module.is_target ? " target" : "");
}

void Printer::declare_new_modules() {
  for (; modules_seen_ < reader_.module_count(); ++modules_seen_) {
    declare_module(reader_.module(static_cast<ModuleId>(modules_seen_)));
  }
}

void Printer::print_symbols() {
  for (const ModuleSymbols& symbols : reader_.symbols()) print_symbols_of(symbols);
}

void Printer::print_symbols_of(const ModuleSymbols& symbols) {
  const std::string module = label_of(symbols);
  for (const SymbolRow& row : symbols.symbols) {
    put("symbol {}+{:#x}", module, row.rva);
    if (row.size != 0) put(" size={:#x}", row.size);
    put(" {}\n", spell(row.name));
  }
  for (const LineRow& row : symbols.lines) {
    put("line {}+{:#x} {} {}\n", module, row.rva, quote(symbols.files.at(row.file)), row.line);
  }
}

std::string Printer::label_of(const ModuleSymbols& symbols) {
  for (ModuleId id = 0; id < module_labels_.size(); ++id) {
    if (symbols.are_of(modules_.module(id))) return module_labels_[id];
  }
  put("symbols {} size={:#x} timestamp={:#x}\n", spell(symbols.module), symbols.size,
      symbols.time_date_stamp);
  return module_names_.next(symbols.module);
}

void Printer::print_events() {
  EventSource source(reader_);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    declare_new_modules();
    for (const Event& event : batch) {
      chunk_lines_.before(event);
      if (is_implied(event)) continue;
      if (event.function == kGap) {
        print_gap(event);
      } else {
        print_event(event);
      }
      chunk_lines_.after(event);
    }
    flush();
  }
  chunk_lines_.finish();
}

void Printer::print_event(const Event& event) {
  const Function& function = reader_.function(event.function);
  const std::string& name = declare_function(event.function);
  if (event.stack != kNoStack) declare_stack(event.stack);
  put("@{} cpu{} t{:x}", event.time, event.processor, event.thread);
  if (event.irql != kIrqlUnknown) {
    put(" irql{}", event.irql);
  } else if (default_irql(reader_.header().irql_source) != kIrqlUnknown) {
    put(" irql?");
  }
  const unsigned other_flags = event.flags & ~(event_flags::exit | event_flags::raised);
  if (other_flags != 0) put(" flags{:#x}", other_flags);
  const Moment moment = event.at_exit() ? Moment::exit : Moment::entry;
  if (default_moment(function.name) != moment) put(" {}", event.at_exit() ? '<' : '>');
  put(" {}", name);
  if (event.raised()) put(" raised");
  print_fields(event, function.layout);
  if (event.stack != kNoStack) put(" s{}", stack_labels_[event.stack]);
  put("\n");
}

void Printer::print_fields(const Event& event, const Layout& layout) {
  for (std::size_t i = 0; i < event.value_count; ++i) {
    const Field& field = layout.fields[i];
    put(" {}=", spell(field.name));
    if (field.kind == Kind::address) {
      put_address(event.values[i]);
    } else {
      put("{}", print_value(field, event.values[i]));
    }
  }
}

std::uint64_t Printer::last_time() const {
  std::uint64_t last = 0;
  for (const ChunkInfo& chunk : reader_.chunks()) {
    if (chunk.header.kind == ChunkKind::events) last = std::max(last, chunk.header.last_time);
  }
  return last;
}

// That a trace which was not closed has an open end is said by how it ended.
bool Printer::is_implied(const Event& event) {
  return event.function == kGap && event.values[0] == 0 && reader_.condition().recovered &&
         event.values[1] == last_time() && !chunk_lines_.has_more(event.processor);
}

// A trace can't say that nobody knows how many were lost: one at least is what text can say.
void Printer::print_gap(const Event& gap) {
  const std::uint64_t lost = std::max<std::uint64_t>(gap.values[0], 1);
  lost_ += lost;
  put("gap cpu{} lost={}\n", gap.processor, lost);
}

const std::string& Printer::declare_function(FunctionId id) {
  const auto known = function_labels_.find(id);
  if (known != function_labels_.end()) return known->second;
  const Function& function = reader_.function(id);
  const bool is_implied = is_as_implied(function);
  const std::string name = function_names_.next(function.name);
  if (!is_implied) {
    const DdiRow& row = row_or_unknown(function.name);
    put("ddi {}", name);
    if (function.prototype != row.prototype || function.derived != row.derived) {
      put(" {} {}", quote(function.prototype), quote(function.derived));
    }
    const ModuleId module = function.module == kNoModuleId
                                ? kNoModuleId
                                : modules_.intern_module(reader_.module(function.module));
    if (module != implied_module()) {
      put(" module={}", module == kNoModuleId ? "-" : module_labels_.at(module));
    }
    if (function.original != 0) put(" original={:#x}", function.original);
    put("\n");
  }
  return function_labels_.emplace(id, name).first->second;
}

// Whether a line that only names the function says all there is to say about it.
bool Printer::is_as_implied(const Function& function) const {
  const DdiRow* const row = find_ddi(function.name);
  if (row == nullptr || !function_names_.is_first(function.name)) return false;
  const ModuleId implied = implied_module();
  const bool same_module = implied == kNoModuleId
                               ? function.module == kNoModuleId
                               : function.module != kNoModuleId &&
                                     reader_.module(function.module) == modules_.module(implied);
  return same_module && function.original == 0 && function.prototype == row->prototype &&
         function.derived == row->derived;
}

ModuleId Printer::implied_module() const {
  return targets_.size() == 1 ? targets_.front() : kNoModuleId;
}

void Printer::declare_stack(StackId id) {
  if (stack_labels_.size() <= id) stack_labels_.resize(id + std::size_t{1});
  if (stack_labels_[id] != 0) return;
  stack_labels_[id] = ++stacks_declared_;
  put("stack s{}", stacks_declared_);
  for (const std::uint64_t frame : reader_.stack(id)) {
    put(" ");
    put_address(frame);
  }
  put("\n");
}

void Printer::put_address(std::uint64_t address) {
  for (ModuleId id = 0; id < module_labels_.size(); ++id) {
    const Module& module = modules_.module(id);
    if (module.contains(address)) {
      put("{}+{:#x}", module_labels_[id], address - module.base);
      return;
    }
  }
  put("{:#x}", address);
}

void Printer::print_ending(const Ending& ending) {
  put("ending");
  if (ending.code != 0) put(" code={:#x}", ending.code);
  if (ending.access != AccessKind::none) {
    put(" access={} accessed={:#x}", kAccessKinds.at(static_cast<std::size_t>(ending.access)),
        ending.accessed);
  }
  if (ending.address != 0) {
    put(" address=");
    put_address(ending.address);
  }
  if (ending.thread != 0) put(" thread={:#x}", ending.thread);
  if (ending.irp != 0) put(" irp={:#x}", ending.irp);
  if (!ending.during.empty()) put(" during={}", quote(ending.during));
  if (!ending.routine.empty()) put(" routine={}", quote(ending.routine));
  if (!ending.symbol.empty()) put(" symbol={}", quote(ending.symbol));
  if (!ending.file.empty()) put(" file={} line={}", quote(ending.file), ending.line);
  put("\n");
}

void Printer::print_derivation(const Derivation& derivation) {
  put("derived");
  for (const std::string& step : derivation.steps) put(" by={}", quote(step));
  if (derivation.events != 0) put(" events={}", derivation.events);
  if (derivation.begin != 0) put(" begin={}", derivation.begin);
  if (derivation.thinned) put(" thinned");
  if (derivation.finding != 0) put(" finding={:#x}", derivation.finding);
  put("\n");
}

void Printer::print_end() {
  const FooterInfo* const footer = reader_.footer();
  const FooterInfo end = footer == nullptr ? FooterInfo{} : *footer;
  for (const ImportInfo& import : end.imports) {
    put("import {} {} calls={}{}{}", quote(import.module), spell(import.name), import.calls,
        import.supplied ? " supplied" : "", import.absent ? " absent" : "");
    if (import.caller != 0) {
      put(" caller=");
      put_address(import.caller);
    }
    put("\n");
  }
  for (const std::string& notice : end.notices) put("notice {}\n", quote(notice));
  if (reader_.has_untold_problems()) {
    for (const std::string& problem : reader_.condition().problems) {
      put("notice {}\n", quote(problem));
    }
  }
  if (end.ending) print_ending(*end.ending);
  if (end.derivation) print_derivation(*end.derivation);
  put("end reason={}", kEndReasons.at(static_cast<std::size_t>(reader_.end_reason())));
  if (end.lost > lost_) put(" lost={}", end.lost);
  if (end.stacks_lost != 0) put(" stackslost={}", end.stacks_lost);
  put("{}{}\n", end.started_attached ? " attached" : "", end.flight ? " flight" : "");
}

}  // namespace

void write_text(TraceReader& reader, std::ostream& out) {
  // Which chunks are refused says where the others are to end.
  reader.check_payloads();
  Printer(reader, out).print();
}

}  // namespace ddireplay::format
