// A PDB as a container of streams (MSF), checked so that LLVM can read it.
//
// LLVM 14 trusts parts of the container: block numbers that wrap around, streams that are larger
// than the file or not there at all, the table of stream names. The former are checked and mended
// here before LLVM follows them; the table is read here, and with it what depends on it.
#pragma once

#include <llvm/DebugInfo/PDB/Native/PDBFile.h>
#include <llvm/DebugInfo/PDB/Native/PDBStringTable.h>
#include <llvm/Support/Allocator.h>
#include <llvm/Support/BinaryStream.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tools/symbols/guid.h"
#include "tools/symbols/result.h"

namespace ddireplay::tools {

class PdbContainer {
 public:
  // Keeps a copy of the bytes.
  static Result<std::unique_ptr<PdbContainer>> open(std::span<const std::byte> bytes);

  // Not its getPDBInfoStream and getStringTable, which follow the table of stream names.
  llvm::pdb::PDBFile& file() { return *file_; }

  const Guid& guid() const { return guid_; }

  // How often the PDB was written. An image refers to the linker's age, which is in the DBI stream.
  std::uint32_t age() const { return age_; }

  // A string of the PDB's table (the names of source files); empty if there is none.
  std::string_view string(std::uint32_t offset) const;

 private:
  explicit PdbContainer(std::span<const std::byte> bytes);
  bool check_blocks() const;
  void empty_absent_streams();
  bool read_info();
  void read_strings(std::uint32_t stream);

  std::vector<std::uint8_t> bytes_;
  llvm::BumpPtrAllocator allocator_;
  std::unique_ptr<llvm::pdb::PDBFile> file_;
  std::unique_ptr<llvm::BinaryStream> strings_stream_;
  std::optional<llvm::pdb::PDBStringTable> strings_;
  Guid guid_{};
  std::uint32_t age_ = 0;
};

}  // namespace ddireplay::tools
