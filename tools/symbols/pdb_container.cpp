#include "tools/symbols/pdb_container.h"

#include <llvm/DebugInfo/MSF/MSFCommon.h>
#include <llvm/DebugInfo/MSF/MappedBlockStream.h>
#include <llvm/DebugInfo/PDB/Native/RawConstants.h>
#include <llvm/DebugInfo/PDB/Native/RawTypes.h>
#include <llvm/Support/BinaryByteStream.h>
#include <llvm/Support/BinaryStreamReader.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "tools/symbols/llvm_errors.h"

namespace ddireplay::tools {
namespace {

// A bit vector as the table of stream names has two: a count of 32-bit words, then the words.
bool skip_bits(llvm::BinaryStreamReader& reader) {
  std::uint32_t words = 0;
  return !failed(reader.readInteger(words)) &&
         !failed(reader.skip(std::min<std::uint64_t>(std::uint64_t{words} * 4, UINT32_MAX)));
}

// The table: the names, end to end; then a hash table from a name's place to its stream's number.
std::optional<std::uint32_t> find_stream(llvm::BinaryStreamReader& reader, llvm::StringRef wanted) {
  std::uint32_t names_bytes = 0;
  llvm::StringRef names;
  std::uint32_t count = 0;
  std::uint32_t capacity = 0;
  if (failed(reader.readInteger(names_bytes)) ||
      failed(reader.readFixedString(names, names_bytes)) || failed(reader.readInteger(count)) ||
      failed(reader.readInteger(capacity)) || !skip_bits(reader) || !skip_bits(reader)) {
    return std::nullopt;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t place = 0;
    std::uint32_t stream = 0;
    if (failed(reader.readInteger(place)) || failed(reader.readInteger(stream))) break;
    if (names.substr(place).split('\0').first == wanted) return stream;
  }
  return std::nullopt;
}

// The head of the container: LLVM makes a table of as many blocks as it claims, before any of them
// is looked for in the file.
bool has_room_for_blocks(std::span<const std::byte> bytes) {
  llvm::msf::SuperBlock head;
  if (bytes.size() < sizeof(head)) return false;
  std::memcpy(&head, bytes.data(), sizeof(head));
  return std::uint64_t{head.BlockSize} * head.NumBlocks <= bytes.size();
}

bool has_magic(std::span<const std::byte> bytes) {
  return bytes.size() >= sizeof(llvm::msf::Magic) &&
         std::memcmp(bytes.data(), llvm::msf::Magic, sizeof(llvm::msf::Magic)) == 0;
}

}  // namespace

PdbContainer::PdbContainer(std::span<const std::byte> bytes)
    : bytes_(reinterpret_cast<const std::uint8_t*>(bytes.data()),
             reinterpret_cast<const std::uint8_t*>(bytes.data()) + bytes.size()),
      file_(std::make_unique<llvm::pdb::PDBFile>(
          "", std::make_unique<llvm::BinaryByteStream>(bytes_, llvm::support::little),
          allocator_)) {}

Result<std::unique_ptr<PdbContainer>> PdbContainer::open(std::span<const std::byte> bytes) {
  // Before the copy is made: any file may stand under the name of a PDB, however large.
  if (!has_magic(bytes)) return Failure{"not a PDB"};
  if (!has_room_for_blocks(bytes))
    return Failure{"a corrupt PDB: it has fewer blocks than it says"};
  std::unique_ptr<PdbContainer> container(new PdbContainer(bytes));
  llvm::pdb::PDBFile& file = container->file();
  if (failed(file.parseFileHeaders())) return Failure{"not a PDB"};
  if (failed(file.parseStreamData()) || !container->check_blocks()) {
    return Failure{"a corrupt PDB: its table of streams makes no sense"};
  }
  container->empty_absent_streams();
  if (!container->read_info()) return Failure{"a corrupt PDB: it does not identify itself"};
  return container;
}

// Every block lies in the file, and none is used twice over: then no stream is larger than the
// file, and every read within a stream succeeds.
bool PdbContainer::check_blocks() const {
  const std::uint32_t block_count = file_->getBlockCount();
  std::uint64_t used = 0;
  for (const auto& stream : file_->getStreamMap()) {
    for (const std::uint32_t block : stream) {
      if (block >= block_count) return false;
    }
    used += stream.size();
  }
  return used <= block_count;
}

// A stream that was removed has the size -1 and no blocks. LLVM would read four gigabytes of it.
void PdbContainer::empty_absent_streams() {
  constexpr std::uint32_t kAbsent = 0xffffffff;
  for (const auto& size : file_->getStreamSizes()) {
    // It lies in our copy of the file, or in our allocator.
    if (size == kAbsent) const_cast<llvm::support::ulittle32_t&>(size) = 0;
  }
}

bool PdbContainer::read_info() {
  auto stream = file_->safelyCreateIndexedStream(llvm::pdb::StreamPDB);
  if (failed(stream.takeError())) return false;
  llvm::BinaryStreamReader reader(**stream);
  const llvm::pdb::InfoStreamHeader* header = nullptr;
  if (failed(reader.readObject(header))) return false;
  std::copy(std::begin(header->Guid.Guid), std::end(header->Guid.Guid), guid_.begin());
  age_ = header->Age;
  if (const auto strings = find_stream(reader, "/names")) read_strings(*strings);
  return true;
}

// Without the table there are no lines, and everything else all the same.
void PdbContainer::read_strings(std::uint32_t stream) {
  auto opened = file_->safelyCreateIndexedStream(stream);
  if (failed(opened.takeError())) return;
  strings_stream_ = std::move(*opened);
  llvm::BinaryStreamReader reader(*strings_stream_);
  llvm::pdb::PDBStringTable strings;
  if (!failed(strings.reload(reader))) strings_ = strings;
}

std::string_view PdbContainer::string(std::uint32_t offset) const {
  if (!strings_) return {};
  const auto text = value_of(strings_->getStringForID(offset));
  return text ? view(*text) : std::string_view();
}

}  // namespace ddireplay::tools
