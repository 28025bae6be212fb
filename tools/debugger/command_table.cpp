#include "tools/debugger/command_table.h"

#include <algorithm>
#include <array>
#include <vector>

#include "replay/text_case.h"
#include "tools/debugger/expression.h"
#include "tools/debugger/words.h"
#include "tools/number.h"
#include "tools/position.h"
#include "tools/report/analyze_text.h"
#include "tools/report/append.h"
#include "tools/report/event_text.h"
#include "tools/report/nearest_text.h"
#include "tools/report/stack_text.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

struct Command {
  std::string_view name;
  std::string_view arguments;
  std::string_view help;
  std::size_t words_max;  // behind the name
  std::string (*run)(Session& session, const Words& words);
};

std::string analyze(Session& session, const Words& words) {
  if (words.empty()) return findings_list(session.view());
  if (words[0] != "-v") fail(fmt::format("!analyze has no option {}: write !analyze -v", words[0]));
  return analyze_text(session.view());
}

std::string pool_log(Session& session, const Words& words) {
  if (words.size() < 2) fail("!verifier 0x80 needs the address of a block: !verifier 0x80 ADDRESS");
  const std::uint64_t address = evaluate(words[1], session.symbolizer());
  return pool_log_text(session.pool_log(address), address, session.symbolizer());
}

std::string verifier(Session& session, const Words& words) {
  constexpr std::uint64_t kPoolLog = 0x80;
  if (!words.empty() && parse_hexadecimal(words[0]) == kPoolLog) return pool_log(session, words);
  return session.ask_world(fmt::format("!verifier {}", fmt::join(words, " ")));
}

std::string list_nearest(Session& session, const Words& words) {
  if (words.empty()) fail("ln needs an address: ln ADDRESS");
  return nearest_text(evaluate(words[0], session.symbolizer()), session.symbolizer());
}

// Options stand apart or together: `lm v m PATTERN`, `lm vm PATTERN`.
std::string list_modules(Session& session, const Words& words) {
  std::string options;
  auto word = words.begin();
  while (word != words.end() && !options.ends_with('m')) options += replay::lower_case(*word++);
  const bool has_details = options.starts_with('v');
  const std::string_view others = std::string_view(options).substr(has_details ? 1 : 0);
  const bool has_pattern = others == "m" && words.end() - word == 1;
  if (!has_pattern && !others.empty()) fail("lm takes a pattern: lm m PATTERN, lmvm PATTERN");
  return modules_text(session.symbolizer(), has_pattern ? *word : "*",
                      has_details ? ModuleText::details : ModuleText::line);
}

std::string stack(Session& session, const Words& words) {
  const format::Event* event = session.event();
  if (event == nullptr) fail("the trace has no event, so there is no stack");
  std::size_t frames = format::kMaxStackFrames;
  if (!words.empty()) {
    const auto wanted = parse_hexadecimal(words[0]);
    if (!wanted) fail(fmt::format("k takes a number of frames, not {}", words[0]));
    frames = static_cast<std::size_t>(*wanted);
  }
  return event_stack_text(session.trace(), *event, session.symbolizer(), frames);
}

std::string examine(Session& session, const Words& words) {
  if (words.empty()) fail("x needs a pattern: x MODULE!SYMBOL, with * for anything");
  const auto found = session.symbolizer().all_named(words[0]);
  if (found.empty()) fail(fmt::format("Couldn't resolve '{}': no symbol has that name", words[0]));
  std::string out;
  for (const NamedAddress& symbol : found) {
    append(out, "{} {}\n", ticked_pointer(symbol.address, session.symbolizer().pointer_bytes()),
           symbol.name);
  }
  return out;
}

std::string symbol_path_text(const std::string& path) {
  const std::string shown = path.empty() ? "empty" : path;
  return fmt::format("Symbol search path is: {}\nSymbols that a trace carries are used first.\n",
                     shown);
}

std::string symbol_path(Session& session, const Words& words) {
  if (!words.empty()) session.use_symbols(std::string(words[0]));
  return symbol_path_text(session.symbolizer().symbol_path());
}

std::string add_symbol_path(Session& session, const Words& words) {
  if (words.empty()) fail(".sympath+ needs a directory: .sympath+ DIRECTORY");
  const std::string& path = session.symbolizer().symbol_path();
  session.use_symbols(path.empty() ? std::string(words[0]) : fmt::format("{};{}", path, words[0]));
  return symbol_path_text(session.symbolizer().symbol_path());
}

std::string reload(Session& session, const Words&) {
  const std::string path = session.symbolizer().symbol_path();
  session.use_symbols(path);
  return list_modules(session, {});
}

std::string target(Session& session, const Words&) {
  std::string out = machine_text(session.trace().header()) + "\n";
  append(out, "Trace: {}, {}\n", session.trace().name(), counted(session.report().events, "event"));
  const format::FooterInfo* const footer = session.trace().footer();
  append(out, "Recording: {}\n",
         footer == nullptr ? kCutText : end_reason_text(footer->end_reason));
  return out;
}

// Where the session stands now, and what was found there.
std::string whereabouts(Session& session) {
  std::string out;
  if (const format::Event* event = session.event()) {
    append(out, "{}\n", event_text(session.trace(), *event, session.symbolizer()));
  }
  const std::vector<replay::Finding>& findings = session.report().findings;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (findings[i].position != session.position()) continue;
    append(out, "Finding {}: {} {}{}\n", i + 1, findings[i].rule->id(), doubt_mark(findings[i]),
           findings[i].sentence);
  }
  return out;
}

