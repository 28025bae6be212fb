// The container: what stands at which offset of a .ddt file.
//
//   FileHeader (64 bytes)
//   Chunk*      ChunkHeader (80 bytes) + payload, padded with zeros to a multiple of 8
//   FileTrailer (24 bytes): only a trace that was closed in order has one
//
// Everything is little-endian. A payload is one Cap'n Proto message (framed, a single segment), its
// schema is format/trace.capnp. Chunks are self-contained: none needs another to be read, so a file
// that was cut, or a piece found in a memory dump, is as good as its whole chunks.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ddireplay::format {

// What a writer of this source writes, and the oldest reader that understands it.
inline constexpr std::uint16_t kFormatVersion = 1;
inline constexpr std::uint16_t kReaderVersionRequired = 1;

// As PNG does it: a byte with the high bit set, a name, and line ends that a text transfer
// destroys.
inline constexpr std::uint8_t kFileMagic[8] = {0x89, 'D', 'D', 'T', '\r', '\n', 0x1a, '\n'};
inline constexpr std::uint8_t kChunkMagic[8] = {0x8d, 'D', 'D', 'T', 'c', 'h', 'n', 'k'};
inline constexpr std::uint8_t kTrailerMagic[8] = {0x8e, 'D', 'D', 'T', 'e', 'n', 'd', '\n'};

// Where an event's IRQL comes from.
enum class IrqlSource : std::uint8_t {
  hardware = 0,     // sampled at each event (cr8)
  modelled = 1,     // not sampled: replay derives it from the calls seen
  virtualised = 2,  // sampled from the level that the host keeps in place of cr8
  unknown = 3,      // sampled, from what is not known any more: the file header was lost
};

// What kind of kernel the recorder found itself in.
enum class Host : std::uint8_t {
  windows = 0,
  wine = 1,
  written = 2,  // nobody's: a trace that was written by hand
  unknown = 3,  // not known any more: the file header was lost
};

// Whether user mode has a half of the address space, and tables of handles, of its own. Of an
// unknown host neither that nor the opposite may be reasoned from.
constexpr bool sets_users_apart(Host host) {
  return host == Host::windows || host == Host::written;
}

struct FileHeader {
  std::uint8_t magic[8];
  std::uint16_t format_version;
  std::uint16_t reader_version_required;
  std::uint8_t pointer_bytes;  // 4 or 8: of the recorded machine
  IrqlSource irql_source;
  Host host;
  std::uint8_t reserved;
  std::uint32_t processor_count;
  std::uint32_t os_build;
  std::uint64_t trace_id;        // drawn at random; every chunk repeats it
  std::uint64_t clock_hz;        // ticks of event times per second: at least one
  std::uint64_t start_clock;     // event time at which the recording started
  std::uint64_t start_filetime;  // the same moment, 100 ns units since 1601 UTC
  std::uint64_t checksum;        // of all bytes before
};
static_assert(sizeof(FileHeader) == 64 && offsetof(FileHeader, checksum) == 56);

enum class ChunkKind : std::uint16_t {
  events = 1,   // EventChunk: the events of one processor, in time order
  symbols = 2,  // SymbolChunk: names and lines that the trace carries with it
  footer = 3,   // Footer: index and summary
  memory = 4,   // never in a file: stands in the recorder's memory (memory_image.h)
  mark = 5,     // no payload: nothing that comes behind it in the file, of any processor, is
                // earlier than its times, and nothing earlier was lost without being told
};

struct ChunkHeader {
  std::uint8_t magic[8];
  std::uint64_t trace_id;
  ChunkKind kind;
  std::uint16_t stream;  // processor number of an events chunk
  std::uint32_t number;  // counts the chunks of a file from 0, and after 2^32 again
  std::uint64_t first_time;
  std::uint64_t last_time;
  std::uint32_t event_count;
  std::uint32_t reserved;
  std::uint64_t lost_before;  // events of this stream lost between its previous chunk and this one
  std::uint64_t payload_bytes;  // without padding
  std::uint64_t payload_checksum;
  std::uint64_t header_checksum;  // of all bytes before
};
static_assert(sizeof(ChunkHeader) == 80 && offsetof(ChunkHeader, header_checksum) == 72);

// How a recording came to its end. The numbers are those of EndReason in trace.capnp.
enum class EndReason : std::uint16_t {
  stopped,        // in order
  recovered,      // the footer was made later, from the chunks that were found
  thread_inside,  // stopped while a thread was still inside a recorded call
  disk_full,
  target_crashed,
  time_limit,
  converted,       // written by a tool, not by a recorder
  program_failed,  // closed in order; the program under test failed
  stop_requested,  // closed in order, before the program was done
  host_died,       // the process or machine that the target ran in is gone
  hung,            // the target never came back, and all was ended
  killed,          // all was ended on request
  load_failed,     // closed in order; a target could not be started
  unload_failed,   // closed in order; a target could not be unloaded
  cut_off,         // a part of a recording: what came behind was left out
};

// Whether a recorder closed the trace when it had written all: otherwise what came after the last
// chunk isn't known.
constexpr bool is_in_order(EndReason reason) {
  switch (reason) {
    case EndReason::recovered:
    case EndReason::disk_full:
    case EndReason::target_crashed:
    case EndReason::host_died:
    case EndReason::hung:
    case EndReason::killed:
      return false;
    default:
      return true;
  }
}

// Whether what the target was to do was done, so that what is not in the trace did not happen.
constexpr bool is_whole(EndReason reason) {
  return reason == EndReason::stopped || reason == EndReason::thread_inside ||
         reason == EndReason::converted || reason == EndReason::program_failed;
}

enum class AccessKind : std::uint16_t { none, read, write, execute };

struct FileTrailer {
  std::uint64_t footer_offset;  // of the footer's ChunkHeader, from the start of the file
  std::uint64_t checksum;       // of footer_offset
  std::uint8_t magic[8];
};
static_assert(sizeof(FileTrailer) == 24);

constexpr std::uint64_t padded(std::uint64_t bytes) { return (bytes + 7) & ~std::uint64_t{7}; }

// Limits. A reader refuses what exceeds them before it allocates anything.
inline constexpr std::uint32_t kMaxSlotsPerChunk = 1u << 20;  // of record.h
inline constexpr std::uint32_t kMaxEventsPerChunk = kMaxSlotsPerChunk;
inline constexpr std::uint64_t kMaxPayloadBytes = 256ull << 20;
inline constexpr std::uint32_t kMaxStackFrames = 64;
inline constexpr std::uint32_t kMaxFunctions = 0xffff;  // of one writer's table
inline constexpr std::uint32_t kMaxProcessors = 2048;

}  // namespace ddireplay::format
