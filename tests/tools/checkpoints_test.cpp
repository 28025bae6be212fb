#include "tools/debugger/checkpoints.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <random>
#include <string>
#include <vector>

namespace ddireplay::tools {
namespace {

// Mixes each position that it passes into one number: right only if none is missed or taken twice.
class Mixer : public Run {
 public:
  void advance_to(std::uint64_t position) override {
    if (position >= kBroken) throw format::Error("broken here");
    while (at_ < position) mix_ = (mix_ ^ ++at_) * 0x100000001b3;
  }

  std::string answer(std::string_view question) override {
    if (question == "die") std::raise(SIGKILL);
    if (question == "fail") throw format::Error("not so", format::ExitStatus::usage);
    if (question == "long") return std::string(5'000'000, static_cast<char>('a' + at_ % 26));
    if (question == "nothing") return "";
    return std::to_string(at_) + " " + std::to_string(mix_);
  }

  void rest() override {}

  static constexpr std::uint64_t kBroken = 1'000'000;

 private:
  std::uint64_t at_ = 0;
  std::uint64_t mix_ = 1;
};

constexpr std::uint64_t kInterval = 1000;

std::unique_ptr<Run> make_mixer() { return std::make_unique<Mixer>(); }

std::string mixed(std::uint64_t position) {
  Mixer mixer;
  mixer.advance_to(position);
  return mixer.answer("mix");
}

bool is_gone(pid_t process) { return ::kill(process, 0) != 0 && errno == ESRCH; }

// A process that has been told to end.
void wait_until_gone(pid_t process) {
  for (int i = 0; i < 1000 && !is_gone(process); ++i) ::usleep(10'000);
  CHECK(is_gone(process));
}

}  // namespace

TEST_CASE("a run answers the same by whatever way it came to a position") {
  Checkpoints checkpoints(make_mixer, kInterval);
  std::mt19937 random(1);
  std::uint64_t position = 0;
  for (int i = 0; i < 200; ++i) {
    const bool goes_far = random() % 2 == 0;
    position = goes_far ? random() % 30'000 : position + random() % 3 - (position > 0 ? 1 : 0);
    REQUIRE(checkpoints.ask(position, "mix") == mixed(position));
  }
}

TEST_CASE("checkpoints are left behind once each interval") {
  Checkpoints checkpoints(make_mixer, kInterval);
  CHECK(checkpoints.processes().empty());
  checkpoints.ask(kInterval - 1, "mix");
  CHECK(checkpoints.processes().size() == 2);
  checkpoints.ask(10 * kInterval, "mix");
  CHECK(checkpoints.processes().size() == 12);
  checkpoints.ask(0, "mix");
  checkpoints.ask(10 * kInterval + 1, "mix");
  CHECK(checkpoints.processes().size() == 12);
}

TEST_CASE("one position on, the same process answers") {
  Checkpoints checkpoints(make_mixer, kInterval);
  checkpoints.ask(500, "mix");
  const pid_t worker = checkpoints.processes().front();
  checkpoints.ask(501, "mix");
  CHECK(checkpoints.processes().front() == worker);
  checkpoints.ask(500, "mix");
  CHECK(checkpoints.processes().front() != worker);
}

TEST_CASE("answers may be long or empty") {
  Checkpoints checkpoints(make_mixer, kInterval);
  CHECK(checkpoints.ask(1, "long") == std::string(5'000'000, 'b'));
  CHECK(checkpoints.ask(1, "nothing").empty());
  CHECK(checkpoints.ask(2, "long") == std::string(5'000'000, 'c'));
}

TEST_CASE("what a run throws arrives with its text and status") {
  Checkpoints checkpoints(make_mixer, kInterval);
  try {
    checkpoints.ask(1500, "fail");
    FAIL("nothing was thrown");
  } catch (const format::Error& error) {
    CHECK(error.what() == std::string("not so"));
    CHECK(error.status() == format::ExitStatus::usage);
  }
  CHECK(checkpoints.ask(1500, "mix") == mixed(1500));
}

TEST_CASE("a run that can't go on is dropped") {
  Checkpoints checkpoints(make_mixer, Mixer::kBroken / 2);
  CHECK_THROWS_WITH(checkpoints.ask(Mixer::kBroken + 5, "mix"), "broken here");
  CHECK(checkpoints.ask(1500, "mix") == mixed(1500));
}

TEST_CASE("a run that can't begin says why") {
  Checkpoints checkpoints([]() -> std::unique_ptr<Run> { throw format::Error("no trace"); },
                          kInterval);
  CHECK_THROWS_WITH(checkpoints.ask(1, "mix"), "no trace");
  CHECK(checkpoints.processes().empty());
}

TEST_CASE("a question that ends its process is an error, and the next one is answered") {
  Checkpoints checkpoints(make_mixer, kInterval);
  CHECK_THROWS_AS(checkpoints.ask(2500, "die"), RunLost);
  CHECK(checkpoints.ask(2500, "mix") == mixed(2500));
  CHECK_THROWS_AS(checkpoints.ask(2501, "die"), RunLost);
  CHECK(checkpoints.ask(100, "mix") == mixed(100));
}

TEST_CASE("processes that are killed are replaced") {
  Checkpoints checkpoints(make_mixer, kInterval);
  checkpoints.ask(5500, "mix");
  const std::vector<pid_t> processes = checkpoints.processes();
  REQUIRE(processes.size() == 7);
  SECTION("the one that answers") { ::kill(processes[0], SIGKILL); }
  SECTION("the first") { ::kill(processes[1], SIGKILL); }
  SECTION("a checkpoint") { ::kill(processes[4], SIGKILL); }
  SECTION("all checkpoints") {
    for (std::size_t i = 2; i < processes.size(); ++i) ::kill(processes[i], SIGKILL);
  }
  SECTION("every one") {
    for (const pid_t process : processes) ::kill(process, SIGKILL);
  }
  for (const std::uint64_t position : {3500, 5501, 20, 4001, 5999}) {
    std::string answer;
    // Several may have to be found dead, one after the other.
    for (std::size_t i = 0; i < processes.size() && answer.empty(); ++i) {
      try {
        answer = checkpoints.ask(position, "mix");
      } catch (const RunLost&) {
      }
    }
    CHECK(answer == mixed(position));
  }
}

TEST_CASE("^C at the prompt does not reach them") {
  Checkpoints checkpoints(make_mixer, kInterval);
  checkpoints.ask(2500, "mix");
  const std::vector<pid_t> processes = checkpoints.processes();
  for (const pid_t process : processes) ::kill(process, SIGINT);
  CHECK(checkpoints.ask(2501, "mix") == mixed(2501));
  CHECK(checkpoints.processes() == processes);
}

TEST_CASE("no process is left when they are let go") {
  std::vector<pid_t> processes;
  {
    Checkpoints checkpoints(make_mixer, kInterval);
    checkpoints.ask(5500, "mix");
    checkpoints.ask(100, "mix");
    checkpoints.ask(3100, "mix");
    processes = checkpoints.processes();
    REQUIRE(processes.size() == 7);
    for (const pid_t process : processes) REQUIRE(!is_gone(process));
  }
  for (const pid_t process : processes) CHECK(is_gone(process));
}

TEST_CASE("no process is left when the front is killed") {
  // Who loses its parent comes to us: otherwise it is left to the machine when it is forgotten.
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t front = ::fork();
  if (front == 0) {
    Checkpoints checkpoints(make_mixer, kInterval);
    checkpoints.ask(3500, "mix");
    for (const pid_t process : checkpoints.processes()) {
      if (::write(pipe_ends[1], &process, sizeof process) != sizeof process) ::_exit(1);
    }
    ::raise(SIGKILL);
  }
  ::close(pipe_ends[1]);
  std::vector<pid_t> processes;
  for (pid_t process; ::read(pipe_ends[0], &process, sizeof process) == sizeof process;) {
    processes.push_back(process);
  }
  ::close(pipe_ends[0]);
  CHECK(processes.size() == 5);
  while (::waitpid(-1, nullptr, 0) >= 0) {
  }
  for (const pid_t process : processes) wait_until_gone(process);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

}  // namespace ddireplay::tools
