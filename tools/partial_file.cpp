#include "tools/partial_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "format/error.h"

namespace ddireplay::tools {

PartialFile::PartialFile(const std::string& name)
    : name_(name), partial_name_(name + ".partial"), file_(partial_name_, std::ios::binary) {
  if (!file_) fail();
}

PartialFile::~PartialFile() {
  if (!file_.is_open()) return;
  file_.close();
  std::remove(partial_name_.c_str());
}

void PartialFile::commit() {
  if (!file_.flush()) fail();
  if (std::rename(partial_name_.c_str(), name_.c_str()) != 0) fail();
  file_.close();
}

void PartialFile::fail() const {
  throw format::Error(fmt::format("{} can't be written: {}", name_, std::strerror(errno)));
}

}  // namespace ddireplay::tools
