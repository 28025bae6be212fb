#include "format/trace_growth.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "format/container_reader.h"
#include "format/freestanding/checksum.h"
#include "format/freestanding/container.h"

namespace ddireplay::format {

namespace {

[[noreturn]] void fail_errno(const std::string& name) {
  throw Error(name + ": can't be read: " + std::strerror(errno));
}

// False: the file ends before.
bool read_at(int fd, std::uint64_t offset, std::span<std::byte> bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_errno(name);
    if (got == 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

}  // namespace

TraceGrowth::TraceGrowth(int fd, std::string name, const FileHeader& header)
    : fd_(fd), name_(std::move(name)), header_(header) {}

std::uint64_t TraceGrowth::file_bytes() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) fail_errno(name_);
  return static_cast<std::uint64_t>(status.st_size);
}

bool TraceGrowth::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  return read_at(fd_, offset, bytes, name_);
}

void TraceGrowth::check_beginning() const {
  FileHeader now{};
  if (file_bytes() < end_) {
    throw Error(name_ +
                ": has become shorter than what was read of it: it was begun anew, or is a flight "
                "recording; replay it when it is finished");
  }
  if (!read(0, std::as_writable_bytes(std::span(&now, 1))) ||
      std::memcmp(&now, &header_, sizeof(now)) != 0) {
    throw Error(name_ + ": another recording has begun in its place; follow it anew");
  }
}

bool TraceGrowth::is_whole(const ChunkInfo& chunk, std::uint64_t file_bytes, std::uint32_t number) {
  const ChunkHeader& header = chunk.header;
  if (!is_sound(header) || header.trace_id != header_.trace_id || header.number != number) {
    return false;
  }
  const bool is_usable = header.stream < kMaxProcessors && header.event_count <= kMaxEventsPerChunk;
  const bool is_known = header.kind == ChunkKind::events || header.kind == ChunkKind::symbols ||
                        header.kind == ChunkKind::mark;
  if (!is_usable || !is_known || header.payload_bytes > kMaxPayloadBytes) return false;
  const std::uint64_t begin = chunk.offset + sizeof(ChunkHeader);
  if (padded(header.payload_bytes) > file_bytes - begin) return false;
  payload_.resize(header.payload_bytes);
  return read(begin, payload_) &&
         checksum(payload_.data(), payload_.size()) == header.payload_checksum;
}

void TraceGrowth::look(std::vector<ChunkInfo>& chunks) {
  check_beginning();
  const std::uint64_t size = file_bytes();
  while (size - end_ >= sizeof(ChunkHeader)) {
    ChunkInfo chunk{.offset = end_};
    if (!read(end_, std::as_writable_bytes(std::span(&chunk.header, 1)))) return;
    if (!is_whole(chunk, size, static_cast<std::uint32_t>(chunks.size()))) return;
    end_ += sizeof(ChunkHeader) + padded(chunk.header.payload_bytes);
    chunks.push_back(chunk);
  }
}

bool read_begun_header(int fd, const std::string& name, FileHeader& header) {
  std::array<std::byte, sizeof(FileHeader)> bytes;
  if (!read_at(fd, 0, bytes, name)) return false;
  header = read_file_header(bytes, name);
  return true;
}

}  // namespace ddireplay::format
