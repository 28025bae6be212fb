#include "replay/redact/redaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "format/freestanding/checksum.h"
#include "replay/binder.h"

namespace ddireplay::replay {

namespace {

using format::Event;
using format::Field;
using format::Kind;

constexpr std::uint64_t kTurnOf2000 = 125'911'584'000'000'000;  // FILETIME
// A time that is later is a date, not a distance: of the year 1917.
constexpr std::int64_t kFirstDate = 100'000'000'000'000'000;
// Larger than any object: a size that is none.
constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 40;
constexpr std::uint32_t kProtectedTag = 0x80000000;

// What a field may hold that has to be moved.
enum class Meaning { none, address, maybe_address, handle, tag, time };

Meaning meaning_of(const Field& field) {
  const bool is_wide = field.width == 0 || field.width == 8;
  switch (field.kind) {
    case Kind::address:
      // A pointer has the machine's width. Physical addresses stay: other fields hold them as page
      // numbers, and what is RAM says nothing of anybody.
      return field.width == 0 ? Meaning::address : Meaning::none;
    case Kind::handle:
      return is_wide ? Meaning::handle : Meaning::none;
    case Kind::integer:
      return is_wide ? Meaning::maybe_address : Meaning::none;
    case Kind::tag:
      // Tags of remove locks are pointers.
      return is_wide ? Meaning::address : Meaning::tag;
    case Kind::time:
      return Meaning::time;
    default:
      return Meaning::none;
  }
}

// Some handles are addresses of objects. Of those that are numbers in a table the kernel's own have
// the upper bits set.
bool is_handle_number(std::uint64_t value) {
  return value <= 0xffffffff || value >= 0xffffffff80000000;
}

// An address, if it is not too small for one.
bool is_certain(const Field& field, std::uint64_t value) {
  switch (meaning_of(field)) {
    case Meaning::address:
      return true;
    case Meaning::handle:
      return !is_handle_number(value);
    default:
      return false;
  }
}

}  // namespace

Redaction::Redaction(format::TraceReader& trace, const RedactOptions& options)
    : trace_(trace), options_(options), addresses_(trace.header().pointer_bytes) {
  gather();
  addresses_.place(trace.name());
}

void Redaction::gather_module(const format::Module& module) {
  addresses_.add(module.base, module.size <= kSizeMax ? module.size : 1);
  targets_[module.name] |= module.is_target;
}

void Redaction::gather() {
  Binder binder(trace_);
  std::unordered_set<format::StackId> stacks;
  const auto add_object = [&](std::uint64_t begin, std::uint64_t bytes) {
    if (bytes != 0 && bytes <= kSizeMax) addresses_.add(begin, bytes);
  };
  std::uint64_t first_time = trace_.header().start_clock;
  format::EventSource source(trace_, {.threads = options_.threads});
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) {
      first_time = std::min(first_time, event.time);
      if (event.function == format::kGap) {
        lost_ += event.values[0];
        continue;
      }
      ++events_;
      const Step& step = binder.step(event);
      // Ranges of RAM are physical addresses.
      if (step.op != Op::none && step.op != Op::ram_range) {
        add_object(step[Operand::address], step.extent());
        add_object(step[Operand::extension], step[Operand::size]);
        add_object(step[Operand::described], step[Operand::extra] + step[Operand::length]);
        const std::uint64_t low = step[Operand::stack_low];
        if (step[Operand::stack_high] > low) add_object(low, step[Operand::stack_high] - low);
      }
      addresses_.add(event.thread);
      if (event.stack != format::kNoStack && stacks.insert(event.stack).second) {
        for (const std::uint64_t frame : trace_.stack(event.stack)) addresses_.add(frame);
      }
      const format::Layout& layout = trace_.function(event.function).layout;
      for (std::size_t i = 0; i < event.value_count; ++i) {
        if (is_certain(layout.fields[i], event.values[i])) addresses_.add(event.values[i]);
      }
    }
  }
  clock_shift_ = first_time;
  for (format::ModuleId id = 0; id < trace_.module_count(); ++id) gather_module(trace_.module(id));
  for (format::FunctionId id = 0; id < trace_.function_count(); ++id) {
    addresses_.add(trace_.function(id).original);
  }
  const format::FooterInfo* const footer = trace_.footer();
  if (footer == nullptr) return;
  for (const format::Module& module : footer->modules) gather_module(module);
  for (const format::ImportInfo& import : footer->imports) addresses_.add(import.caller);
  if (!footer->ending) return;
  for (const std::uint64_t address : {footer->ending->accessed, footer->ending->address,
                                      footer->ending->thread, footer->ending->irp}) {
    addresses_.add(address);
  }
}

format::FileHeader Redaction::header() const {
  format::FileHeader header = trace_.header();
  header.trace_id = format::checksum(&header.trace_id, sizeof(header.trace_id));
  header.os_build = 0;
  header.start_clock -= clock_shift_;
  if (header.start_filetime != 0) header.start_filetime = kTurnOf2000;
  return header;
}

