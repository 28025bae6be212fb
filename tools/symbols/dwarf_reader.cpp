#include "tools/symbols/dwarf_reader.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/DebugInfo/DWARF/DWARFCompileUnit.h>
#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/DebugInfo/DWARF/DWARFDebugLine.h>
#include <llvm/DebugInfo/DWARF/DWARFDie.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

#include <memory>
#include <unordered_map>
#include <vector>

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

using Cursor = llvm::DataExtractor::Cursor;

// The forms that compilers use in line tables. LLVM takes what others stand for from anywhere.
bool skip_form(const llvm::DataExtractor& data, std::uint64_t form, Cursor& cursor) {
  using namespace llvm::dwarf;
  switch (form) {
    case DW_FORM_string:
      data.getCStrRef(cursor);
      return true;
    case DW_FORM_udata:
      data.getULEB128(cursor);
      return true;
    case DW_FORM_block:
      data.skip(cursor, data.getULEB128(cursor));
      return true;
    case DW_FORM_data1:
      data.skip(cursor, 1);
      return true;
    case DW_FORM_data2:
      data.skip(cursor, 2);
      return true;
    case DW_FORM_data4:
    case DW_FORM_strp:
    case DW_FORM_line_strp:
      data.skip(cursor, 4);
      return true;
    case DW_FORM_data8:
      data.skip(cursor, 8);
      return true;
    case DW_FORM_data16:
      data.skip(cursor, 16);
      return true;
    default:
      return false;
  }
}

// The directories, or the files, of a table of version 5: the forms of an entry, then the entries.
bool skip_entries(const llvm::DataExtractor& data, Cursor& cursor) {
  std::vector<std::uint64_t> forms(data.getU8(cursor));
  for (std::uint64_t& form : forms) {
    data.getULEB128(cursor);  // what it is
    form = data.getULEB128(cursor);
  }
  const std::uint64_t count = data.getULEB128(cursor);
  if (forms.empty()) return count == 0;
  for (std::uint64_t i = 0; i < count && cursor; ++i) {
    for (const std::uint64_t form : forms) {
      if (!skip_form(data, form, cursor)) return false;
    }
  }
  return static_cast<bool>(cursor);
}

bool skip_header(const llvm::DataExtractor& data, Cursor& cursor) {
  // From here on it is 64-bit DWARF, which no compiler writes into PE images.
  constexpr std::uint32_t kLengthMax = 0xfffffff0;
  if (data.getU32(cursor) >= kLengthMax) return false;
  if (data.getU16(cursor) < 5) return static_cast<bool>(cursor);
  if (data.getU8(cursor) != kAddressBytes) return false;
  data.skip(cursor, 1 + 4 + 5);  // segments; length of the header; what instructions are like
  const std::uint8_t opcodes_end = data.getU8(cursor);
  data.skip(cursor, opcodes_end == 0 ? 0 : opcodes_end - 1);
  return skip_entries(data, cursor) && skip_entries(data, cursor);
}

// LLVM trusts the header of a line table (of version 5): addresses of 5 bytes or an unknown form
// end the process, and it makes any number of files of no bytes. A unit may say that its table
// begins anywhere.
bool line_header_is_sound(std::string_view lines, std::uint64_t place) {
  const llvm::DataExtractor data({lines.data(), lines.size()}, /*IsLittleEndian=*/true,
                                 kAddressBytes);
  Cursor cursor(place);
  const bool is_sound = skip_header(data, cursor);
  return !failed(cursor.takeError()) && is_sound;
}

void read_lines(llvm::DWARFContext& context, std::string_view lines, llvm::DWARFUnit& unit,
                DwarfRows& rows) {
  const auto place =
      llvm::dwarf::toSectionOffset(unit.getUnitDIE().find(llvm::dwarf::DW_AT_stmt_list));
  if (!place || !line_header_is_sound(lines, *place + unit.getLineTableOffset())) return;
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

}  // namespace

void read_dwarf(const std::vector<std::pair<std::string_view, std::string_view>>& sections,
                DwarfRows& rows) {
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> buffers;
  std::string_view lines;
  for (const auto& [name, contents] : sections) {
    if (name.empty()) continue;
    if (name == ".debug_line") lines = contents;
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
    read_lines(*context, lines, *unit, rows);
  }
}

}  // namespace ddireplay::tools
