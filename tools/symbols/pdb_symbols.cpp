#include "tools/symbols/pdb_symbols.h"

#include <llvm/DebugInfo/CodeView/DebugChecksumsSubsection.h>
#include <llvm/DebugInfo/CodeView/DebugLinesSubsection.h>
#include <llvm/DebugInfo/CodeView/Line.h>
#include <llvm/DebugInfo/CodeView/SymbolDeserializer.h>
#include <llvm/DebugInfo/CodeView/SymbolRecord.h>
#include <llvm/DebugInfo/MSF/MappedBlockStream.h>
#include <llvm/DebugInfo/PDB/Native/DbiModuleDescriptor.h>
#include <llvm/DebugInfo/PDB/Native/DbiStream.h>
#include <llvm/DebugInfo/PDB/Native/ModuleDebugStream.h>
#include <llvm/DebugInfo/PDB/Native/SymbolStream.h>
#include <llvm/Object/COFF.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tools/symbols/llvm_errors.h"
#include "tools/symbols/parse_file.h"
#include "tools/symbols/pdb_container.h"
#include "tools/symbols/symbol_names.h"

namespace ddireplay::tools {
namespace {

namespace codeview = llvm::codeview;
namespace pdb = llvm::pdb;

class PdbReader {
 public:
  PdbReader(PdbContainer& container, pdb::DbiStream& dbi) : container_(container), dbi_(dbi) {
    for (const auto& section : dbi.getSectionHeaders()) {
      section_rvas_.push_back(section.VirtualAddress);
    }
  }

  SymbolRows read() {
    // Over the stream itself: the list of modules that LLVM makes of it trusts its counts.
    const llvm::VarStreamArray<pdb::DbiModuleDescriptor> modules(
        dbi_.getModiSubstreamData().StreamData);
    for (const auto& module : modules) read_module(module);
    read_globals();
    add_if_unnamed(data_);
    add_if_unnamed(publics_);
    return std::move(rows_);
  }

 private:
  void read_module(const pdb::DbiModuleDescriptor& descriptor) {
    if (descriptor.getModuleStreamIndex() == pdb::kInvalidStreamIndex) return;
    auto stream =
        value_of(container_.file().safelyCreateIndexedStream(descriptor.getModuleStreamIndex()));
    if (!stream) return;
    pdb::ModuleDebugStreamRef module(descriptor, std::move(*stream));
    if (failed(module.reload())) return;
    bool had_error = false;
    for (const codeview::CVSymbol& record : module.symbols(&had_error)) read_record(record);
    read_lines(module);
  }

  void read_globals() {
    auto symbols = container_.file().getPDBSymbolStream();
    if (failed(symbols.takeError())) return;
    bool had_error = false;
    for (const codeview::CVSymbol& record : symbols->getSymbols(&had_error)) read_record(record);
  }

  void read_record(const codeview::CVSymbol& record) {
    switch (record.kind()) {
      case codeview::S_GPROC32:
      case codeview::S_LPROC32:
      case codeview::S_GPROC32_ID:
      case codeview::S_LPROC32_ID:
        if (const auto procedure = record_as<codeview::ProcSym>(record)) {
          add(rows_.symbols, procedure->Segment, procedure->CodeOffset, procedure->CodeSize,
              view(procedure->Name));
        }
        break;
      case codeview::S_GDATA32:
      case codeview::S_LDATA32:
        if (const auto data = record_as<codeview::DataSym>(record)) {
          add(data_, data->Segment, data->DataOffset, 0, view(data->Name));
        }
        break;
      case codeview::S_PUB32:
        if (const auto name = record_as<codeview::PublicSym32>(record)) {
          add(publics_, name->Segment, name->Offset, 0, undecorated(view(name->Name)));
        }
        break;
      default:
        break;
    }
  }

  template <typename T>
  static std::optional<T> record_as(const codeview::CVSymbol& record) {
    return value_of(codeview::SymbolDeserializer::deserializeAs<T>(record));
  }

  void add(std::vector<Symbol>& to, std::uint16_t segment, std::uint32_t offset, std::uint32_t size,
           std::string_view name) const {
    const auto rva = rva_of(segment, offset);
    if (rva && !name.empty()) to.push_back({*rva, size, std::string(name)});
  }

