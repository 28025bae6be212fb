#include "tools/record/process_tree.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tools/record/child.h"

namespace ddireplay::tools::record {
namespace {

using namespace std::chrono_literals;

TEST_CASE("descendants are ended, those that detached themselves, too") {
  adopt_orphans();
  // Which of the two dies first, and so who is orphaned, is open.
  const Child shell = start_child({"/bin/sh", "-c", "setsid sleep 1000 & sleep 1000"}, {});
  CHECK(descendants().size() >= 1);
  CHECK(end_descendants(10s).empty());
  CHECK(descendants().empty());
}

TEST_CASE("children that have ended are collected with their status") {
  adopt_orphans();
  const Child shell = start_child({"/bin/sh", "-c", "exit 3"}, {});
  pid_t ended = 0;
  int status = 0;
  while (ended == 0) {
    collect_ended([&](pid_t process, int wait_status) {
      ended = process;
      status = wait_status;
    });
  }
  CHECK(ended == shell.id);
  CHECK(status == 3 << 8);
}

TEST_CASE("a process is known by what it has open") {
  CHECK(has_open(::getpid(), std::filesystem::read_symlink("/proc/self/fd/0")));
  CHECK_FALSE(has_open(::getpid(), "/nonexistent"));
}

TEST_CASE("a process that is gone has no command line") {
  CHECK(command_line(0).empty());
  CHECK(running_threads(0).empty());
}

}  // namespace
}  // namespace ddireplay::tools::record