std::string go_to(Session& session, std::uint64_t position) {
  session.go_to(position);
  return whereabouts(session);
}

std::string go(Session& session, const Words& words) {
  if (!words.empty()) return go_to(session, parse_position(words[0]));
  const std::vector<replay::Finding>& findings = session.report().findings;
  const auto next =
      std::ranges::upper_bound(findings, session.position(), {}, &replay::Finding::position);
  if (next != findings.end()) return go_to(session, next->position);
  return "No finding follows: this is the end of the trace.\n" +
         go_to(session, session.report().events);
}

std::string go_back(Session& session, const Words& words) {
  if (!words.empty()) return go_to(session, parse_position(words[0]));
  const std::vector<replay::Finding>& findings = session.report().findings;
  const auto here =
      std::ranges::lower_bound(findings, session.position(), {}, &replay::Finding::position);
  if (here != findings.begin()) return go_to(session, (here - 1)->position);
  return "No finding precedes: this is the start of the trace.\n" + go_to(session, 1);
}

std::string step(Session& session, const Words&) { return go_to(session, session.position() + 1); }

std::string step_back(Session& session, const Words&) {
  if (session.position() <= 1) fail("this is the first event: there is none before it");
  return go_to(session, session.position() - 1);
}

std::string quit(Session& session, const Words&) {
  session.end();
  return "";
}

std::string help(Session&, const Words&) { return command_help(); }

constexpr std::array<Command, 18> kCommands = {{
    {"!analyze", "[-v]", "all findings: one line each, or each with its history", 1, analyze},
    {"!verifier", "FLAGS [IMAGE]", "flags and statistics; 1: and drivers; 3: and allocations", 2,
     verifier},
    {"!verifier", "0x80 ADDRESS", "every allocation and free of this address in the trace", 2,
     verifier},
    {"ln", "ADDRESS", "source line and symbols at and behind an address", 1, list_nearest},
    {"lm", "[v] [m PATTERN]", "modules, or those whose name matches; v: what is known of each", 3,
     list_modules},
    {"x", "MODULE!SYMBOL", "symbols of that name, * and ? standing for anything", 1, examine},
    {"k", "[N]", "stack of the event at the position, or its first N frames", 1, stack},
    {"g", "[#N]", "to the next finding, or to a position", 1, go},
    {"g-", "[#N]", "to the finding before, or to a position", 1, go_back},
    {"p", "", "to the next event", 0, step},
    {"p-", "", "to the event before", 0, step_back},
    {"vertarget", "", "the recorded machine, and its recording", 0, target},
    {".sympath", "[PATH]", "the symbol path, or another one from here on", 1, symbol_path},
    {".sympath+", "DIRECTORY", "adds a directory to it", 1, add_symbol_path},
    {".reload", "", "looks for all symbols anew", 0, reload},
    {".help", "", "this list", 0, help},
    {"?", "", "this list", 0, help},
    {"q", "", "ends the session", 0, quit},
}};

// What people type for the same: of a recording kb and kv have no more to show than k.
struct Alias {
  std::string_view typed;
  std::string_view name;
};
constexpr std::array<Alias, 9> kAliases = {{
    {"exit", "q"},
    {"qq", "q"},
    {"quit", "q"},
    {"help", ".help"},
    {"kb", "k"},
    {"kn", "k"},
    {"kv", "k"},
    {"kp", "k"},
    {"t", "p"},
}};

// Commands are typed in either case.
std::string name_of(std::string_view typed) {
  std::string name = replay::lower_case(typed);
  const auto alias = std::ranges::find(kAliases, name, &Alias::typed);
  return alias == kAliases.end() ? name : std::string(alias->name);
}

}  // namespace

std::string run_command(Session& session, std::string_view line) {
  Words words = split_words(line);
  if (words.empty()) return "";
  const std::string_view typed = words.front();
  std::string name = name_of(typed);
  words.erase(words.begin());
  // Its options are mostly typed with it: lmvm.
  constexpr std::string_view kModules = "lm";
  if (name.size() > kModules.size() && name.starts_with(kModules)) {
    name = kModules;
    words.insert(words.begin(), typed.substr(kModules.size()));
  }
  const auto command = std::ranges::find(kCommands, name, &Command::name);
  if (command == kCommands.end()) {
    fail(fmt::format("Couldn't resolve command '{}'; .help lists the commands", typed));
  }
  if (words.size() > command->words_max) {
    const std::string_view space = command->arguments.empty() ? "" : " ";
    fail(fmt::format("Extra character error at '{}': write {}{}{}", words[command->words_max],
                     command->name, space, command->arguments));
  }
  return command->run(session, words);
}

std::string command_help() {
  std::string out;
  for (const Command& command : kCommands) {
    append(out, "{:<26} {}\n", fmt::format("{} {}", command.name, command.arguments), command.help);
  }
  out += "kb, kn, kp, kv             as k; t: as p; lmvm PATTERN: as lm v m PATTERN\n";
  out +=
      "\nAddresses are hexadecimal, or MODULE!SYMBOL+OFFSET. The position is an event that is "
      "about\n"
      "to happen: what is shown is as it was before it.\n";
  return out;
}

}  // namespace ddireplay::tools
