// How a recorder's memory looks from outside: what a dump of it must have for the events to be
// found that no chunk has yet.
//
//   ChunkHeader   kind memory, sealed: it is found as chunks are
//   MemoryImage   its payload: where the rings, and the tables that records refer to, lie
//
// All of that changes all the time, so nothing but these two has a checksum. Tables are found by
// their distance from the ChunkHeader: the recorder's memory is one block, and wherever a dump puts
// it, it must be there in one piece.
//
// Only a carver that knows the same DDI table reads it: unlike a trace it is not made to be kept.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstdint>

#include "format/freestanding/layout.h"

namespace ddireplay::format {

inline constexpr std::uint32_t kMemoryImageVersion = 1;

// Function of the slot of a ring that stands where events were lost; values[0] says how many in
// all.
inline constexpr std::uint16_t kLossMark = 0xffff;

struct MemoryTable {
  std::uint64_t distance;  // of the first entry, from the ChunkHeader; modulo 2^64
  std::uint64_t count;     // entries that there is room for
};

// A text, by its place in the table of texts.
struct MemoryText {
  std::uint32_t begin;
  std::uint32_t length;
};

// Entries of the tables; `is_set` is written last.
struct MemoryFunction {
  std::uint64_t original;
  MemoryText name;  // empty: the row's
  std::uint16_t module;
  std::uint16_t row;  // place in the DDI table; behind it come unknown_ddi() and absent_ddi()
  std::uint32_t is_set;
};
static_assert(sizeof(MemoryFunction) == 24);

struct MemoryModule {
  std::uint64_t base;
  std::uint64_t size;
  std::uint32_t time_date_stamp;
  std::uint32_t checksum;
  MemoryText name;
  MemoryText pdb_name;
  std::uint8_t pdb_guid[16];
  std::uint32_t pdb_age;
  std::uint16_t is_target;
  std::uint16_t is_set;
};
static_assert(sizeof(MemoryModule) == 64);

// What the writer thread is doing. Slots that it has taken out of a ring lie in `staging` until the
// chunk with that number has been written.
struct MemoryWriter {
  std::uint64_t next_number;
  std::uint64_t staged_lost;  // events lost in front of the staged ones
  std::uint32_t staged_slots;
  std::uint32_t staged_stream;
};

struct MemoryImage {
  std::uint32_t version;
  std::uint32_t flight;        // 0 or 1
  std::uint64_t ddi_table_id;  // of the recorder's
  FileHeader file_header;
  std::uint32_t ring_bytes;  // from one ring to the next
  std::uint32_t ring_head;   // places in a ring, of 8 bytes each: slots reserved since the start,
  std::uint32_t ring_tail;   // slots taken out,
  std::uint32_t ring_lost;   // events lost,
  std::uint32_t ring_told;   // and how many of these the writer thread knows of
  std::uint32_t reserved;
  MemoryTable rings;      // one for each processor
  MemoryTable slots;      // Slot; of the first ring, then of the second...; count: of all
  MemoryTable staging;    // Slot
  MemoryTable stacks;     // StackEntry
  MemoryTable frames;     // 8 bytes each
  MemoryTable functions;  // MemoryFunction
  MemoryTable modules;    // MemoryModule
  MemoryTable text;       // bytes
  MemoryTable writer;     // one MemoryWriter
};

}  // namespace ddireplay::format
