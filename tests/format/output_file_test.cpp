#include "format/output_file.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "format/unfinished_files.h"
#include "tests/format/scratch_dir.h"

namespace ddireplay::format {
namespace {

using test::ScratchDir;

// Does `work` in a process of its own; the signal that ended it, 0: none did.
template <typename Work>
int ending_signal(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    // Not those of the test's framework.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_DFL);
    work();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_CASE("a signal that ends the process removes what was not finished, and nothing else") {
  const ScratchDir dir;
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  const int ended_by = ending_signal([&] {
    remove_unfinished_files_at_signals();
    OutputFile whole(dir.path("whole.ddt"));
    whole.publish();
    const OutputFile unfinished(dir.path("out.ddt"));
    if (!std::filesystem::exists(unfinished.partial_name())) ::_exit(1);
    ::raise(signal);
  });
  CHECK(ended_by == signal);
  CHECK(std::filesystem::exists(dir.path("whole.ddt")));
  CHECK_FALSE(std::filesystem::exists(dir.path("out.ddt.partial")));
}

TEST_CASE("a signal that is ignored ends nothing") {
  const ScratchDir dir;
  const int ended_by = ending_signal([&] {
    ::signal(SIGHUP, SIG_IGN);
    remove_unfinished_files_at_signals();
    OutputFile file(dir.path("out.ddt"));
    ::raise(SIGHUP);
    file.publish();
  });
  CHECK(ended_by == 0);
  CHECK(std::filesystem::exists(dir.path("out.ddt")));
}

TEST_CASE("a child that ends leaves its parent's files") {
  const ScratchDir dir;
  const OutputFile file(dir.path("out.ddt"));
  const int ended_by = ending_signal([] {
    remove_unfinished_files_at_signals();
    ::raise(SIGTERM);
  });
  CHECK(ended_by == SIGTERM);
  CHECK(std::filesystem::exists(file.partial_name()));
}

}  // namespace
}  // namespace ddireplay::format
