#include "format/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "format/error.h"

namespace ddireplay::format {

std::string place_of_output(const std::string& name) {
  struct stat status {};
  if (::stat(name.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) throw Error(name + ": is a directory; name a file");
    // A device would be replaced by the file, not written to.
    if (!S_ISREG(status.st_mode)) throw Error(name + ": is no regular file; name one");
  }
  namespace fs = std::filesystem;
  // What the link names need not be there yet.
  constexpr int kLinksMax = 40;  // as the kernel has it
  fs::path place = name;
  std::error_code error;
  for (int links = 0; fs::is_symlink(place, error); ++links) {
    if (links == kLinksMax) throw Error(name + ": can't be created: too many symbolic links");
    const fs::path next = fs::read_symlink(place, error);
    if (error) throw Error(name + ": can't be created: " + error.message());
    place = place.parent_path() / next;
  }
  return place.string();
}

OutputFile::OutputFile(std::string name)
    : name_(std::move(name)),
      place_(place_of_output(name_)),
      partial_name_(place_ + std::string(kPartialExtension)) {
  // Without O_NONBLOCK a pipe of that name would make us wait for ever.
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK;
  fd_ = ::open(partial_name_.c_str(), kFlags, 0666);
  if (fd_ < 0) fail("can't be created");
  unfinished_.remember(partial_name_);
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
  if (std::rename(partial_name_.c_str(), place_.c_str()) != 0) fail("can't be put in place");
  unfinished_.forget();
  ::close(std::exchange(fd_, -1));
}

}  // namespace ddireplay::format
