#include "recorder/core/pe_image.h"

namespace ddireplay::recorder {

namespace {

// Offsets from the NT headers (PE32+).
constexpr std::uint32_t kMachine = 0x04;
constexpr std::uint32_t kSectionCount = 0x06;
constexpr std::uint32_t kTimeDateStamp = 0x08;
constexpr std::uint32_t kOptionalHeaderBytes = 0x14;
constexpr std::uint32_t kOptionalHeader = 0x18;
constexpr std::uint32_t kImageBytes = 0x50;
constexpr std::uint32_t kCheckSum = 0x58;
constexpr std::uint32_t kDirectoryCount = 0x84;
constexpr std::uint32_t kDirectories = 0x88;

constexpr std::uint16_t kDosMagic = 0x5a4d;
constexpr std::uint32_t kNtMagic = 0x4550;
constexpr std::uint16_t kPe32Plus = 0x20b;
constexpr std::uint16_t kAmd64 = 0x8664;

constexpr std::uint32_t kSectionBytes = 40;
constexpr std::uint32_t kMaxSections = 96;
constexpr std::uint32_t kSectionExecutes = 0x20000000;

constexpr std::uint32_t kDebugEntryBytes = 28;
constexpr std::uint32_t kMaxDebugEntries = 32;
constexpr std::uint32_t kDebugCodeView = 2;
constexpr std::uint32_t kRsds = 0x53445352;

constexpr std::uint64_t kByOrdinal = std::uint64_t{1} << 63;

}  // namespace

PeImage::PeImage(std::uint64_t base, std::uint64_t size) : base_(base), size_(size) {
  std::uint16_t dos = 0;
  std::uint32_t magic = 0;
  std::uint16_t machine = 0;
  std::uint16_t format = 0;
  std::uint32_t image_bytes = 0;
  if (!read(0, dos) || dos != kDosMagic || !read(0x3c, nt_headers_) || !read(nt_headers_, magic) ||
      magic != kNtMagic || !read(std::uint64_t{nt_headers_} + kMachine, machine) ||
      machine != kAmd64 || !read(std::uint64_t{nt_headers_} + kOptionalHeader, format) ||
      format != kPe32Plus || !read(std::uint64_t{nt_headers_} + kEntryPointField, entry_point_) ||
      !read(std::uint64_t{nt_headers_} + kImageBytes, image_bytes)) {
    return;
  }
  if (image_bytes < size_) size_ = image_bytes;
  valid_ = entry_point_ < size_;
}

void PeImage::identify(platform::ModuleDescription& module) const {
  module.entry.base = base_;
  module.entry.size = size_;
  read(nt_headers_ + kTimeDateStamp, module.entry.time_date_stamp);
  read(nt_headers_ + kCheckSum, module.entry.checksum);
  const Directory directory = debug();
  for (std::uint32_t i = 0; i < directory.size / kDebugEntryBytes && i < kMaxDebugEntries; ++i) {
    const std::uint64_t entry = std::uint64_t{directory.rva} + i * kDebugEntryBytes;
    std::uint32_t type = 0;
    Directory record;
    if (!read(entry + 12, type) || !read(entry + 16, record.size) ||
        !read(entry + 20, record.rva)) {
      return;
    }
    if (type == kDebugCodeView && read_code_view(record, module)) return;
  }
}

bool PeImage::section(std::uint32_t number, Section& section) const {
  std::uint16_t sections = 0;
  std::uint16_t optional_bytes = 0;
  if (!read(nt_headers_ + kSectionCount, sections) ||
      !read(nt_headers_ + kOptionalHeaderBytes, optional_bytes) || number >= sections ||
      number >= kMaxSections) {
    return false;
  }
  section.header = nt_headers_ + kOptionalHeader + optional_bytes + number * kSectionBytes;
  const std::uint64_t header = section.header;
  return read(header + 8, section.size) && read(header + 12, section.begin) &&
         read(header + 36, section.flags);
}

bool PeImage::is_executable(std::uint32_t rva) const {
  Section one;
  for (std::uint32_t i = 0; section(i, one); ++i) {
    if (rva - one.begin < one.size) return (one.flags & kSectionExecutes) != 0;
  }
  return false;
}

std::string_view PeImage::read_text(std::uint64_t rva, char* buffer, std::size_t capacity) const {
  std::size_t length = 0;
  while (length < capacity && read(rva + length, buffer[length]) && buffer[length] != '\0') {
    ++length;
  }
  return {buffer, length};
}

PeImage::Directory PeImage::directory(std::uint32_t number) const {
  std::uint32_t count = 0;
  Directory directory;
  const std::uint64_t entry = std::uint64_t{nt_headers_} + kDirectories + 8 * number;
  if (!read(nt_headers_ + kDirectoryCount, count) || number >= count ||
      !read(entry, directory.rva) || !read(entry + 4, directory.size) || directory.rva == 0) {
    return {};
  }
  return directory;
}

bool PeImage::read_code_view(const Directory& record, platform::ModuleDescription& module) const {
  std::uint32_t magic = 0;
  if (record.size < 24 || !read(record.rva, magic) || magic != kRsds) return false;
  for (std::uint32_t i = 0; i < sizeof(module.entry.pdb_guid); ++i) {
    if (!read(std::uint64_t{record.rva} + 4 + i, module.entry.pdb_guid[i])) return false;
  }
  if (!read(std::uint64_t{record.rva} + 20, module.entry.pdb_age)) return false;
  const std::size_t room =
      record.size - 24 < sizeof(module.pdb_name) ? record.size - 24 : sizeof(module.pdb_name);
  module.entry.pdb_name = read_text(std::uint64_t{record.rva} + 24, module.pdb_name, room);
  return true;
}

bool ImportCursor::next(Import& import) {
  while (true) {
    if (names_ == 0 && !open_descriptor()) return false;
    std::uint64_t entry = 0;
    if (imports_++ == kMaxImportsPerDescriptor || !image_.read(names_, entry) || entry == 0) {
      names_ = 0;
      continue;
    }
    import.slot = slots_;
    names_ += 8;
    slots_ += 8;
    if (!read_name(entry, import)) continue;
    return true;
  }
}

// A descriptor without a list of names is skipped: its address table was overwritten by the loader,
// and nothing says any more what stands there.
bool ImportCursor::open_descriptor() {
  while (descriptor_ != 0 && descriptors_++ < kMaxDescriptors) {
    std::uint32_t dll = 0;
    std::uint32_t names = 0;
    std::uint32_t slots = 0;
    if (!image_.read(descriptor_, names) || !image_.read(std::uint64_t{descriptor_} + 12, dll) ||
        !image_.read(std::uint64_t{descriptor_} + 16, slots) || (dll == 0 && slots == 0)) {
      return false;
    }
    descriptor_ += kDescriptorBytes;
    if (names == 0 || slots == 0) continue;
    names_ = names;
    slots_ = slots;
    imports_ = 0;
    dll_length_ = image_.read_text(dll, dll_, sizeof(dll_)).size();
    return true;
  }
  return false;
}

bool ImportCursor::read_name(std::uint64_t entry, Import& import) {
  import.dll = {dll_, dll_length_};
  if ((entry & kByOrdinal) != 0) {
    ordinal_ = {};
    ordinal_ << import.dll << "#" << (entry & 0xffff);
    import.name = ordinal_.view();
    return true;
  }
  // Two bytes of hint stand before the name.
  import.name = image_.read_text((entry & 0x7fffffff) + 2, name_, sizeof(name_));
  return !import.name.empty();
}

}  // namespace ddireplay::recorder
