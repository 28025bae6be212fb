#include "format/trace_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "format/error.h"

namespace ddireplay::format {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw Error(path + ": " + what + ": " + std::strerror(errno));
}

}  // namespace

TraceBytes TraceBytes::map(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) fail(path, "can't be opened");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail(path, "can't be looked at");
  if (S_ISDIR(status.st_mode)) throw Error(path + ": is a directory; name a .ddt file");
  if (!S_ISREG(status.st_mode)) {
    throw Error(path + ": is no regular file; copy it into one first");
  }
  return map(file.get(), static_cast<std::size_t>(status.st_size), path);
}

TraceBytes TraceBytes::map(int fd, std::size_t bytes, const std::string& name) {
  TraceBytes result;
  if (bytes == 0) return result;
  void* const memory = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  if (memory == MAP_FAILED) fail(name, "can't be mapped into memory");
  result.bytes_ = {static_cast<const std::byte*>(memory), bytes};
  result.mapped_ = true;
  return result;
}

void TraceBytes::set_down(std::span<const std::byte> part) const {
  if (!mapped_) return;
  // The kernel maps this much around a page that is touched.
  constexpr std::size_t kAround = 64 << 10;
  const auto offset = static_cast<std::size_t>(part.data() - bytes_.data());
  const std::size_t begin = offset / kAround * kAround;
  // Where it ends, another part goes on: that one sets the rest down.
  const std::size_t end = (offset + part.size()) / kAround * kAround;
  if (begin == end) return;
  // Mappings begin at a page. If it fails, memory stays in use that need not.
  ::madvise(const_cast<std::byte*>(bytes_.data()) + begin, end - begin, MADV_DONTNEED);
}

TraceBytes TraceBytes::own(std::vector<std::byte> bytes) {
  TraceBytes result;
  result.owned_ = std::move(bytes);
  result.bytes_ = result.owned_;
  return result;
}

TraceBytes::TraceBytes(TraceBytes&& other) noexcept
    : owned_(std::move(other.owned_)),
      bytes_(std::exchange(other.bytes_, {})),
      mapped_(std::exchange(other.mapped_, false)) {}

TraceBytes& TraceBytes::operator=(TraceBytes&& other) noexcept {
  std::swap(owned_, other.owned_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

TraceBytes::~TraceBytes() {
  if (mapped_) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace ddireplay::format
