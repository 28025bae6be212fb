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
// Their places are those of the tables that records refer to. At any IRQL.
class MemoryTables {
 public:
  void attach(std::span<format::MemoryFunction> functions, std::span<format::MemoryModule> modules,
              std::span<char> text) {
    functions_ = functions;
    modules_ = modules;
    text_ = text;
  }

  // `known`: the table so far. Functions of one row of the DDI table share its texts.
  void set_function(std::size_t place, const format::FunctionEntry& entry,
                    std::span<const format::FunctionEntry> known) {
    format::MemoryFunction& to = functions_[place];
    to.original = entry.original;
    to.module = entry.module;
    to.entry_count = entry.entry_count;
    to.exit_count = entry.exit_count;
    const format::MemoryFunction* const like = same_layout(place, entry, known);
    to.prototype = like != nullptr ? like->prototype : keep(entry.prototype);
    to.derived = like != nullptr ? like->derived : keep(entry.derived);
    to.name = keep(entry.name);
    std::atomic_ref(to.is_set).store(1, std::memory_order_release);
  }

  void set_module(std::size_t place, const format::ModuleEntry& entry) {
    format::MemoryModule& to = modules_[place];
    to.base = entry.base;
    to.size = entry.size;
    to.time_date_stamp = entry.time_date_stamp;
    to.checksum = entry.checksum;
    to.name = keep(entry.name);
    to.pdb_name = keep(entry.pdb_name);
    for (std::size_t i = 0; i < sizeof(to.pdb_guid); ++i) to.pdb_guid[i] = entry.pdb_guid[i];
    to.pdb_age = entry.pdb_age;
    to.is_target = entry.is_target ? 1 : 0;
    std::atomic_ref(to.is_set).store(1, std::memory_order_release);
  }

 private:
  const format::MemoryFunction* same_layout(std::size_t place, const format::FunctionEntry& entry,
                                            std::span<const format::FunctionEntry> known) const {
    for (std::size_t i = 0; i < place; ++i) {
      const bool is_set =
          std::atomic_ref(functions_[i].is_set).load(std::memory_order_acquire) != 0;
      if (is_set && known[i].prototype.data() == entry.prototype.data() &&
          known[i].derived.data() == entry.derived.data()) {
        return &functions_[i];
      }
    }
    return nullptr;
  }

  // Without room it is empty: a carver then goes without that function or name.
  format::MemoryText keep(std::string_view text) {
    const std::size_t at = used_.fetch_add(text.size(), std::memory_order_relaxed);
    if (at > text_.size() || text.size() > text_.size() - at) return {0, 0};
    for (std::size_t i = 0; i < text.size(); ++i) text_[at + i] = text[i];
    return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(text.size())};
  }

  std::span<format::MemoryFunction> functions_;
  std::span<format::MemoryModule> modules_;
  std::span<char> text_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace ddireplay::recorder
