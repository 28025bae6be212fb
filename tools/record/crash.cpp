#include "tools/record/crash.h"

#include <charconv>

#include "tools/ending/exception_name.h"

namespace ddireplay::tools::record {
namespace {

using format::AccessKind;

bool remove_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// With or without 0x in front, and whatever behind.
template <class Number>
bool parse_hexadecimal(std::string_view digits, Number& number) {
  remove_prefix(digits, "0x");
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return parsed.ec == std::errc();
}

struct NamedCode {
  std::string_view words;  // that Wine's description begins with
  std::uint32_t code;
};

constexpr NamedCode kCodes[] = {
    {"page fault", kAccessViolation},
    {"alignment", 0x80000002},
    {"breakpoint", 0x80000003},
    {"illegal instruction", 0xc000001d},
    {"array bounds", 0xc000008c},
    {"division by zero", 0xc0000094},
    {"overflow", 0xc0000095},
    {"privileged instruction", 0xc0000096},
    {"stack overflow", 0xc00000fd},
    {"critical section", 0xc0000194},
    {"Unimplemented function", kWineStub},
};

struct NamedAccess {
  std::string_view words;
  AccessKind kind;
};

constexpr NamedAccess kAccesses[] = {
    {" on read access to ", AccessKind::read},
    {" on write access to ", AccessKind::write},
    {" on execute access to ", AccessKind::execute},
};

// "Unimplemented function ntoskrnl.exe.NAME called".
std::string routine_of(std::string_view what) {
  constexpr std::string_view kCalled = " called";
  if (!remove_prefix(what, "Unimplemented function ") || !what.ends_with(kCalled)) return "";
  what.remove_suffix(kCalled.size());
  return std::string(what.substr(what.rfind('.') + 1));
}

void describe(Crash& crash) {
  const std::string_view what = crash.what;
  for (const NamedCode& known : kCodes) {
    if (what.starts_with(known.words)) crash.code = known.code;
  }
  for (const NamedAccess& known : kAccesses) {
    const std::size_t at = what.find(known.words);
    if (at == std::string_view::npos) continue;
    if (parse_hexadecimal(what.substr(at + known.words.size()), crash.accessed)) {
      crash.access = known.kind;
    }
  }
  constexpr std::string_view kUnnamed = "exception ";
  if (what.starts_with(kUnnamed)) parse_hexadecimal(what.substr(kUnnamed.size()), crash.code);
  crash.routine = routine_of(what);
}

}  // namespace

std::optional<Crash> parse_crash(std::string_view line) {
  constexpr std::string_view kAt = " at address ";
  constexpr std::string_view kThread = "(thread ";
  if (!remove_prefix(line, "wine: ")) return std::nullopt;
  remove_prefix(line, "Unhandled ");
  const std::size_t at = line.find(kAt);
  if (at == std::string_view::npos) return std::nullopt;
  Crash crash;
  crash.what = line.substr(0, at);
  if (!parse_hexadecimal(line.substr(at + kAt.size()), crash.address)) return std::nullopt;
  const std::size_t thread = line.find(kThread, at);
  if (thread != std::string_view::npos) {
    parse_hexadecimal(line.substr(thread + kThread.size()), crash.thread);
  }
  describe(crash);
  return crash;
}

}  // namespace ddireplay::tools::record
