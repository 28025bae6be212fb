#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/text_form.h"
#include "tools/commands/commands.h"
#include "tools/commands/exit_help.h"
#include "tools/commands/output_name.h"
#include "tools/decoders.h"
#include "tools/output.h"
#include "tools/part.h"
#include "tools/report/summary_text.h"
#include "tools/trace_output.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kHelp =
    "Turns a binary trace into its text form, or a text into a binary trace: which way is told by\n"
    "what IN is. OUT appears when all of it has been written, or not at all.\n"
    "\n"
    "With --range, --driver or --redact OUT is a trace made of a part of IN, or one that hides\n"
    "whose it is: text where its name ends in .txt or is -, else binary.";

constexpr std::string_view kBinaryExtension = ".ddt";
constexpr std::string_view kTextExtension = ".txt";

struct Arguments {
  std::string in;
  std::string out;
  PartOptions part;
  bool redact = false;
  bool keep_tags = false;
  bool json = false;

  bool is_plain() const { return part.range.empty() && part.drivers.empty() && !redact; }
};

void expect_other_form(const Arguments& arguments, std::string_view form,
                       std::string_view extension) {
  if (!arguments.out.ends_with(extension)) return;
  throw format::Error(fmt::format("{} is {} already: give OUT another extension than {}",
                                  arguments.in, form, extension),
                      ExitStatus::usage);
}

ExitStatus to_binary(const Arguments& arguments) {
  if (arguments.out == "-") {
    throw format::Error("a binary trace is not written to standard output: give OUT a name",
                        ExitStatus::usage);
  }
  expect_other_form(arguments, "text", kTextExtension);
  refuse_to_replace(arguments.in, arguments.out);
  std::ifstream text(arguments.in, std::ios::binary);
  format::read_text(text, arguments.in, arguments.out);
  return is_complete(format::TraceReader::open(arguments.out)) ? ExitStatus::clean
                                                               : ExitStatus::incomplete;
}

// What the trace lacks, and which lines of its text say so.
std::string lack_text(const format::TraceReader& trace) {
  const format::Condition& condition = trace.condition();
  const format::FooterInfo* const footer = trace.footer();
  if (trace.has_untold_problems()) {
    return "the trace has gaps; notices in the text tell of them";
  }
  if (condition.lost_events != 0 || condition.missing_chunks != 0) {
    return "the trace has gaps; `gap` in the text tells where";
  }
  if (footer != nullptr && !format::is_whole(footer->end_reason)) {
    return fmt::format("the recording is not whole: {}; `end` in the text tells of it",
                       end_reason_text(footer->end_reason));
  }
  if (condition.begins_late) return "the trace begins in the middle of the recording";
  return "the trace has gaps";
}

ExitStatus to_text(const Arguments& arguments) {
  format::TraceReader trace = format::TraceReader::open(arguments.in);
  expect_other_form(arguments, "binary", kBinaryExtension);
  refuse_to_replace(arguments.in, arguments.out);
  write_as_text(trace, arguments.out);
  if (is_complete(trace)) return ExitStatus::clean;
  talk(fmt::format("{}: {}", arguments.in, lack_text(trace)));
  return ExitStatus::incomplete;
}

void say(const Arguments& arguments, const Made& made) {
  if (arguments.json && !made.json.empty()) {
    print(made.json + "\n");
  } else {
    talk(fmt::format("{}: {}", arguments.out, made.said));
  }
}

ExitStatus to_part(const Arguments& arguments) {
  refuse_to_replace(arguments.in, arguments.out);
  format::TraceReader trace = format::open_trace(arguments.in);
  std::vector<Made> steps;
  if (!arguments.part.range.empty() || !arguments.part.drivers.empty()) {
    steps.push_back(make_part(trace, arguments.part));
  }
  // That OUT is a part was asked for. Gaps are known when all has been read.
  bool is_whole = is_complete(trace);
  if (arguments.redact) {
    if (!steps.empty()) {
      trace = format::TraceReader::from_bytes(std::move(steps.back().trace), arguments.in);
    }
    steps.push_back(make_redacted(trace, arguments.keep_tags, arguments.part.threads));
    if (steps.size() == 1) is_whole = is_complete(trace);
  }
  write_trace(std::move(steps.back().trace), arguments.out);
  for (const Made& made : steps) say(arguments, made);
  return is_whole ? ExitStatus::clean : ExitStatus::incomplete;
}

void check(const Arguments& arguments) {
  const bool is_standard = arguments.out == "-";
  if (arguments.json && (!arguments.redact || is_standard)) {
    throw format::Error("--json goes with --redact, and with an OUT that is a file",
                        ExitStatus::usage);
  }
  if (arguments.keep_tags && !arguments.redact) {
    throw format::Error("--keep-tags goes with --redact", ExitStatus::usage);
  }
}

}  // namespace

void add_convert_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->part.threads = usable_decoders();
  CLI::App* command = app.add_subcommand("convert", kHelp);
  command->footer(exit_help(
      {{ExitStatus::clean, "OUT is written"},
       {ExitStatus::usage, "wrong usage"},
       {ExitStatus::incomplete, "OUT is written; IN has gaps, or ends early, and so does OUT"},
       {ExitStatus::unreadable, "IN is no trace, or OUT can't be written; there is no new OUT"}}));
  command->add_option("IN", arguments->in, "a trace, binary or text")->required();
  command->add_option("OUT", arguments->out, "the other form of it; - is standard output, for text")
      ->required()
      ->check(output_name());
  command->add_option("--range", arguments->part.range,
                      "only these positions, #A..#B, with what tells where they happen");
  command->add_option("--driver", arguments->part.drivers,
                      "only events of that driver, with what tells where they happen");
  command->add_flag("--redact", arguments->redact,
                    "replace names, addresses, times and pool tags; findings stay as they are");
  command->add_flag("--keep-tags", arguments->keep_tags, "with --redact: pool tags stay");
  command->add_flag("--json", arguments->json,
                    "with --redact: what was replaced, as one JSON object");
  command->callback([arguments, &status] {
    check(*arguments);
    if (!arguments->is_plain()) {
      status = to_part(*arguments);
      return;
    }
    // What can't be opened is left to the reader, which says why.
    status = format::is_text_form(arguments->in) ? to_binary(*arguments) : to_text(*arguments);
  });
}

}  // namespace ddireplay::tools
