#include "tools/symbols/dwarf_reader.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/DebugInfo/DWARF/DWARFCompileUnit.h>
#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/DebugInfo/DWARF/DWARFDebugLine.h>
#include <llvm/DebugInfo/DWARF/DWARFDie.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "tools/symbols/llvm_errors.h"
#include "tools/symbols/symbol_names.h"

namespace ddireplay::tools {
namespace {

using llvm::DWARFDebugLine;
using FilePathKind = llvm::DILineInfoSpecifier::FileLineInfoKind;
using PathStyle = llvm::sys::path::Style;

constexpr std::uint8_t kAddressBytes = 8;

// LLVM would print what it recovers from.
void ignore(llvm::Error error) { llvm::consumeError(std::move(error)); }

bool has_drive(std::string_view path) { return path.size() > 1 && path[1] == ':'; }

// The compiler may have run on either kind of system: the style of its paths shows which.
std::string file_name(const DWARFDebugLine::Prologue& prologue, std::uint16_t file,
                      std::string_view unit_directory) {
  std::string name;
  prologue.getFileNameByIndex(file, "", FilePathKind::RelativeFilePath, name);
  const bool is_windows = has_drive(name) || has_drive(unit_directory);
  prologue.getFileNameByIndex(file, {unit_directory.data(), unit_directory.size()},
                              FilePathKind::AbsoluteFilePath, name,
                              is_windows ? PathStyle::windows : PathStyle::posix);
  if (is_windows) std::replace(name.begin(), name.end(), '/', '\\');
  return name;
}

void read_function(const llvm::DWARFDie& die, DwarfRows& rows) {
  if (die.getTag() != llvm::dwarf::DW_TAG_subprogram) return;
  const auto ranges = value_of(die.getAddressRanges());
  if (!ranges || ranges->empty()) return;
  const char* linkage_name = die.getLinkageName();
  const char* short_name = die.getShortName();
  if (linkage_name == nullptr && short_name == nullptr) return;
  const std::string name = linkage_name ? undecorated(linkage_name) : short_name;
  for (const llvm::DWARFAddressRange& range : *ranges) {
    rows.add_function(range.LowPC, range.HighPC, name);
  }
}

void read_lines(llvm::DWARFContext& context, llvm::DWARFUnit& unit, DwarfRows& rows) {
  const auto table = value_of(context.getLineTableForUnit(&unit, ignore));
  if (!table || *table == nullptr) return;
  const char* directory = unit.getCompilationDir();
  std::unordered_map<std::uint16_t, std::uint32_t> files;  // by the table's own numbers
  for (const DWARFDebugLine::Row& row : (*table)->Rows) {
    const auto [file, is_new] = files.try_emplace(row.File);
    if (is_new) {
      file->second =
          rows.add_file(file_name((*table)->Prologue, row.File, directory ? directory : ""));
    }
    rows.add_line(row.Address.Address, file->second, row.EndSequence ? 0 : row.Line);
  }
}

// LLVM reads a line table's addresses by the size that its header (of version 5) states, and takes
// any size: one of 5 bytes ends the process.
bool line_headers_are_sound(std::string_view lines) {
  // From here on it is 64-bit DWARF, which no compiler writes into PE images.
  constexpr std::uint32_t kLengthMax = 0xfffffff0;
  const llvm::DataExtractor data({lines.data(), lines.size()}, /*IsLittleEndian=*/true,
                                 kAddressBytes);
  for (std::uint64_t unit = 0; data.isValidOffsetForDataOfSize(unit, 7);) {
    std::uint64_t place = unit;
    const std::uint32_t length = data.getU32(&place);
    const std::uint64_t next = place + length;
    if (length >= kLengthMax) return false;
    if (data.getU16(&place) >= 5 && data.getU8(&place) != kAddressBytes) return false;
    unit = next;
  }
  return true;
}

}  // namespace

void read_dwarf(const std::vector<std::pair<std::string_view, std::string_view>>& sections,
                DwarfRows& rows) {
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> buffers;
  for (const auto& [name, contents] : sections) {
    if (name.empty()) continue;
    if (name == ".debug_line" && !line_headers_are_sound(contents)) continue;
    // LLVM knows them without the dot.
    const std::string_view key = name.front() == '.' ? name.substr(1) : name;
    buffers[{key.data(), key.size()}] =
        llvm::MemoryBuffer::getMemBuffer({contents.data(), contents.size()}, "", false);
  }
  const auto context =
      llvm::DWARFContext::create(buffers, kAddressBytes, /*isLittleEndian=*/true, ignore, ignore);
  for (const auto& unit : context->compile_units()) {
    for (const llvm::DWARFDebugInfoEntry& entry : unit->dies()) {
      read_function(llvm::DWARFDie(unit.get(), &entry), rows);
    }
    read_lines(*context, *unit, rows);
  }
}

}  // namespace ddireplay::tools
