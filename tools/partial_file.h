// A text file that appears under its name when all of it has been written, or not at all.
#pragma once

#include <fstream>
#include <string>

namespace ddireplay::tools {

class PartialFile {
 public:
  // Creates NAME.partial. Throws format::Error.
  explicit PartialFile(const std::string& name);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();  // removes what was not committed

  std::ostream& stream() { return file_; }
  // Throws format::Error where anything written so far failed.
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::string name_;
  std::string partial_name_;
  std::ofstream file_;
};

}  // namespace ddireplay::tools
