#include "format/unfinished_files.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <cstring>

namespace ddireplay::format {
namespace {

// What a handler reads is never freed: so a name is a copy, in a place that stays.
struct Slot {
  std::atomic<pid_t> owner = 0;  // 0: free; kBeingFilled: not to be read yet
  std::array<char, PATH_MAX> name;
};
static_assert(std::atomic<pid_t>::is_always_lock_free);

constexpr pid_t kBeingFilled = -1;
constexpr std::size_t kSlots = 8;

std::array<Slot, kSlots> slots;

void end_without_files(int signal) {
  remove_unfinished_files();
  // SA_RESETHAND has put the default back.
  ::raise(signal);
}

}  // namespace

void UnfinishedFile::remember(const std::string& name) {
  if (name.size() >= PATH_MAX) return;
  for (std::size_t i = 0; i < kSlots; ++i) {
    pid_t nobody = 0;
    if (!slots[i].owner.compare_exchange_strong(nobody, kBeingFilled)) continue;
    std::memcpy(slots[i].name.data(), name.c_str(), name.size() + 1);
    slots[i].owner = ::getpid();
    slot_ = i;
    return;
  }
}

void UnfinishedFile::forget() {
  if (slot_ == kNone) return;
  slots[slot_].owner = 0;
  slot_ = kNone;
}

void remove_unfinished_files() {
  const pid_t self = ::getpid();
  for (const Slot& slot : slots) {
    if (slot.owner == self) ::unlink(slot.name.data());
  }
}

void remove_unfinished_files_at_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction former {};
    ::sigaction(signal, nullptr, &former);
    if (former.sa_handler != SIG_DFL) continue;
    struct sigaction action {};
    action.sa_handler = end_without_files;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace ddireplay::format
