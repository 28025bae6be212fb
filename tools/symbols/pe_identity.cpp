#include "tools/symbols/pe_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include "tools/symbols/pe_file.h"

namespace ddireplay::tools {
namespace {

constexpr std::uint32_t kRsdsSignature = 0x53445352;
constexpr std::uint16_t kSubsystemNative = 1;
constexpr std::uint32_t kDebugTypeCodeView = 2;

constexpr std::size_t kDirectoryCountPlace = 108;  // in the optional header
constexpr std::size_t kDebugDirectoryPlace = 160;
constexpr std::uint32_t kDebugDirectoryIndex = 6;
constexpr std::size_t kDebugEntryBytes = 28;
constexpr std::size_t kRsdsNamePlace = 24;

// All of an image is read into memory; no driver comes near this.
constexpr std::uintmax_t kImageBytesMax = 1 << 30;

// Far more than any linker writes: a corrupt count must not make us slow.
constexpr std::uint32_t kDebugEntriesMax = 256;

std::optional<PdbReference> read_rsds(const UntrustedBytes& bytes, std::uint64_t place,
                                      std::uint32_t size) {
  if (!bytes.holds(place, size) || size <= kRsdsNamePlace) return std::nullopt;
  if (bytes.number<std::uint32_t>(place) != kRsdsSignature) return std::nullopt;
  PdbReference pdb;
  std::memcpy(pdb.guid.data(), bytes.part(place + 4, pdb.guid.size()).data(), pdb.guid.size());
  pdb.age = *bytes.number<std::uint32_t>(place + 20);
  pdb.name = bytes.text(place + kRsdsNamePlace, size - kRsdsNamePlace);
  return pdb;
}

// An image without a PDB is an ordinary image, so whatever is wrong here just means that there is
// none.
std::optional<PdbReference> find_pdb(const PeFile& file) {
  const UntrustedBytes& bytes = file.bytes;
  const auto directory_count =
      bytes.number<std::uint32_t>(file.optional_header + kDirectoryCountPlace);
  const auto rva = bytes.number<std::uint32_t>(file.optional_header + kDebugDirectoryPlace);
  const auto size = bytes.number<std::uint32_t>(file.optional_header + kDebugDirectoryPlace + 4);
  if (!directory_count || *directory_count <= kDebugDirectoryIndex || !rva || !size) {
    return std::nullopt;
  }
  const auto directory = file.file_place(*rva);
  if (!directory) return std::nullopt;

  const std::uint32_t count = std::min<std::uint32_t>(*size / kDebugEntryBytes, kDebugEntriesMax);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t entry = *directory + std::uint64_t{i} * kDebugEntryBytes;
    if (!bytes.holds(entry, kDebugEntryBytes)) break;
    if (bytes.number<std::uint32_t>(entry + 12) != kDebugTypeCodeView) continue;
    auto pdb = read_rsds(bytes, *bytes.number<std::uint32_t>(entry + 24),
                         *bytes.number<std::uint32_t>(entry + 16));
    if (pdb) return pdb;
  }
  return std::nullopt;
}

}  // namespace

Result<PeIdentity> parse_pe_identity(std::span<const std::byte> image) {
  const auto file = open_pe_file(image);
  if (!file) return Failure{file.error()};

  const UntrustedBytes& bytes = file->bytes;
  const std::uint64_t optional = file->optional_header;
  PeIdentity identity;
  identity.machine = *bytes.number<std::uint16_t>(file->file_header);
  identity.timestamp = *bytes.number<std::uint32_t>(file->file_header + 4);
  identity.entry_rva = *bytes.number<std::uint32_t>(optional + 16);
  identity.preferred_base = *bytes.number<std::uint64_t>(optional + 24);
  identity.image_size = *bytes.number<std::uint32_t>(optional + 56);
  identity.checksum = *bytes.number<std::uint32_t>(optional + 64);
  identity.is_driver = *bytes.number<std::uint16_t>(optional + 68) == kSubsystemNative;
  identity.pdb = find_pdb(*file);
  return identity;
}

Result<PeIdentity> read_pe_identity(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return Failure{"a directory, not a PE image"};
  // Opening a pipe that nobody writes to would wait for ever.
  if (std::filesystem::is_fifo(path, error)) return Failure{"a pipe, not a PE image"};
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Failure{fmt::format("cannot be read: {}", std::generic_category().message(errno))};
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kImageBytesMax) return Failure{"too large to be a driver or a program"};
  const std::string contents{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return Failure{"cannot be read to its end"};
  return parse_pe_identity(std::as_bytes(std::span(contents)));
}

}  // namespace ddireplay::tools
