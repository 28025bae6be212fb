// `ddireplay record` as a user starts it, with a home and a directory for temporary files of its
// own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/record/child.h"
#include "tools/record/temporary_directory.h"

namespace ddireplay::tools::record {

// Of the built program, the recorder, the sample drivers.
std::filesystem::path built(const std::string& name);

struct Ran {
  int status = -1;  // -1: killed
  std::string out;
  std::string err;
};

class RecordRun {
 public:
  // Runs COMMAND, whose last words are the arguments of `ddireplay`.
  explicit RecordRun(const std::vector<std::string>& command,
                     const std::vector<std::string>& environment);
  // Until standard error has that text. False: it has ended without.
  bool wait_for(const std::string& text);
  // Until it has ended and nobody holds its outputs any more, which includes what it left behind.
  Ran finish();
  pid_t id() const { return child_.id; }

 private:
  bool read_more();

  Child child_;
  Ran ran_;
};

// Where a test's recordings happen.
class Bench {
 public:
  Bench();

  // Other than the one that all tests share.
  void use_cache(const std::filesystem::path& cache) { cache_ = cache; }

  std::filesystem::path file(const std::string& name) const { return directory_.path() / name; }
  std::filesystem::path home() const { return file("home"); }
  std::filesystem::path temporary() const { return file("temporary"); }

  RecordRun start(std::vector<std::string> arguments) const;
  Ran record(std::vector<std::string> arguments) const { return start(arguments).finish(); }
  // Any other command of `ddireplay`.
  RecordRun start_command(std::vector<std::string> arguments) const;
  Ran run(std::vector<std::string> arguments) const;

  // What should not be there after a recording: processes of its session, temporary files, anything
  // in the user's home.
  std::vector<std::string> left_behind() const;

 private:
  std::vector<std::string> environment() const;

  TemporaryDirectory directory_;
  std::filesystem::path cache_;
};

}  // namespace ddireplay::tools::record
