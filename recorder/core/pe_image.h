// A PE32+ image as it lies in memory.
//
// Everything in it is taken for hostile: each read is checked against the image's size and made
// through platform::guarded_read, because a loaded kernel image has holes (its INIT section goes
// after start).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "recorder/core/platform.h"
#include "recorder/core/text.h"

namespace ddireplay::recorder {

class PeImage {
 public:
  struct Directory {
    std::uint32_t rva = 0;
    std::uint32_t size = 0;
  };

  struct Section {
    std::uint32_t header = 0;  // RVA
    std::uint32_t begin = 0;   // RVA
    std::uint32_t size = 0;
    std::uint32_t flags = 0;  // IMAGE_SCN_...
  };

  PeImage() = default;
  // `size` is what the loader says; the header may say less, not more.
  PeImage(std::uint64_t base, std::uint64_t size);

  bool is_valid() const { return valid_; }
  std::uint64_t base() const { return base_; }
  std::uint64_t size() const { return size_; }
  std::uint32_t entry_point() const { return entry_point_; }
  // Where in the image the header has the entry point's RVA.
  std::uint32_t entry_point_field() const { return nt_headers_ + kEntryPointField; }

  // Fills in size, time stamp, checksum and the PDB's identity.
  void identify(platform::ModuleDescription& module) const;

  // The section of that number; false: there is none.
  bool section(std::uint32_t number, Section& section) const;

  // Whether the section at that RVA may be executed.
  bool is_executable(std::uint32_t rva) const;

  // False when it doesn't lie in the image, or can't be read.
  template <class T>
  bool read(std::uint64_t rva, T& value) const {
    static_assert(sizeof(T) <= 8);
    std::uint64_t bits = 0;
    if (rva > size_ || sizeof(T) > size_ - rva ||
        !platform::guarded_read(base_ + rva, sizeof(T), bits)) {
      return false;
    }
    value = static_cast<T>(bits);
    return true;
  }

  // A text that ends with 0, cut at `capacity`. Empty when there is none.
  std::string_view read_text(std::uint64_t rva, char* buffer, std::size_t capacity) const;

  Directory imports() const { return directory(1); }
  Directory debug() const { return directory(6); }
  Directory import_addresses() const { return directory(12); }

 private:
  static constexpr std::uint32_t kEntryPointField = 0x28;

  Directory directory(std::uint32_t number) const;
  bool read_code_view(const Directory& record, platform::ModuleDescription& module) const;

  std::uint64_t base_ = 0;
  std::uint64_t size_ = 0;
  std::uint32_t nt_headers_ = 0;  // RVA
  std::uint32_t entry_point_ = 0;
  bool valid_ = false;
};

// One import after the other, over all import descriptors: the same DLL may stand there twice.
struct Import {
  std::string_view dll;
  std::string_view name;   // "hal.dll#123" where it is imported by number
  std::uint32_t slot = 0;  // RVA of its place in the import address table
};

class ImportCursor {
 public:
  explicit ImportCursor(const PeImage& image) : image_(image), descriptor_(image.imports().rva) {}

  // False at the end. Texts live until the next call.
  bool next(Import& import);

 private:
  static constexpr std::uint32_t kDescriptorBytes = 20;
  // More than any driver has; a table without an end stops here.
  static constexpr std::uint32_t kMaxDescriptors = 256;
  static constexpr std::uint32_t kMaxImportsPerDescriptor = 8192;

  bool open_descriptor();
  bool read_name(std::uint64_t entry, Import& import);

  const PeImage& image_;
  std::uint32_t descriptor_;  // RVA of the one that is read next
  std::uint32_t descriptors_ = 0;
  std::uint32_t names_ = 0;  // RVA of the open descriptor's next name; 0: none is open
  std::uint32_t slots_ = 0;  // and of its place in the address table
  std::uint32_t imports_ = 0;
  char dll_[64];
  std::size_t dll_length_ = 0;
  char name_[128];
  Text<80> ordinal_;
};

}  // namespace ddireplay::recorder
