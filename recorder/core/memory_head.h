// What stands in front of a recorder's memory, so that a dump of it can be read
// (format/freestanding/memory_image.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/container.h"
#include "format/freestanding/ddi_table.h"
#include "format/freestanding/memory_image.h"

namespace ddireplay::recorder {

struct MemoryHead {
  format::ChunkHeader header;
  format::MemoryImage image;
  format::MemoryWriter writer;

  template <class T>
  format::MemoryTable table(std::span<T> entries) const {
    const auto here = reinterpret_cast<std::uintptr_t>(this);
    return {reinterpret_cast<std::uintptr_t>(entries.data()) - here, entries.size()};
  }

  // Makes it findable, for as long as a recording lasts: what it says must be so by now.
  void publish(const format::FileHeader& file_header) {
    image.version = format::kMemoryImageVersion;
    image.ddi_table_id = format::ddi_table_id();
    image.file_header = file_header;
    header = {};
    header.trace_id = file_header.trace_id;
    header.kind = format::ChunkKind::memory;
    format::seal_chunk(header, {reinterpret_cast<std::byte*>(this), sizeof(*this)}, sizeof(image));
  }
  void withdraw() { header = {}; }
};
static_assert(offsetof(MemoryHead, image) == sizeof(format::ChunkHeader));

// Functions and modules once more, in a form that can be read without the recorder's own addresses.
// Their places are those of the tables that records refer to. At any IRQL. Until it is attached it
// takes nothing down.
class MemoryTables {
 public:
  // `text` holds all names that are kept.
  void attach(std::span<format::MemoryFunction> functions, std::span<format::MemoryModule> modules,
              std::span<const char> text) {
    functions_ = functions;
    modules_ = modules;
    text_ = text;
  }

  void set_function(std::size_t place, const format::FunctionEntry& entry, std::uint16_t row) {
    if (place >= functions_.size()) return;
    format::MemoryFunction& to = functions_[place];
    to.original = entry.original;
    to.module = entry.module;
    to.row = row;
    to.name = place_of(entry.name);
    std::atomic_ref(to.is_set).store(1, std::memory_order_release);
  }

  // The entry's own size may not be set yet.
  void set_module(std::size_t place, const format::ModuleEntry& entry, std::uint64_t size) {
    if (place >= modules_.size()) return;
    format::MemoryModule& to = modules_[place];
    to.base = entry.base;
    to.size = size;
    to.time_date_stamp = entry.time_date_stamp;
    to.checksum = entry.checksum;
    to.name = place_of(entry.name);
    to.pdb_name = place_of(entry.pdb_name);
    for (std::size_t i = 0; i < sizeof(to.pdb_guid); ++i) to.pdb_guid[i] = entry.pdb_guid[i];
    to.pdb_age = entry.pdb_age;
    to.is_target = entry.is_target ? 1 : 0;
    std::atomic_ref(to.is_set).store(1, std::memory_order_release);
  }

 private:
  // Empty where it is not among the kept ones: then it is one of the DDI table's.
  format::MemoryText place_of(std::string_view text) const {
    const auto at = reinterpret_cast<std::uintptr_t>(text.data()) -
                    reinterpret_cast<std::uintptr_t>(text_.data());
    if (at >= text_.size()) return {0, 0};
    return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(text.size())};
  }

  std::span<format::MemoryFunction> functions_;
  std::span<format::MemoryModule> modules_;
  std::span<const char> text_;
};

}  // namespace ddireplay::recorder
