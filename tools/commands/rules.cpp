#include "tools/commands/rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checkers/ledger/ledger.h"
#include "checkers/ledger/lookup.h"
#include "checkers/registry.h"
#include "tools/commands/exit_help.h"
#include "tools/commands/rules_text.h"
#include "tools/output.h"
#include "tools/report/json.h"

namespace ddireplay::tools {
namespace {

using checkers::Ledger;
using checkers::LedgerRow;
using format::ExitStatus;

constexpr const char* kHelp =
    "Lists every rule that Driver Verifier documents, and whether it is checked.\n"
    "\n"
    "With an id (C4:62) or a slug it explains that rule: when it fires, what its parameters mean,\n"
    "what is legal though it looks alike, how to fix the driver. Anything else is looked for: a "
    "bug\n"
    "check (C7), the name of a DDI, words of a title.";

struct Arguments {
  std::vector<std::string> words;
  std::string status;
  bool json = false;
};

[[noreturn]] void fail_unknown(const Ledger& ledger, const std::string& text) {
  const std::string nearest = checkers::nearest_id(ledger, text);
  const std::string hint =
      nearest.empty() ? "`ddireplay rules` lists all" : fmt::format("did you mean {}?", nearest);
  throw format::Error(fmt::format("no rule is called or speaks of \"{}\"; {}", text, hint),
                      ExitStatus::usage);
}

std::vector<const LedgerRow*> wanted_rows(const Ledger& ledger, const Arguments& arguments,
                                          const std::string& text) {
  std::vector<const LedgerRow*> rows = checkers::search_rows(ledger, text);
  if (rows.empty()) fail_unknown(ledger, text);
  std::erase_if(rows, [&](const LedgerRow* row) {
    return !arguments.status.empty() &&
           checkers::status_word(ledger.status(*row)) != arguments.status;
  });
  return rows;
}

ExitStatus rules(const Arguments& arguments) {
  const Ledger ledger(checkers::rules_of(checkers::make_all_checkers()));
  const std::string text = fmt::format("{}", fmt::join(arguments.words, " "));
  if (const LedgerRow* row = checkers::find_row(ledger, text)) {
    print(arguments.json ? json_text(rule_json(ledger, *row)) + "\n"
                         : rule_explanation(ledger, *row));
    return ExitStatus::clean;
  }
  const std::vector<const LedgerRow*> rows = wanted_rows(ledger, arguments, text);
  print(arguments.json ? json_text(rules_json(ledger, rows)) + "\n" : rules_table(ledger, rows));
  return ExitStatus::clean;
}

}  // namespace

void add_rules_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("rules", kHelp);
  command->footer(exit_help({{ExitStatus::clean, "there are such rules"},
                             {ExitStatus::usage, "wrong usage, or there is no such rule"}}));
  command->add_option("RULE", arguments->words, "an id, a slug, a bug check, or what to look for");
  command
      ->add_option("--status", arguments->status,
                   "list these only: checked, not-yet, needs-more or out-of-scope")
      ->check(CLI::IsMember({"checked", "not-yet", "needs-more", "out-of-scope"}));
  command->add_flag("--json", arguments->json, "one JSON object");
  command->callback([arguments, &status] { status = rules(*arguments); });
}

}  // namespace ddireplay::tools
