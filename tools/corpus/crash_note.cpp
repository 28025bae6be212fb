#include "tools/corpus/crash_note.h"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <string_view>

namespace ddireplay::tools::corpus {
namespace {

constexpr std::array<int, 5> kCrashes = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

// What was there before: nothing, or a sanitizer's.
std::array<struct sigaction, kCrashes.size()> former;

thread_local const std::string* in_play = nullptr;

// In a signal handler nothing may be formatted, and nobody is left to be told of a failure.
void say(std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

// These signals come to the thread that crashes. It crashes again when this returns, with the
// former handler in place.
void on_crash(int signal) {
  for (std::size_t i = 0; i < kCrashes.size(); ++i) {
    if (kCrashes.at(i) == signal) ::sigaction(signal, &former.at(i), nullptr);
  }
  if (in_play == nullptr) return;
  say("\nddireplay: ");
  say(*in_play);
  say(": the program crashed over this trace, nothing else is judged; see it alone with `ddireplay "
      "replay`\n");
}

}  // namespace

void name_trace_in_crash() {
  struct sigaction action = {};
  action.sa_handler = on_crash;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kCrashes.size(); ++i) {
    ::sigaction(kCrashes.at(i), &action, &former.at(i));
  }
}

TraceInPlay::TraceInPlay(const std::string& path) { in_play = &path; }
TraceInPlay::~TraceInPlay() { in_play = nullptr; }

}  // namespace ddireplay::tools::corpus
