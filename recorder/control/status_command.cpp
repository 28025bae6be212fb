#include "recorder/control/status_command.h"

#include <cinttypes>
#include <cstdio>

#include "recorder/control/failure.h"
#include "recorder/control/status_name.h"

namespace ddireplay::recorder::control {

namespace {

constexpr std::uint32_t kEndStopped = 0;  // EndReason
constexpr std::uint32_t kEndFrozen = 8;

const char* state_name(State state) {
  switch (state) {
    case State::idle:
      return "idle";
    case State::recording:
      return "recording";
    case State::ended:
      return "ended";
  }
  return "unknown";
}

// Export names are letters, digits and marks that JSON leaves alone; names out of a broken image
// may be anything.
void print_json_text(const char* text) {
  std::putchar('"');
  for (; *text != '\0'; ++text) {
    const unsigned char c = static_cast<unsigned char>(*text);
    const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    std::putchar(plain ? c : '?');
  }
  std::putchar('"');
}

void print_json(const StatusReply& status, const std::vector<Hook>& hooks) {
  std::printf("{\"state\":\"%s\",\"end_reason\":%" PRIu32 ",\"host\":\"%s\",\"events\":%" PRIu64
              ",\"lost\":%" PRIu64 ",\"lost_stacks\":%" PRIu64 ",\"bytes\":%" PRIu64
              ",\"threads_inside\":%" PRIu64 ",\"targets_loaded\":%" PRIu32
              ",\"service_requests\":%" PRIu32 ",\"write_status\":",
              state_name(status.state), status.end_reason, status.on_wine != 0 ? "wine" : "windows",
              status.events, status.lost_events, status.lost_stacks, status.bytes,
              status.threads_inside, status.targets_loaded, status.service_requests);
  print_json_text(status_text(status.write_status).c_str());
  std::printf(",\"hooks\":[");
  const char* separator = "";
  for (const Hook& hook : hooks) {
    std::printf("%s{\"module\":", separator);
    print_json_text(hook.module);
    std::printf(",\"name\":");
    print_json_text(hook.name);
    std::printf(",\"calls\":%" PRIu64 "}", hook.calls);
    separator = ",";
  }
  std::printf("]}\n");
}

void print_text(const StatusReply& status, const std::vector<Hook>& hooks) {
  std::printf("state           %s\n", state_name(status.state));
  std::printf("events          %" PRIu64 "\n", status.events);
  std::printf("lost            %" PRIu64 "\n", status.lost_events);
  std::printf("bytes           %" PRIu64 "\n", status.bytes);
  std::printf("targets loaded  %" PRIu32 "\n", status.targets_loaded);
  std::printf("being loaded    %" PRIu32 ", or unloaded\n", status.service_requests);
  std::printf("threads inside  %" PRIu64 "\n", status.threads_inside);
  std::printf("last write      %s\n", status_text(status.write_status).c_str());
  std::printf("hooks           %" PRIu32 ", %" PRIu32 " of them never reached\n", status.hooks,
              status.hooks_never_reached);
  for (const Hook& hook : hooks) {
    std::printf("%15" PRIu64 " %s!%s\n", hook.calls, hook.module, hook.name);
  }
}

}  // namespace

void print_status(RecorderDevice& device, bool json) {
  const StatusReply status = device.status();
  const std::vector<Hook> hooks = device.hooks();
  (json ? print_json : print_text)(status, hooks);
}

void check_totals(RecorderDevice& device) {
  const StatusReply totals = device.status();
  std::printf("recorded: %" PRIu64 " events, %" PRIu64 " lost, %" PRIu64 " bytes\n", totals.events,
              totals.lost_events, totals.bytes);
  if (totals.write_status < 0) {
    throw Failure(Exit::incomplete,
                  "the trace can't be written: " + status_text(totals.write_status));
  }
  if (totals.end_reason != kEndStopped && totals.end_reason != kEndFrozen) {
    throw Failure(Exit::incomplete,
                  "a thread is still inside a recorded call; the recorder stays loaded");
  }
  if (totals.lost_events != 0) {
    throw Failure(Exit::incomplete, std::to_string(totals.lost_events) +
                                        " events were lost; more memory may help (--ring-kib)");
  }
}

}  // namespace ddireplay::recorder::control
