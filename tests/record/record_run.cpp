#include "record_run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

// What there is; an end of the stream closes it.
void read_available(UniqueFd& fd, std::string& text) {
  std::array<char, 4096> buffer;
  while (fd) {
    const ssize_t size = ::read(fd.get(), buffer.data(), buffer.size());
    if (size < 0) return;
    if (size == 0) fd.reset();
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

std::string environment_of(const fs::path& process) {
  std::ifstream file(process / "environ", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

fs::path built(const std::string& name) { return fs::path(DDIREPLAY_BIN) / name; }

RecordRun::RecordRun(const std::vector<std::string>& command,
                     const std::vector<std::string>& environment)
    : child_(start_child(command, environment)) {}

// False: both streams have ended.
bool RecordRun::read_more() {
  if (!child_.out && !child_.err) return false;
  std::array<pollfd, 2> watched = {pollfd{child_.out.get(), POLLIN, 0},
                                   pollfd{child_.err.get(), POLLIN, 0}};
  ::poll(watched.data(), watched.size(), -1);
  read_available(child_.out, ran_.out);
  read_available(child_.err, ran_.err);
  return true;
}

bool RecordRun::wait_for(const std::string& text) {
  while (ran_.err.find(text) == std::string::npos) {
    if (!read_more()) return false;
  }
  return true;
}

Ran RecordRun::finish() {
  while (read_more()) {
  }
  int status = 0;
  if (::waitpid(child_.id, &status, 0) == child_.id && WIFEXITED(status)) {
    ran_.status = WEXITSTATUS(status);
  }
  return ran_;
}

Bench::Bench()
    : directory_(fs::temp_directory_path(), "ddireplay-test"), cache_(DDIREPLAY_TEST_CACHE) {
  fs::create_directory(home());
  fs::create_directory(temporary());
}

RecordRun Bench::start(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {built("ddireplay"), "record"});
  return RecordRun(arguments, environment());
}

RecordRun Bench::start_command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), built("ddireplay"));
  return RecordRun(arguments, environment());
}

Ran Bench::run(std::vector<std::string> arguments) const {
  return start_command(std::move(arguments)).finish();
}

std::vector<std::string> Bench::environment() const {
  return {"PATH=/usr/bin:/bin", "HOME=" + home().string(), "TMPDIR=" + temporary().string(),
          "DDIREPLAY_CACHE=" + cache_.string()};
}

std::vector<std::string> Bench::left_behind() const {
  std::vector<std::string> left;
  for (const fs::path& place : {home(), temporary()}) {
    for (const auto& entry : fs::directory_iterator(place)) left.push_back(entry.path());
  }
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    if (environment_of(entry.path()).find(temporary().string()) == std::string::npos) continue;
    left.push_back("process " + entry.path().filename().string());
  }
  return left;
}

}  // namespace ddireplay::tools::record