std::vector<std::byte> Redaction::write(std::uint64_t finding) {
  finding_ = finding;
  report_ = {.regions = addresses_.regions()};
  format::TraceWriter writer(header());
  format::TraceCopy copy(trace_, writer, {.whole = true, .change = this});
  format::EventSource source(trace_, {.threads = options_.threads});
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) copy.append(event);
  }
  writer.finish(copy.finish({.step = "redacted", .events = events_, .lost = lost_}));
  report_.modules = drivers_.count() + modules_.count();
  report_.functions = functions_.count();
  report_.symbols = symbols_.count();
  report_.tags = tags_.size();
  report_.pdbs = pdbs_.size();
  return writer.take_bytes();
}

std::string Redaction::module_name(const std::string& name) {
  if (is_system_module(name)) return name;
  const std::size_t dot = name.rfind('.');
  const std::string extension = dot == std::string::npos ? "" : name.substr(dot);
  const bool is_usual = extension == ".sys" || extension == ".dll" || extension == ".exe";
  return (targets_[name] ? drivers_ : modules_)(name, is_usual ? extension : "");
}

format::Module Redaction::module(const format::Module& module) {
  if (!module.pdb_name.empty()) pdbs_.insert(module.pdb_name);
  return {.name = module_name(module.name),
          .base = address(module.base),
          .size = module.size,
          .is_target = module.is_target};
}

std::string Redaction::function_name(const std::string& name) {
  return is_system_function(name) ? name : functions_(name);
}

std::string Redaction::function_name(const format::Function& function) {
  return function_name(function.name);
}

std::uint64_t Redaction::address(std::uint64_t address) { return addresses_(address); }

std::uint64_t Redaction::tag(std::uint64_t value) {
  const auto tag = static_cast<std::uint32_t>(value);
  const std::uint32_t letters = tag & ~kProtectedTag;
  if (options_.keep_tags || is_system_tag(letters)) return value;
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  const auto [place, is_new] = tags_.try_emplace(letters);
  if (is_new) {
    const std::size_t number = tags_.size();
    const auto digit = [&](std::size_t power) {
      return static_cast<std::uint32_t>(kDigits[number / power % kDigits.size()]);
    };
    const std::size_t base = kDigits.size();
    place->second = 'T' | digit(base * base) << 8 | digit(base) << 16 | digit(1) << 24;
  }
  return (value & ~std::uint64_t{0xffffffff}) | place->second | (tag & kProtectedTag);
}

void Redaction::move(std::uint64_t& value) {
  const std::optional<std::uint64_t> moved = addresses_.find(value);
  if (!moved) return;
  value = *moved;
  ++report_.values;
}

void Redaction::values(const format::Function& function, std::span<std::uint64_t> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint64_t& value = values[i];
    switch (meaning_of(function.layout.fields[i])) {
      case Meaning::handle:
        if (!is_handle_number(value)) move(value);
        break;
      case Meaning::address:
      case Meaning::maybe_address:
        move(value);
        break;
      case Meaning::tag:
        value = tag(value);
        break;
      case Meaning::time:
        if (trace_.header().start_filetime != 0 && static_cast<std::int64_t>(value) >= kFirstDate) {
          value += kTurnOf2000 - trace_.header().start_filetime;
        }
        break;
      case Meaning::none:
        break;
    }
  }
}

format::ModuleSymbols Redaction::symbols(const format::ModuleSymbols& symbols) {
  format::ModuleSymbols changed = {.module = module_name(symbols.module), .size = symbols.size};
  report_.lines += symbols.lines.size();
  for (const format::SymbolRow& row : symbols.symbols) {
    changed.symbols.push_back({row.rva, row.size, symbols_(row.name)});
  }
  return changed;
}

void Redaction::footer(format::FooterInfo& footer) {
  report_.notices = footer.notices.size();
  footer.notices.clear();
  for (format::ImportInfo& import : footer.imports) {
    import.module = module_name(import.module);
    import.name = function_name(import.name);
    import.caller = address(import.caller);
  }
  if (footer.ending) {
    const format::Ending& from = *footer.ending;
    footer.ending =
        format::Ending{.code = from.code,
                       .access = from.access,
                       .accessed = address(from.accessed),
                       .address = address(from.address),
                       .thread = address(from.thread),
                       .routine = from.routine.empty() ? "" : function_name(from.routine),
                       .irp = address(from.irp)};
  }
  if (!footer.derivation || footer.derivation->finding == 0) return;
  // Its number is a hash of names, too.
  const std::string old = fmt::format("{:016x}", footer.derivation->finding);
  footer.derivation->finding = finding_;
  for (std::string& step : footer.derivation->steps) {
    const std::size_t at = step.find(old);
    if (at != std::string::npos) step.replace(at, old.size(), fmt::format("{:016x}", finding_));
  }
}

}  // namespace ddireplay::replay
