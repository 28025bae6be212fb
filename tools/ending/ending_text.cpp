#include "tools/ending/ending_text.h"

#include <fmt/format.h>

#include "tools/ending/exception_name.h"

namespace ddireplay::tools {
namespace {

using format::AccessKind;
using format::EndReason;

std::string_view access_text(AccessKind kind) {
  switch (kind) {
    case AccessKind::none:
      break;
    case AccessKind::read:
      return "reading";
    case AccessKind::write:
      return "writing";
    case AccessKind::execute:
      return "executing";
  }
  return "accessing";
}

std::string place_text(const format::FooterInfo& footer, const format::Ending& ending) {
  return module_place(footer.modules, ending.address) +
         symbol_suffix(ending.symbol, ending.file, ending.line);
}

std::string crash_text(const format::FooterInfo& footer, const format::Ending& ending) {
  const bool has_place = ending.address != 0;
  if (!ending.routine.empty()) {
    return fmt::format("the target called a DDI that this host does not have: {}{}{}",
                       ending.routine, has_place ? ", from " : "",
                       has_place ? place_text(footer, ending) : "");
  }
  return fmt::format("the target crashed: {}{}{}", exception_text(ending), has_place ? " at " : "",
                     has_place ? place_text(footer, ending) : "");
}

std::string death_text(const format::FooterInfo& footer, const format::Ending& ending) {
  std::string text = "the process that hosts the target ended by itself";
  if (ending.code == 0) return text;
  text += ": " + exception_text(ending);
  if (ending.address != 0) text += fmt::format(" at {}", place_text(footer, ending));
  return text + ", outside the target";
}

std::string busy_text(const format::FooterInfo& footer, const format::Ending& ending) {
  if (ending.irp != 0) {
    return fmt::format("; the request {:#x}, which came to {}, was never completed", ending.irp,
                       place_text(footer, ending));
  }
  if (ending.address == 0) return "";
  return "; the target was busy at " + place_text(footer, ending);
}

std::string while_text(const format::Ending& ending) {
  std::string text;
  if (ending.thread != 0) text += fmt::format(", in thread {:#x}", ending.thread);
  if (!ending.during.empty()) text += fmt::format(", while {}", ending.during);
  return text;
}

std::string absent_sentence(const format::FooterInfo& footer, const format::ImportInfo& import,
                            const NameAddress& name_address) {
  std::string text =
      fmt::format("The target called a DDI that this host does not have: {}", import.name);
  if (import.calls > 1) text += fmt::format(", {} calls", import.calls);
  if (import.caller == 0) return text;
  return text + fmt::format(", {}from {}{}", import.calls > 1 ? "the first " : "",
                            module_place(footer.modules, import.caller),
                            symbol_suffix(name_address(import.caller), "", 0));
}

}  // namespace

std::string module_place(std::span<const format::Module> modules, std::uint64_t address) {
  for (const format::Module& module : modules) {
    if (module.contains(address)) {
      return fmt::format("{}+{:#x}", module.name, address - module.base);
    }
  }
  return fmt::format("{:#x}", address);
}

std::string symbol_suffix(std::string_view symbol, std::string_view file, std::uint32_t line) {
  if (symbol.empty()) return "";
  if (file.empty()) return fmt::format(" ({})", symbol);
  const std::size_t slash = file.find_last_of("/\\");
  return fmt::format(" ({}, {}:{})", symbol,
                     slash == std::string_view::npos ? file : file.substr(slash + 1), line);
}

std::string exception_text(const format::Ending& ending) {
  std::string text = fmt::format("{} (0x{:08x})", exception_name(ending.code), ending.code);
  if (ending.access != AccessKind::none) {
    text += fmt::format(" {} {:#x}", access_text(ending.access), ending.accessed);
  }
  return text;
}

std::optional<std::string> ending_sentence(const format::FooterInfo& footer) {
  const format::Ending ending = footer.ending.value_or(format::Ending{});
  const std::string during = while_text(ending);
  switch (footer.end_reason) {
    case EndReason::target_crashed:
      return fmt::format("The recording ended because {}{}", crash_text(footer, ending), during);
    case EndReason::host_died:
      return fmt::format("The recording ended because {}{}", death_text(footer, ending), during);
    case EndReason::time_limit:
      return fmt::format("The recording ended because its time was up{}{}", during,
                         busy_text(footer, ending));
    case EndReason::hung:
      return fmt::format(
          "The recording ended because its time was up and the target did not come back{}{}",
          during, busy_text(footer, ending));
    case EndReason::program_failed:
      return fmt::format(
          "The recording ended in order, but the program under test failed: exit "
          "status {}{}",
          ending.code, during);
    case EndReason::stop_requested:
      return fmt::format("The recording ended because it was told to stop{}", during);
    case EndReason::killed:
      return fmt::format("The recording ended because it was killed{}", during);
    case EndReason::load_failed:
      return fmt::format("The recording ended because a target could not be started{}", during);
    case EndReason::unload_failed:
      return fmt::format("A target could not be unloaded{}{}: what it leaves behind was not judged",
                         during, busy_text(footer, ending));
    case EndReason::stopped:
    case EndReason::recovered:
    case EndReason::thread_inside:
    case EndReason::disk_full:
    case EndReason::converted:
    case EndReason::cut_off:
      break;
  }
  return std::nullopt;
}

std::vector<std::string> absent_sentences(const format::FooterInfo& footer,
                                          const NameAddress& name_address) {
  std::vector<std::string> sentences;
  for (const format::ImportInfo& import : footer.imports) {
    const bool is_the_end = footer.ending && footer.ending->routine == import.name;
    if (!import.absent || import.calls == 0 || is_the_end) continue;
    sentences.push_back(absent_sentence(footer, import, name_address));
  }
  return sentences;
}

std::vector<std::string> ending_sentences(const format::FooterInfo* footer,
                                          const NameAddress& name_address) {
  if (footer == nullptr) return {};
  std::vector<std::string> sentences = absent_sentences(*footer, name_address);
  if (const auto ending = ending_sentence(*footer)) sentences.insert(sentences.begin(), *ending);
  return sentences;
}

}  // namespace ddireplay::tools
