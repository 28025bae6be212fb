// A directory that is removed with its owner.
#pragma once

#include <filesystem>
#include <string_view>

namespace ddireplay::tools::record {

class TemporaryDirectory {
 public:
  // PARENT/NAME-XXXXXX, for its owner's eyes only. Throws format::Error.
  TemporaryDirectory(const std::filesystem::path& parent, std::string_view name);
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }
  // It stays, whatever becomes of its owner.
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace ddireplay::tools::record
