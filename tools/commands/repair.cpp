#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "format/memory_carver.h"
#include "format/trace_bytes.h"
#include "format/trace_repair.h"
#include "replay/text_case.h"
#include "tools/commands/commands.h"
#include "tools/commands/exit_help.h"
#include "tools/commands/output_name.h"
#include "tools/output.h"
#include "tools/report/repair_text.h"

namespace ddireplay::tools {
namespace {

using format::Bytes;
using format::Error;
using format::ExitStatus;
using format::FoundTrace;
using format::MemoryTail;

constexpr const char* kHelp =
    "Makes a whole trace of what is left of one that was cut or damaged, or that its recorder "
    "could\n"
    "not close: keeps every chunk whose checksums are right, writes a new index, and says what is\n"
    "missing. OUT appears when it has been read back; an older OUT is left as it was until then.";

constexpr const char* kCarving =
    "With --carve, IN is any file: a disk image, an ELF core or a dump of the memory of the "
    "process\n"
    "that hosts the driver, a damaged trace. Chunks are looked for everywhere in it. Several "
    "files\n"
    "may hold parts of the same trace: the trace on disk and a dump, say. What is found twice is\n"
    "kept once.\n"
    "\n";

std::string exit_statuses() {
  return exit_help(
      {{ExitStatus::clean, "nothing of the trace was lost"},
       {ExitStatus::usage, "wrong usage; or there are several traces: name one with --trace"},
       {ExitStatus::incomplete, "something is missing: standard output says what"},
       {ExitStatus::unreadable,
        "there is nothing of a trace in IN, or OUT can't be written; there is no new OUT"}});
}

struct Arguments {
  std::vector<std::string> in;
  std::string out;
  std::string trace;
  bool carve = false;
};

// The first digits of a trace's id, in lower case.
std::string id_digits(const std::string& text) {
  std::string digits = replay::lower_case(text);
  if (digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw Error(text + ": is no trace id, which has hexadecimal digits only", ExitStatus::usage);
  }
  return digits;
}

std::string names(const Arguments& arguments) {
  return fmt::format("{}", fmt::join(arguments.in, ", "));
}

FoundTrace pick(std::vector<FoundTrace> found, const Arguments& arguments) {
  if (!arguments.trace.empty()) {
    const std::string digits = id_digits(arguments.trace);
    std::erase_if(found, [&](const FoundTrace& trace) {
      const std::string id = fmt::format("{:016x}", trace.trace_id);
      return !id.starts_with(digits) && id != fmt::format("{:0>16}", digits);
    });
    if (found.empty()) {
      throw Error(fmt::format("{}: has no chunk of trace {}", names(arguments), digits));
    }
    if (found.size() == 1) return found.front();
  }
  std::erase_if(found, [](const FoundTrace& trace) { return !trace.has_chunks(); });
  if (found.empty()) throw Error(names(arguments) + ": has no whole chunk of a trace");
  if (found.size() > 1) {
    print(found_text(found));
    throw Error(fmt::format("{}: has parts of {} traces; name one with --trace", names(arguments),
                            found.size()),
                ExitStatus::usage);
  }
  return found.front();
}

// Events that are in no chunk yet, but in a recorder's memory.
std::vector<MemoryTail> find_tails(std::vector<FoundTrace>& found, std::span<const Bytes> sources) {
  std::vector<MemoryTail> tails;
  for (FoundTrace& trace : found) {
    for (const format::FoundChunk& chunk : trace.chunks) {
      auto tail = format::carve_memory(sources[chunk.source], chunk);
      if (!tail) continue;
      trace.flight = trace.flight || tail->flight;
      tails.push_back(std::move(*tail));
    }
  }
  return tails;
}

// Of a file that is a trace only that trace is wanted, should chunks of others lie in it: these are
// returned.
std::vector<FoundTrace> take_others(std::vector<FoundTrace>& found, Bytes file,
                                    const std::string& name) {
  const auto header = format::file_header_at_start(file);
  if (file.empty()) throw Error(name + ": is empty; there is nothing to repair");
  if (!header) {
    const bool has_chunks = std::ranges::any_of(found, &FoundTrace::has_chunks);
    throw Error(name +
                (has_chunks
                     ? ": has no sound file header, but chunks: --carve takes them"
                     : ": not a binary ddireplay trace; a text needs no repair, and --carve looks "
                       "for chunks in any file"));
  }
  const auto others = std::ranges::stable_partition(
      found, [&](const FoundTrace& trace) { return trace.trace_id == header->trace_id; });
  std::vector<FoundTrace> taken(others.begin(), others.end());
  found.erase(others.begin(), others.end());
  std::erase_if(taken, [](const FoundTrace& trace) { return !trace.has_chunks(); });
  return taken;
}

ExitStatus run(const Arguments& arguments) {
  if (arguments.in.size() > 1 && !arguments.carve) {
    throw Error("one trace at a time is repaired; --carve takes several files of the same trace",
                ExitStatus::usage);
  }
  std::vector<format::TraceBytes> files;
  std::vector<Bytes> sources;
  for (const std::string& name : arguments.in) {
    refuse_to_replace(name, arguments.out);
    files.push_back(format::TraceBytes::map(name));
    sources.push_back(files.back().bytes());
  }
  std::vector<FoundTrace> found = format::find_traces(sources);
  std::vector<MemoryTail> tails;
  if (arguments.carve) tails = find_tails(found, sources);
  for (const MemoryTail& tail : tails) {
    format::find_more(found, sources.size(), tail.trace);
    sources.push_back(tail.trace);
  }
  std::vector<FoundTrace> others;
  if (!arguments.carve) others = take_others(found, sources.front(), arguments.in.front());
  const FoundTrace trace = pick(std::move(found), arguments);
  const format::Repair repair = format::repair_trace(sources, trace, arguments.out);
  std::vector<format::ByteRange> unused;
  if (!arguments.carve) unused = format::unused_ranges(sources.front(), trace);
  print(repair_text(repair, unused, others));
  return repair.lost_nothing() && repair.complete ? ExitStatus::clean : ExitStatus::incomplete;
}

}  // namespace

void add_repair_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("repair", kHelp);
  command->footer(kCarving + exit_statuses());
  command->add_option("IN", arguments->in, "a trace; with --carve, any files")
      ->required()
      ->option_text("IN ...");
  command->add_option("-o,--output", arguments->out, "the trace to be written")
      ->required()
      ->check(output_name())
      ->option_text("OUT.ddt");
  command->add_flag("--carve", arguments->carve, "look for chunks everywhere in any file");
  command
      ->add_option("--trace", arguments->trace,
                   "of several traces found, this one: the first digits of its id")
      ->option_text("ID");
  command->callback([arguments, &status] { status = run(*arguments); });
}

}  // namespace ddireplay::tools