  // Segments are sections, counted from 1.
  std::optional<std::uint32_t> rva_of(std::uint16_t segment, std::uint32_t offset) const {
    if (segment == 0 || segment > section_rvas_.size()) return std::nullopt;
    const std::uint32_t rva = section_rvas_[segment - 1] + offset;
    return rva < offset ? std::nullopt : std::optional(rva);
  }

  // A name that says more comes first: procedures before data, both before publics.
  void add_if_unnamed(std::vector<Symbol>& symbols) {
    std::unordered_set<std::uint32_t> named;
    for (const Symbol& symbol : rows_.symbols) named.insert(symbol.rva);
    for (Symbol& symbol : symbols) {
      if (named.insert(symbol.rva).second) rows_.symbols.push_back(std::move(symbol));
    }
  }

  void read_lines(const pdb::ModuleDebugStreamRef& module) {
    const auto checksums = value_of(module.findChecksumsSubsection());
    if (!checksums) return;
    for (const codeview::DebugSubsectionRecord& subsection : module.subsections()) {
      if (subsection.kind() != codeview::DebugSubsectionKind::Lines) continue;
      codeview::DebugLinesSubsectionRef lines;
      if (!failed(lines.initialize(llvm::BinaryStreamReader(subsection.getRecordData())))) {
        read_contribution(lines, *checksums);
      }
    }
  }

  // The lines of one stretch of code, as a rule a function.
  void read_contribution(const codeview::DebugLinesSubsectionRef& lines,
                         const codeview::DebugChecksumsSubsectionRef& checksums) {
    const auto begin = rva_of(lines.header()->RelocSegment, lines.header()->RelocOffset);
    if (!begin) return;
    for (const codeview::LineColumnEntry& block : lines) {
      const std::uint32_t file = file_of(checksums, block.NameIndex);
      for (const codeview::LineNumberEntry& entry : block.LineNumbers) {
        const codeview::LineInfo info(entry.Flags);
        // Code that the debugger steps through without stopping belongs to the line before.
        if (info.isAlwaysStepInto() || info.isNeverStepInto()) continue;
        rows_.lines.push_back({*begin + entry.Offset, file, info.getStartLine()});
      }
    }
    rows_.lines.push_back({*begin + lines.header()->CodeSize, 0, 0});
  }

  // A block names its file by a place in the module's checksums, and that one's name is in the
  // string table.
  std::uint32_t file_of(const codeview::DebugChecksumsSubsectionRef& checksums,
                        std::uint32_t place) {
    const auto entry = checksums.getArray().at(place);
    if (entry == checksums.getArray().end()) return kNoFile;
    const std::string_view name = container_.string(entry->FileNameOffset);
    if (name.empty()) return kNoFile;
    const auto [known, is_new] = file_places_.try_emplace(
        entry->FileNameOffset, static_cast<std::uint32_t>(rows_.files.size()));
    if (is_new) rows_.files.emplace_back(name);
    return known->second;
  }

  static constexpr std::uint32_t kNoFile = 0xffffffff;

  PdbContainer& container_;
  pdb::DbiStream& dbi_;
  std::vector<std::uint32_t> section_rvas_;
  std::unordered_map<std::uint32_t, std::uint32_t> file_places_;  // by place in the string table
  std::vector<Symbol> data_;
  std::vector<Symbol> publics_;
  SymbolRows rows_;
};

}  // namespace

Result<PdbContents> parse_pdb(std::span<const std::byte> bytes) {
  auto container = PdbContainer::open(bytes);
  if (!container) return Failure{container.error()};
  auto dbi = (*container)->file().getPDBDbiStream();
  if (failed(dbi.takeError())) {
    return Failure{"a corrupt PDB: its debug information cannot be read"};
  }
  PdbReader reader(**container, *dbi);
  return PdbContents{(*container)->guid(), dbi->getAge(), reader.read()};
}

Result<PdbContents> read_pdb(const std::filesystem::path& path) {
  return parse_file(path, parse_pdb);
}

}  // namespace ddireplay::tools
