#include "tools/commands/growing_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "format/error.h"
#include "format/freestanding/container.h"
#include "format/output_file.h"

namespace ddireplay::tools {
namespace {

// A lock that goes with its process makes no noise everywhere: look again in any case.
constexpr int kWatchedMs = 1000;
constexpr int kPolledMs = 100;

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw format::Error(path + ": " + what + ": " + std::strerror(errno));
}

std::string directory_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

DirectoryWatch::DirectoryWatch(const std::string& path)
    : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  constexpr std::uint32_t kEvents =
      IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE;
  if (fd_ && ::inotify_add_watch(fd_.get(), directory_of(path).c_str(), kEvents) < 0) fd_.reset();
}

void DirectoryWatch::wait(const record::SignalQueue& signals) {
  std::array<pollfd, 2> waited = {{{signals.fd(), POLLIN, 0}, {fd_.get(), POLLIN, 0}}};
  ::poll(waited.data(), fd_ ? 2 : 1, fd_ ? kWatchedMs : kPolledMs);
  if (!fd_) return;
  alignas(inotify_event) std::array<char, 4096> events;
  while (::read(fd_.get(), events.data(), events.size()) > 0) {
  }
}

bool GrowingFile::open(const std::string& path) {
  const std::string directory = directory_of(path);
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    throw format::Error(directory + ": no such directory, so there will be no " + path);
  }
  return try_open(path) || try_open(path + std::string(format::kPartialExtension));
}

bool GrowingFile::try_open(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  fd_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd_ && errno == ENOENT) return false;
  if (!fd_) fail(path, "can't be opened");
  path_ = path;
  if (!S_ISREG(status().st_mode)) {
    throw format::Error(path + ": is no regular file, which could be followed");
  }
  return true;
}

struct stat GrowingFile::status() const {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) fail(path_, "can't be looked at");
  return status;
}

bool GrowingFile::is_removed() const { return status().st_nlink == 0; }

bool GrowingFile::has_ended() const {
  const struct stat own = status();
  struct stat named {};
  const bool is_there = ::stat(path_.c_str(), &named) == 0;
  const bool is_ours = is_there && named.st_ino == own.st_ino && named.st_dev == own.st_dev;
  if (own.st_nlink == 0 && is_there) {
    throw format::Error(path_ + ": another file has taken its place; follow that one anew");
  }
  if (!is_ours) return true;
  // A recording holds a lock from before it writes anything until all has been said.
  return is_locked_while_written() ? own.st_size != 0 && !is_locked() : has_trailer();
}

bool GrowingFile::is_locked_while_written() const {
  return path_.ends_with(format::kPartialExtension);
}

bool GrowingFile::is_locked() const {
  if (::flock(fd_.get(), LOCK_SH | LOCK_NB) != 0) return true;
  ::flock(fd_.get(), LOCK_UN);
  return false;
}

bool GrowingFile::has_trailer() const {
  format::FileTrailer trailer{};
  const off_t place = status().st_size - static_cast<off_t>(sizeof(trailer));
  return place > 0 && ::pread(fd_.get(), &trailer, sizeof(trailer), place) == sizeof(trailer) &&
         format::is_sound(trailer);
}

}  // namespace ddireplay::tools
