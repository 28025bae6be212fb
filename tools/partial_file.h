// A text file that appears under its name when all of it has been written, or not at all.
#pragma once

#include <array>
#include <ostream>
#include <streambuf>
#include <string>

#include "format/output_file.h"

namespace ddireplay::tools {

class PartialFile {
 public:
  // Creates NAME.partial. Throws format::Error, also where NAME is a directory or a device.
  explicit PartialFile(const std::string& name);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  // Throws format::Error where what is written does not reach the file.
  std::ostream& stream() { return stream_; }
  // Throws format::Error where anything written so far failed.
  void commit();

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(format::OutputFile& file);

   private:
    int_type overflow(int_type c) override;
    int sync() override;

    format::OutputFile& file_;
    std::array<char, 64 * 1024> bytes_;
  };

  format::OutputFile file_;  // removes what was not committed
  Buffer buffer_;
  std::ostream stream_;
};

}  // namespace ddireplay::tools
