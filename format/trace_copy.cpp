#include "format/trace_copy.h"

#include <algorithm>
#include <string_view>

namespace ddireplay::format {

TraceChange::~TraceChange() = default;
Module TraceChange::module(const Module& module) { return module; }
std::string TraceChange::function_name(const Function& function) { return function.name; }
std::uint64_t TraceChange::address(std::uint64_t address) { return address; }
std::uint64_t TraceChange::thread(std::uint64_t thread) { return thread; }
std::uint64_t TraceChange::time(std::uint64_t time) { return time; }
void TraceChange::values(const Function&, std::span<std::uint64_t>) {}
ModuleSymbols TraceChange::symbols(const ModuleSymbols& symbols) { return symbols; }
void TraceChange::footer(FooterInfo&) {}

TraceCopy::TraceCopy(const TraceReader& source, TraceWriter& writer, const CopyOptions& options)
    : source_(source),
      writer_(writer),
      options_(options),
      change_(options.change == nullptr ? unchanged_ : *options.change) {
  if (const Derivation* const derivation = source_.derivation()) begin_ = derivation->begin;
  if (!options_.only_used) add_modules();
}

void TraceCopy::append(const Event& event) {
  if (event.function == kGap) {
    // Of a gap of unknown size nobody can say that it is none.
    const std::uint64_t lost = std::max<std::uint64_t>(event.values[0], 1);
    lost_ += lost;
    end_gap(event.processor, event.time);
    writer_.gap(event.processor, lost);
    gaps_[event.processor] = event.values[1];
    return;
  }
  end_gap(event.processor, event.time);
  const Function& function = source_.function(event.function);
  values_.assign(event.values, event.values + event.value_count);
  change_.values(function, values_);
  writer_.append({.time = change_.time(event.time),
                  .thread = change_.thread(event.thread),
                  .values = values_,
                  .function = function_of(event.function),
                  .stack = stack_of(event.stack),
                  .processor = event.processor,
                  .irql = event.irql,
                  .flags = event.flags});
  calls_[event.function].add(event.at_exit());
  if (event.position < begin_) ++before_begin_;
}

// The gap that a processor has behind its last event ends at `time` by itself, or has ended before:
// a chunk without events says when.
void TraceCopy::end_gap(std::uint16_t processor, std::uint64_t time) {
  const auto gap = gaps_.find(processor);
  if (gap == gaps_.end()) return;
  if (gap->second < time) writer_.end_chunk(processor, std::nullopt, change_.time(gap->second));
  gaps_.erase(gap);
}

FunctionId TraceCopy::function_of(FunctionId id) {
  if (functions_.size() <= id) functions_.resize(source_.function_count());
  if (calls_.size() <= id) calls_.resize(source_.function_count());
  std::optional<FunctionId>& copied = functions_[id];
  if (!copied) {
    const Function& function = source_.function(id);
    const ModuleId module =
        function.module == kNoModuleId
            ? kNoModuleId
            : writer_.add_module(change_.module(source_.module(function.module)));
    copied = writer_.add_function(change_.function_name(function), function.prototype,
                                  function.derived, module, change_.address(function.original));
  }
  return *copied;
}

StackId TraceCopy::stack_of(StackId id) {
  if (id == kNoStack) return kNoStack;
  if (stacks_.size() <= id) stacks_.resize(id + std::size_t{1});
  std::optional<StackId>& copied = stacks_[id];
  if (!copied) {
    const std::span<const std::uint64_t> frames = source_.stack(id);
    std::vector<std::uint64_t> changed(frames.begin(), frames.end());
    for (std::uint64_t& frame : changed) frame = change_.address(frame);
    copied = writer_.add_stack(changed);
  }
  return *copied;
}

// Those that the index lists, then those that only chunks name.
std::vector<Module> TraceCopy::source_modules() const {
  std::vector<Module> modules;
  if (source_.footer() != nullptr) modules = source_.footer()->modules;
  for (ModuleId id = 0; id < source_.module_count(); ++id) {
    const Module& module = source_.module(id);
    if (std::ranges::find(modules, module) == modules.end()) modules.push_back(module);
  }
  return modules;
}

void TraceCopy::add_modules() {
  for (const Module& module : source_modules()) {
    if (!options_.only_used || is_used(module)) writer_.add_module(change_.module(module));
  }
}

// By an event's function, or by a frame of its stack.
bool TraceCopy::is_used(const Module& module) const {
  for (FunctionId id = 0; id < functions_.size(); ++id) {
    if (!functions_[id] || source_.function(id).module == kNoModuleId) continue;
    if (source_.module(source_.function(id).module) == module) return true;
  }
  for (StackId id = 0; id < stacks_.size(); ++id) {
    if (!stacks_[id]) continue;
    const auto is_inside = [&](std::uint64_t frame) { return module.contains(frame); };
    if (std::ranges::any_of(source_.stack(id), is_inside)) return true;
  }
  return false;
}

void TraceCopy::add_symbols() {
  const std::vector<Module> modules = options_.only_used ? source_modules() : std::vector<Module>();
  std::vector<ModuleSymbols> wanted;
  for (const ModuleSymbols& symbols : source_.symbols()) {
    const bool is_wanted =
        !options_.only_used || std::ranges::any_of(modules, [&](const Module& module) {
          return symbols.are_of(module) && is_used(module);
        });
    if (is_wanted) wanted.push_back(change_.symbols(symbols));
  }
  writer_.add_symbols(wanted);
}

// Of a part of the events nothing can be said of imports that it doesn't show.
void TraceCopy::recount_imports(FooterInfo& footer) const {
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> counts;
  for (FunctionId id = 0; id < calls_.size(); ++id) {
    const Function& function = source_.function(id);
    if (function.module == kNoModuleId) continue;
    counts[{source_.module(function.module).name, function.name}] += calls_[id].calls();
  }
  for (ImportInfo& import : footer.imports) {
    const auto found = counts.find({import.module, import.name});
    import.calls = found == counts.end() ? 0 : found->second;
  }
  std::erase_if(footer.imports, [](const ImportInfo& import) { return import.calls == 0; });
}

Derivation TraceCopy::derivation(const CopyStep& step) const {
  Derivation derivation;
  if (const Derivation* const before = source_.derivation()) {
    derivation = *before;
    if (derivation.begin != 0) derivation.begin = before_begin_ + 1;
  } else {
    derivation.events = step.events;
  }
  // Done once more, it changes nothing.
  const bool is_repeated = !derivation.steps.empty() && derivation.steps.back() == step.step;
  if (!is_repeated) derivation.steps.push_back(step.step);
  derivation.begin = std::max(derivation.begin, step.begin);
  derivation.thinned |= step.thinned;
  if (step.finding != 0) derivation.finding = step.finding;
  return derivation;
}

FooterInfo TraceCopy::finish(const CopyStep& step) {
  for (const auto& [processor, until] : gaps_) {
    writer_.end_chunk(processor, std::nullopt, change_.time(until));
  }
  gaps_.clear();
  if (options_.only_used) add_modules();
  add_symbols();
  FooterInfo footer = source_.footer() == nullptr ? FooterInfo{} : *source_.footer();
  const std::uint64_t lost_behind = footer.lost - std::min(footer.lost, step.lost);
  if (!options_.whole) {
    recount_imports(footer);
    footer.stacks_lost = 0;
  }
  const bool is_cut = !options_.reaches_end || footer.end_reason == EndReason::cut_off;
  if (is_cut) {
    // What proves one finding needs no end.
    footer.end_reason = step.finding == 0 ? EndReason::cut_off : EndReason::converted;
    footer.ending.reset();
  } else if (source_.has_untold_problems()) {
    footer.end_reason = source_.end_reason();
    const std::vector<std::string>& problems = source_.condition().problems;
    footer.notices.insert(footer.notices.end(), problems.begin(), problems.end());
  }
  footer.lost = lost_ + (options_.reaches_end ? lost_behind : 0);
  footer.derivation = derivation(step);
  change_.footer(footer);
  return footer;
}

}  // namespace ddireplay::format
