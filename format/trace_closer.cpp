#include "format/trace_closer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "format/footer_maker.h"
#include "format/freestanding/container.h"
#include "format/table_encoder.h"

namespace ddireplay::format {
namespace {

// The chunks that stay, one behind the other from the file's header on.
struct Body {
  std::uint64_t trace_id = 0;
  std::uint64_t end = sizeof(FileHeader);
  std::uint32_t next_number = 0;
  std::vector<IndexEntry> chunks;
};

std::optional<Body> find_body(const TraceReader& trace) {
  Body body;
  body.trace_id = trace.header().trace_id;
  for (const ChunkInfo& chunk : trace.chunks()) {
    if (chunk.header.kind == ChunkKind::footer) continue;
    if (chunk.offset != body.end || chunk.damaged) return std::nullopt;
    body.end = chunk.offset + sizeof(ChunkHeader) + padded(chunk.header.payload_bytes);
    body.next_number = std::max(body.next_number, chunk.header.number + 1);
    body.chunks.push_back(index_entry(chunk.offset, chunk.header));
  }
  return body;
}

class File {
 public:
  explicit File(const std::string& path)
      : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
    if (fd_ < 0) fail();
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }

  void truncate(std::uint64_t bytes) {
    if (::ftruncate(fd_, static_cast<off_t>(bytes)) != 0) fail();
  }

  // All of it, or nothing.
  void append(std::uint64_t end, std::span<const std::byte> bytes) {
    for (std::uint64_t at = end; !bytes.empty();) {
      const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const int error = errno;
        truncate(end);
        errno = error;
        fail();
      }
      at += static_cast<std::uint64_t>(written);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(path_ + ": its end can't be written: " + std::strerror(errno));
  }

  std::string path_;
  int fd_;
};

}  // namespace

bool close_trace(const std::string& path, const FooterInfo& footer) {
  // The reader has the file mapped: it must be gone before the file is shortened.
  const std::optional<Body> body = find_body(TraceReader::open(path));
  if (!body) return false;
  std::vector<ModuleEntry> modules;
  for (const Module& module : footer.modules) modules.push_back(to_entry(module));
  std::vector<std::byte> tail =
      make_footer(body->trace_id, body->next_number, footer, body->chunks, modules);
  if (tail.empty()) return false;
  const FileTrailer trailer = make_trailer(body->end);
  const auto trailer_bytes = std::as_bytes(std::span(&trailer, 1));
  tail.insert(tail.end(), trailer_bytes.begin(), trailer_bytes.end());
  File file(path);
  file.truncate(body->end);
  file.append(body->end, tail);
  return true;
}

}  // namespace ddireplay::format
