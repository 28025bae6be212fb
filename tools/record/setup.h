// What is put in place before a recording: a directory of files, registry entries and drivers.
//
//   files/...          copied to drive C: of the prefix, directories and all
//   NAME.reg           imported, sorted by name, once the files are there
//   drivers/NAME.sys   loaded, sorted by name, before the recording starts, and not recorded
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/record/signal_queue.h"
#include "tools/record/wine_install.h"

namespace ddireplay::tools::record {

struct Setup {
  struct File {
    std::filesystem::path from;
    std::filesystem::path to;  // below drive_c
  };
  std::vector<std::filesystem::path> directories;  // below drive_c, parents first
  std::vector<File> files;
  std::vector<std::filesystem::path> registry;
  std::vector<std::filesystem::path> drivers;
};

// Refuses (throws format::Error, wrong usage) what isn't there, can't be read, or is none of the
// above.
Setup read_setup(const std::filesystem::path& directory);

// Where a name is there already, in whatever case, the file takes its place. Throws format::Error.
void copy_files(const Setup& setup, const std::filesystem::path& prefix);

// Ends the prefix's session afterwards, so that its next one starts with these entries, services
// among them, as Windows would after a restart. Throws format::Error.
void import_registry(const Setup& setup, const WineInstall& wine,
                     const std::vector<std::string>& environment, SignalQueue& signals);

}  // namespace ddireplay::tools::record
