#include "tools/report/text.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>

#include "checkers/ledger/bug_checks.h"
#include "replay/text_case.h"
#include "tools/symbols/guid.h"

namespace ddireplay::tools {
namespace {

constexpr std::array<std::string_view, 3> kIrqlNames = {"PASSIVE_LEVEL", "APC_LEVEL",
                                                        "DISPATCH_LEVEL"};

constexpr std::array<std::string_view, 5> kKernelFiles = {"ntoskrnl", "ntkrnlmp", "ntkrnlpa",
                                                          "ntkrpamp", "ntkrnl"};

struct Release {
  std::uint32_t first_build;
  std::string_view name;
};
// Newest first; a build belongs to the first release that it is not older than.
constexpr std::array<Release, 7> kReleases = {{
    {22000, "Windows 11"},
    {10240, "Windows 10"},
    {9200, "Windows 8"},
    {7600, "Windows 7"},
    {6000, "Windows Vista"},
    {2600, "Windows XP"},
    {0, "Windows"},
}};

std::uint64_t truncated(std::uint64_t value, unsigned pointer_bytes) {
  return pointer_bytes == 4 ? value & 0xffffffff : value;
}

}  // namespace

std::string plain_pointer(std::uint64_t value, unsigned pointer_bytes) {
  return fmt::format("{:0{}x}", truncated(value, pointer_bytes), pointer_digits(pointer_bytes));
}

std::string ticked_pointer(std::uint64_t value, unsigned pointer_bytes) {
  std::string text = plain_pointer(value, pointer_bytes);
  if (pointer_bytes == 8) text.insert(8, 1, '`');
  return text;
}

std::string prefixed_pointer(std::uint64_t value, unsigned pointer_bytes) {
  return "0x" + plain_pointer(value, pointer_bytes);
}

std::string thread_text(std::uint64_t thread, unsigned pointer_bytes) {
  const bool is_number = pointer_bytes == 8 && thread >> 32 == 0;
  return is_number ? fmt::format("{:x}", thread) : ticked_pointer(thread, pointer_bytes);
}

std::string tag_text(std::uint32_t tag) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const char c = static_cast<char>(tag >> shift & 0xff);
    text += c >= ' ' && c <= '~' ? c : '.';
  }
  return text;
}

std::string irql_name(std::uint64_t irql) {
  return irql < kIrqlNames.size() ? std::string(kIrqlNames[irql]) : fmt::format("{}", irql);
}

std::string irql_text(std::uint8_t irql) {
  if (irql == format::kIrqlUnknown) return "unknown";
  if (irql < kIrqlNames.size()) return fmt::format("{} ({})", irql, kIrqlNames[irql]);
  return fmt::format("{}", irql);
}

std::string_view bug_check_name(std::uint32_t bug_check) {
  const std::string_view name = checkers::ledger_bug_check_name(bug_check);
  return name.empty() ? "BUGCHECK" : name;
}

std::string module_display_name(std::string_view file_name) {
  const std::string_view stem = file_name.substr(0, file_name.rfind('.'));
  const bool kernel = std::ranges::any_of(kKernelFiles, [stem](std::string_view name) {
    return replay::same_without_case(name, stem);
  });
  return std::string(kernel ? "nt" : stem);
}

std::string pdb_text(const format::Module& module) {
  if (module.pdb_name.empty()) return "no PDB named";
  return fmt::format("{} {} age {}", module.pdb_name, guid_text(module.pdb_guid), module.pdb_age);
}

bool matches(std::string_view name, std::string_view pattern) {
  return ::fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), FNM_CASEFOLD) == 0;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string fingerprint_text(std::uint64_t fingerprint) {
  return fmt::format("{:016x}", fingerprint);
}

std::string machine_text(const format::FileHeader& header) {
  const char* architecture = header.pointer_bytes == 4 ? "x86 compatible" : "x64";
  if (header.os_build == 0) return fmt::format("{} target", architecture);
  const auto release = std::ranges::find_if(
      kReleases, [&](const Release& row) { return header.os_build >= row.first_build; });
  const char* host = header.host == format::Host::wine ? "Wine as " : "";
  return fmt::format("{}{} {} {} target", host, release->name, header.os_build, architecture);
}

}  // namespace ddireplay::tools
