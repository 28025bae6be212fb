#include "format/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "format/error.h"

namespace ddireplay::format {

OutputFile::OutputFile(std::string name)
    : name_(std::move(name)), partial_name_(name_ + ".partial") {
  struct stat status {};
  if (::stat(name_.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) throw Error(name_ + ": is a directory; name a file");
    // A device would be replaced by the file, not written to.
    if (!S_ISREG(status.st_mode)) throw Error(name_ + ": is no regular file; name one");
  }
  // Without O_NONBLOCK a pipe of that name would make us wait for ever.
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK;
  fd_ = ::open(partial_name_.c_str(), kFlags, 0666);
  if (fd_ < 0) fail("can't be created");
}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(partial_name_.c_str());
}

void OutputFile::fail(const char* what) const {
  const int error = errno;
  std::string message = name_ + ": " + what + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT) message += "; make room, or name another place";
  throw Error(message);
}

void OutputFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("can't be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void OutputFile::flush() {
  if (::fsync(fd_) != 0) fail("can't be written");
}

void OutputFile::publish() {
  if (std::rename(partial_name_.c_str(), name_.c_str()) != 0) fail("can't be put in place");
  ::close(std::exchange(fd_, -1));
}

}  // namespace ddireplay::format
