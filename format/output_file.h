// A file that appears under its name only when it is whole: until then it is NAME.partial.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "format/unfinished_files.h"

namespace ddireplay::format {

inline constexpr std::string_view kPartialExtension = ".partial";

// Where a file of that name is written: a symbolic link stays one, and what it names is replaced.
// Throws Error where something of that name is no regular file, and would be replaced by one.
std::string place_of_output(const std::string& name);

class OutputFile {
 public:
  // Throws Error as place_of_output() does, and where NAME.partial can't be created.
  explicit OutputFile(std::string name);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();  // removes NAME.partial, if it is still there

  const std::string& partial_name() const { return partial_name_; }

  // Throws Error (a full disk, say); the file is then good for nothing but to be removed.
  void write(std::span<const std::byte> bytes);
  // What was written has reached the disk. Throws Error.
  void flush();
  // Takes the name, in place of a file that may have it already. Throws Error.
  void publish();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::string name_;
  std::string place_;
  std::string partial_name_;
  UnfinishedFile unfinished_;
  int fd_ = -1;
};

}  // namespace ddireplay::format
