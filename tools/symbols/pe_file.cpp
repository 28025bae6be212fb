#include "tools/symbols/pe_file.h"

#include <fmt/format.h>

#include <charconv>

namespace ddireplay::tools {
namespace {

// Places and values of the PE format, by the names of winnt.h.
constexpr std::uint16_t kDosSignature = 0x5a4d;  // "MZ"
constexpr std::uint32_t kNtSignature = 0x4550;   // "PE", 0, 0
constexpr std::uint16_t kMachineI386 = 0x14c;
constexpr std::uint16_t kMachineAmd64 = 0x8664;
constexpr std::uint16_t kOptionalHeader64 = 0x20b;  // "PE32+"
constexpr std::uint32_t kSectionIsCode = 0x20;

constexpr std::size_t kNtHeadersPlace = 0x3c;
constexpr std::size_t kFileHeaderBytes = 20;
constexpr std::size_t kOptionalHeaderBytes = 112;  // without the data directories
constexpr std::size_t kSectionHeaderBytes = 40;
constexpr std::size_t kSectionNameBytes = 8;
constexpr std::size_t kSymbolBytes = 18;

// Of names in the string table: longer ones are no names.
constexpr std::size_t kNameBytesMax = 65536;

Failure truncated() { return {"the PE image is truncated"}; }

Result<std::uint64_t> find_file_header(const UntrustedBytes& bytes) {
  const auto dos_signature = bytes.number<std::uint16_t>(0);
  if (dos_signature != kDosSignature) return Failure{"not a PE image"};
  const auto nt_headers = bytes.number<std::uint32_t>(kNtHeadersPlace);
  if (!nt_headers) return truncated();
  const auto nt_signature = bytes.number<std::uint32_t>(*nt_headers);
  if (!nt_signature) return truncated();
  if (nt_signature != kNtSignature) return Failure{"not a PE image"};
  return std::uint64_t{*nt_headers} + sizeof(kNtSignature);
}

std::optional<Failure> check_machine(const UntrustedBytes& bytes, std::uint64_t file_header) {
  const auto machine = bytes.number<std::uint16_t>(file_header);
  if (!machine) return truncated();
  if (machine == kMachineI386) return Failure{"a 32-bit image; only x64 images can be recorded"};
  if (machine != kMachineAmd64) {
    return Failure{fmt::format(
        "an image for machine 0x{:04X}; only x64 (0x8664) images can be recorded", *machine)};
  }
  const auto magic = bytes.number<std::uint16_t>(file_header + kFileHeaderBytes);
  if (!magic) return truncated();
  if (magic != kOptionalHeader64) return Failure{"not a PE image: its optional header is unknown"};
  return std::nullopt;
}

// Names of more than eight characters are in the string table: "/" and their place there.
std::string_view section_name(const PeFile& file, std::uint64_t header) {
  const std::string_view name = file.bytes.text(header, kSectionNameBytes);
  if (!name.starts_with('/')) return name;
  std::uint32_t offset = 0;
  std::from_chars(name.data() + 1, name.data() + name.size(), offset);
  return file.long_name(offset);
}

bool read_sections(PeFile& file) {
  const auto count = file.bytes.number<std::uint16_t>(file.file_header + 2);
  const auto optional_bytes = file.bytes.number<std::uint16_t>(file.file_header + 16);
  if (!count || !optional_bytes) return false;
  const std::uint64_t table = file.optional_header + *optional_bytes;
  if (!file.bytes.holds(table, std::uint64_t{*count} * kSectionHeaderBytes)) return false;

  for (std::uint64_t i = 0; i < *count; ++i) {
    const std::uint64_t header = table + i * kSectionHeaderBytes;
    const auto field = [&](std::size_t offset) {
      return *file.bytes.number<std::uint32_t>(header + offset);
    };
    PeSection section;
    section.name = section_name(file, header);
    section.rva = field(12);
    section.is_code = (field(36) & kSectionIsCode) != 0;
    section.file_place = field(20);
    const std::uint32_t raw_size = section.file_place == 0 ? 0 : field(16);
    if (!file.bytes.holds(section.file_place, raw_size)) return false;
    // The raw size is rounded up; a virtual size of 0 says nothing.
    section.file_size = field(8) == 0 ? raw_size : std::min(raw_size, field(8));
    file.sections.push_back(section);
  }
  return true;
}

}  // namespace

std::string_view PeFile::long_name(std::uint32_t offset) const {
  return bytes.text(symbols + std::uint64_t{symbol_count} * kSymbolBytes + offset, kNameBytesMax);
}

std::optional<std::uint64_t> PeFile::file_place(std::uint32_t rva) const {
  for (const PeSection& section : sections) {
    if (rva - section.rva < section.file_size) return section.file_place + (rva - section.rva);
  }
  return std::nullopt;
}

Result<PeFile> open_pe_file(std::span<const std::byte> image) {
  PeFile file{UntrustedBytes(image), 0, 0, 0, 0, {}};
  const auto file_header = find_file_header(file.bytes);
  if (!file_header) return Failure{file_header.error()};
  if (const auto failure = check_machine(file.bytes, *file_header)) return *failure;
  file.file_header = *file_header;
  file.optional_header = *file_header + kFileHeaderBytes;
  if (!file.bytes.holds(file.optional_header, kOptionalHeaderBytes)) return truncated();

  file.symbols = *file.bytes.number<std::uint32_t>(file.file_header + 8);
  file.symbol_count = *file.bytes.number<std::uint32_t>(file.file_header + 12);
  // Symbols can be lost without harm: an image is loaded without them.
  if (!file.bytes.holds(file.symbols, std::uint64_t{file.symbol_count} * kSymbolBytes)) {
    file.symbol_count = 0;
  }
  if (!read_sections(file)) return truncated();
  return file;
}

}  // namespace ddireplay::tools
