// The Wine prefix that every recording starts from: made once per Wine version, kept in the cache.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "tools/record/file_lock.h"
#include "tools/record/signal_queue.h"
#include "tools/record/wine_install.h"

namespace ddireplay::tools::record {

using Talk = std::function<void(std::string_view)>;

// $DDIREPLAY_CACHE, else ddireplay/ in $XDG_CACHE_HOME or ~/.cache. Throws format::Error where none
// of them is set.
std::filesystem::path cache_directory();

// A template as it stands on disk, locked against being replaced while this lives.
//
// In it, files that are only ever read (images and such) are read-only: those are what a clone may
// share. It names nothing of the user's home.
class PrefixTemplate {
 public:
  // Makes the template if there is none: seconds, and about 700 MB. Only complete ones are ever
  // seen under their name. Throws format::Error.
  static PrefixTemplate open(const std::filesystem::path& cache, const WineInstall& wine,
                             SignalQueue& signals, const Talk& talk);

  const std::filesystem::path& path() const { return path_; }

 private:
  PrefixTemplate(std::filesystem::path path, FileLock lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  FileLock lock_;
};

// For a template that was damaged through a clone: the next recording makes a new one.
void discard_template(const std::filesystem::path& cache, const std::filesystem::path& path);

}  // namespace ddireplay::tools::record
