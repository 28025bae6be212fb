#include "tools/commands/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkers/registry.h"
#include "replay/finding_collector.h"
#include "tools/commands/exit_help.h"
#include "tools/commands/output_name.h"
#include "tools/corpus/add.h"
#include "tools/corpus/cover.h"
#include "tools/corpus/directory.h"
#include "tools/corpus/json_fields.h"
#include "tools/corpus/junit.h"
#include "tools/corpus/run.h"
#include "tools/corpus/tables.h"
#include "tools/corpus/workers.h"
#include "tools/output.h"
#include "tools/partial_file.h"
#include "tools/rule_names.h"

namespace ddireplay::tools {
namespace {

using corpus::Entry;
using corpus::RunResult;
using corpus::Shard;
using format::ExitStatus;

constexpr unsigned kMaxThreads = 1024;

constexpr const char* kHelp =
    "Keeps a directory of traces with what each must report: a guard for what was once fixed.";

constexpr const char* kAddHelp =
    "Replays traces, and keeps each defect that the corpus doesn't hold: the few events that show\n"
    "it, as `ddireplay reduce` finds them, with what they report.";

constexpr const char* kRunHelp =
    "Replays every trace of a corpus, and tells what is not as it was recorded.";

constexpr ExitMeaning kWrongUsage{ExitStatus::usage, "wrong usage"};
constexpr ExitMeaning kNoCorpus{ExitStatus::unreadable, "DIR is no corpus, or can't be read"};

std::string run_statuses() {
  return exit_help({{ExitStatus::clean, "every trace reports what is expected"},
                    {ExitStatus::findings, "a trace reports something else"},
                    kWrongUsage,
                    {ExitStatus::unreadable, "an entry can't be judged, or DIR can't be read"}});
}

constexpr const char* kMergeHelp =
    "Joins the results of all shards of a run: what it prints is what the run in one piece "
    "prints.";

constexpr const char* kPruneHelp =
    "Removes traces without which the corpus still has all its defects, and lists them. Traces "
    "that\n"
    "must stay silent, and damaged ones, are kept.";

// Where a verdict goes.
struct Sinks {
  bool json = false;
  std::string junit;
};

struct RunArguments {
  std::string directory;
  std::string shard;
  std::string result;
  bool update = false;
  unsigned threads = corpus::usable_cores();
  Sinks sinks;
};

void write_file(const std::string& path, const std::string& text) {
  PartialFile file(path);
  file.stream() << text;
  file.commit();
}

// `is_accepted`: what differs is about to become what is expected.
ExitStatus show(const RunResult& result, const Sinks& sinks, bool is_accepted = false) {
  if (!sinks.junit.empty()) write_file(sinks.junit, junit_xml(result));
  if (sinks.json) {
    print(result_json(result));
  } else {
    print(result_text(result));
    if (!is_accepted) print(next_step_text(result));
  }
  return result.status();
}

// "3/16"
Shard shard_of(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, shard.number);
  bool is_shard = number.ec == std::errc() && number.ptr != end && *number.ptr == '/';
  if (is_shard) {
    const auto of = std::from_chars(number.ptr + 1, end, shard.of);
    is_shard = of.ec == std::errc() && of.ptr == end && shard.number >= 1 &&
               shard.number <= shard.of && shard.of <= corpus::kShardsMax;
  }
  if (!is_shard) {
    throw format::Error(
        fmt::format("--shard {}: I/N is expected, as 3/16 for the third of sixteen", text),
        ExitStatus::usage);
  }
  return shard;
}

// The expectations that the run would have had to meet become those of the corpus.
ExitStatus accept(const RunArguments& arguments, const corpus::Run& run) {
  if (!run.accepted.empty()) {
    corpus::Editor editor(arguments.directory);
    for (const auto& [name, expectation] : run.accepted) editor.replace(name, expectation);
  }
  flush_output();
  talk(fmt::format("{}: {} now as seen", arguments.directory,
                   run.accepted.size() == 1
                       ? "1 expectation is"
                       : fmt::format("{} expectations are", run.accepted.size())));
  return run.result.status() == ExitStatus::unreadable ? ExitStatus::unreadable : ExitStatus::clean;
}

ExitStatus run(const RunArguments& arguments) {
  const Shard shard = arguments.shard.empty() ? Shard{} : shard_of(arguments.shard);
  const corpus::Run run = corpus::run_corpus(arguments.directory, shard, arguments.threads);
  if (!arguments.result.empty()) write_file(arguments.result, result_json(run.result));
  const ExitStatus status = show(run.result, arguments.sinks, arguments.update);
  return arguments.update ? accept(arguments, run) : status;
}

// A file that can't be read stands for a shard that has not run.
ExitStatus merge(const std::vector<std::string>& files, const Sinks& sinks) {
  std::vector<RunResult> shards;
  for (const std::string& file : files) {
    try {
      shards.push_back(corpus::parse_result(corpus::read_whole_file(file), file));
    } catch (const format::Error& error) {
      talk(error.what());
    }
  }
  return show(corpus::merge_results(std::move(shards)), sinks);
}

ExitStatus add(const std::string& directory, const std::vector<std::string>& traces,
               corpus::AddOptions options) {
  options.rules = rule_names(options.rules);
  ExitStatus status = ExitStatus::clean;
  corpus::add_traces(directory, traces, options, [&status](const corpus::Added& added) {
    if (!added.is_readable) status = ExitStatus::unreadable;
    print(added.entry.empty()
              ? fmt::format("{}: not added: {}\n", added.trace, added.why)
              : fmt::format("{}: added as {}: {}\n", added.trace, added.entry, added.why));
  });
  return status;
}

// Of a rule that is named by its id, another id of it, or its slug.
std::string rule_id(const std::string& typed) {
  const std::string name = rule_names({typed}).front();
  for (const auto& checker : checkers::make_all_checkers()) {
    for (const replay::Rule& rule : checker->rules()) {
      const bool is_it =
          rule.id() == name || rule.slug == name || replay::contains_id(rule.aliases, name);
      if (is_it) return rule.id();
    }
  }
  throw format::Error(fmt::format("no checker has the rule {}; `ddireplay rules --status checked` "
                                  "lists those that can be replayed",
                                  typed),
                      ExitStatus::usage);
}

ExitStatus list(const std::string& directory, const std::string& rule) {
  const std::vector<Entry> entries = corpus::read_entries(directory);
  const std::string id = rule.empty() ? "" : rule_id(rule);
  std::vector<const Entry*> wanted;
  for (const Entry& entry : entries) {
    const std::vector<std::string> found = corpus::rules_found(entry.expectation);
    if (id.empty() || std::ranges::find(found, id) != found.end()) wanted.push_back(&entry);
  }
  print(list_text(wanted));
  if (wanted.empty()) {
    talk(id.empty() ? fmt::format("{}: the corpus is empty", directory)
                    : fmt::format("{}: no trace has a finding of {}", directory, id));
  }
  return ExitStatus::clean;
}

ExitStatus stats(const std::string& directory) {
  std::vector<std::string> checked;
  for (const auto& checker : checkers::make_all_checkers()) {
    for (const replay::Rule& rule : checker->rules()) checked.push_back(rule.id());
  }
  print(stats_text(corpus::read_entries(directory), checked));
  return ExitStatus::clean;
}

ExitStatus prune(const std::string& directory, bool is_rehearsal) {
  // Held before anything is read: what is decided here must still be so when it is done.
  std::optional<corpus::Editor> editor;
  if (!is_rehearsal) editor.emplace(directory);
  const std::vector<Entry> entries = corpus::read_entries(directory);
  const std::vector<std::size_t> redundant = corpus::redundant_entries(entries);
  for (const std::size_t place : redundant) {
    if (editor) editor->remove(entries[place].name);
    print(fmt::format("{} {}\n", editor ? "removed" : "would remove", entries[place].name));
  }
  print(fmt::format("{} of {} traces {}\n", entries.size() - redundant.size(), entries.size(),
                    editor ? "stay" : "would stay"));
  return ExitStatus::clean;
}

CLI::App* add_directory(CLI::App* command, std::string& directory) {
  command->add_option("DIR", directory, "the corpus")->required()->check(output_name());
  return command;
}

void add_sinks(CLI::App* command, Sinks& sinks) {
  command->add_flag("--json", sinks.json, "the whole result as one JSON object");
  command->add_option("--junit", sinks.junit, "writes the result to a file, for a CI system")
      ->check(output_name());
}

void add_threads(CLI::App* command, unsigned& threads) {
  command->add_option("--threads", threads, "traces that are replayed at once; default: all cores")
      ->check(CLI::Range(1u, kMaxThreads));
}

void add_add(CLI::App* parent, ExitStatus& status) {
  struct Arguments {
    std::string directory;
    std::vector<std::string> traces;
    corpus::AddOptions options;
  };
  const auto arguments = std::make_shared<Arguments>();
  arguments->options.rules = {"default"};
  arguments->options.threads = corpus::usable_cores();
  CLI::App* command = add_directory(parent->add_subcommand("add", kAddHelp), arguments->directory);
  command->footer(
      exit_help({{ExitStatus::clean, "what was worth it is kept"},
                 kWrongUsage,
                 {ExitStatus::unreadable, "a trace can't be read, and was not kept for that"}}));
  command->add_option("TRACE", arguments->traces, "traces, binary or text")->required();
  command->add_flag("--whole", arguments->options.whole,
                    "keep the traces as they are, and don't reduce them");
  command->add_flag("--always", arguments->options.always,
                    "also a trace without a defect that the corpus doesn't hold");
  command
      ->add_option("--rules", arguments->options.rules,
                   "expect findings of these only, as `ddireplay replay` takes them")
      ->delimiter(',')
      ->take_all();
  command->add_option("--note", arguments->options.note, "kept with each, for people");
  add_threads(command, arguments->options.threads);
  command->callback([arguments, &status] {
    status = add(arguments->directory, arguments->traces, arguments->options);
  });
}

void add_run(CLI::App* parent, ExitStatus& status) {
  const auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = add_directory(parent->add_subcommand("run", kRunHelp), arguments->directory);
  command->footer(run_statuses());
  add_sinks(command, arguments->sinks);
  CLI::Option* update = command->add_flag("--update", arguments->update,
                                          "expect from now on what was seen, and show that first");
  CLI::Option* shard =
      command->add_option("--shard", arguments->shard, "I/N: only the I-th of N parts");
  CLI::Option* result = command->add_option("--result", arguments->result,
                                            "writes the shard's result to a file, for merge");
  result->check(output_name());
  shard->needs(result)->excludes(update)->excludes("--json")->excludes("--junit");
  result->needs(shard);
  add_threads(command, arguments->threads);
  command->callback([arguments, &status] { status = run(*arguments); });
}

void add_merge(CLI::App* parent, ExitStatus& status) {
  struct Arguments {
    std::vector<std::string> results;
    Sinks sinks;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = parent->add_subcommand("merge", kMergeHelp);
  command->footer(
      exit_help({{ExitStatus::clean, "every trace reports what is expected"},
                 {ExitStatus::findings, "a trace reports something else"},
                 kWrongUsage,
                 {ExitStatus::incomplete, "shards are missing, or their RESULT can't be read"},
                 {ExitStatus::unreadable, "an entry can't be judged"}}));
  command->add_option("RESULT", arguments->results, "what --result has written")->required();
  add_sinks(command, arguments->sinks);
  command->callback([arguments, &status] { status = merge(arguments->results, arguments->sinks); });
}

void add_views(CLI::App* parent, ExitStatus& status) {
  struct Arguments {
    std::string directory;
    std::string rule;
    bool dry_run = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  const std::string statuses = exit_help({{ExitStatus::clean, "done"}, kWrongUsage, kNoCorpus});
  CLI::App* command = add_directory(parent->add_subcommand("list", "Lists the traces of a corpus."),
                                    arguments->directory);
  command->footer(statuses);
  command->add_option("--rule", arguments->rule,
                      "those with a finding of this rule: an id or a slug");
  command->callback([arguments, &status] { status = list(arguments->directory, arguments->rule); });

  command = add_directory(
      parent->add_subcommand("stats", "How much a corpus holds, and which rules it covers."),
      arguments->directory);
  command->footer(statuses);
  command->callback([arguments, &status] { status = stats(arguments->directory); });

  command = add_directory(parent->add_subcommand("prune", kPruneHelp), arguments->directory);
  command->footer(statuses);
  command->add_flag("--dry-run", arguments->dry_run, "only list them");
  command->callback(
      [arguments, &status] { status = prune(arguments->directory, arguments->dry_run); });
}

}  // namespace

void add_corpus_command(CLI::App& app, ExitStatus& status) {
  CLI::App* command = app.add_subcommand("corpus", kHelp);
  command->require_subcommand(1);
  add_add(command, status);
  add_run(command, status);
  add_merge(command, status);
  add_views(command, status);
}

}  // namespace ddireplay::tools
