// Makes a trace of another one's events: of those that the caller chooses, and changed where the
// caller says so. Everything that is cut out of a recording, or hidden in it, is written by this.
//
//   TraceCopy copy(source, writer);
//   for (const Event& event : ...) if (is_wanted(event)) copy.append(event);
//   writer.finish(copy.finish({.step = "range #10 to #20", .events = 1000}));
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "format/trace_reader.h"
#include "format/trace_writer.h"

namespace ddireplay::format {

// What becomes different on the way. Here: nothing.
class TraceChange {
 public:
  virtual ~TraceChange();

  virtual Module module(const Module& module);
  virtual std::string function_name(const Function& function);
  // Of stack frames, of what functions call through, of a call's place; 0 stays 0.
  virtual std::uint64_t address(std::uint64_t address);
  virtual std::uint64_t thread(std::uint64_t thread);
  virtual std::uint64_t time(std::uint64_t time);
  // As many as the event has.
  virtual void values(const Function& function, std::span<std::uint64_t> values);
  virtual ModuleSymbols symbols(const ModuleSymbols& symbols);
  // Imports, notices and the ending; the rest is not looked at.
  virtual void footer(FooterInfo& footer);
};

struct CopyOptions {
  bool whole = false;             // every event is copied: what the footer counts stays as it is
  bool only_used = false;         // of modules and symbols: those that the events refer to
  bool reaches_end = true;        // the last event is copied: the copy ends for the reason why the
                                  // source does
  TraceChange* change = nullptr;  // nullptr: nothing is changed
};

// What was done, for the copy's Derivation.
struct CopyStep {
  std::string step;           // in words
  std::uint64_t events = 0;   // that the source has
  std::uint64_t lost = 0;     // that the source has lost in gaps
  std::uint64_t begin = 0;    // position in the copy of the first event behind a cut; 0: no cut
  bool thinned = false;       // events behind that were left out
  std::uint64_t finding = 0;  // that all the rest was left out for
};

// Not thread-safe. Reader and writer must outlive it.
class TraceCopy {
 public:
  TraceCopy(const TraceReader& source, TraceWriter& writer, const CopyOptions& options = {});
  TraceCopy(const TraceCopy&) = delete;
  TraceCopy& operator=(const TraceCopy&) = delete;

  // An event of the source, or one of its gaps, in the source's order. Throws Error as the writer
  // does.
  void append(const Event& event);

  // Adds what stands behind the events, and says what the footer is to be.
  FooterInfo finish(const CopyStep& step);

 private:
  void end_gap(std::uint16_t processor, std::uint64_t time);
  FunctionId function_of(FunctionId id);
  StackId stack_of(StackId id);
  std::vector<Module> source_modules() const;
  void add_modules();
  void add_symbols();
  bool is_used(const Module& module) const;
  void recount_imports(FooterInfo& footer) const;
  Derivation derivation(const CopyStep& step) const;

  const TraceReader& source_;
  TraceWriter& writer_;
  CopyOptions options_;
  TraceChange unchanged_;
  TraceChange& change_;
  std::vector<std::optional<FunctionId>> functions_;  // by the source's ids
  std::vector<std::optional<StackId>> stacks_;
  std::vector<CallCount> calls_;  // by the source's FunctionId
  std::vector<std::uint64_t> values_;
  std::map<std::uint16_t, std::uint64_t> gaps_;  // behind the last event of a processor: until when
  std::uint64_t lost_ = 0;
  std::uint64_t begin_ = 0;         // position behind the source's own cut
  std::uint64_t before_begin_ = 0;  // copied from in front of the source's own cut
};

}  // namespace ddireplay::format
