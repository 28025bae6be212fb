// The recorder's device, as a program sees it.
#pragma once

#include <windows.h>

#include <optional>
#include <string>
#include <vector>

#include "recorder/control/failure.h"
#include "recorder/control/ioctl.h"

namespace ddireplay::recorder::control {

struct Target {
  std::wstring file_name;
  std::wstring service;  // empty: as the file, without its extension
};

struct StartOptions {
  std::vector<Target> targets;
  std::wstring output;  // absolute
  unsigned stack_depth = 16;
  unsigned ring_kib = 4096;
  unsigned flush_ms = 100;
  unsigned flight_mib = 0;  // 0: no flight recording
  bool all_imports = false;
};

class RecorderDevice {
 public:
  // Throws Failure: the recorder isn't loaded, or may not be used.
  RecorderDevice();
  ~RecorderDevice();
  RecorderDevice(const RecorderDevice&) = delete;
  RecorderDevice& operator=(const RecorderDevice&) = delete;

  // These return the NTSTATUS of what was asked; they throw Failure when it could not be asked.
  std::int32_t start(const StartOptions& options);
  std::int32_t freeze();
  std::int32_t stop(unsigned wait_ms);
  // Nothing: it took longer than `limit_ms`, and goes on without anybody waiting for it.
  std::optional<std::int32_t> load(const std::wstring& service, unsigned limit_ms);
  std::optional<std::int32_t> unload(const std::wstring& service, unsigned limit_ms);
  StatusReply status();
  std::vector<Hook> hooks();

 private:
  // Whether the answer came in time.
  template <class Request, class Answer>
  bool ask(std::uint32_t code, Request& request, Answer& answer, unsigned limit_ms = INFINITE);
  template <class Request>
  std::int32_t ask_status(std::uint32_t code, Request& request);
  std::optional<std::int32_t> ask_service(std::uint32_t code, const std::wstring& service,
                                          unsigned limit_ms);
  bool finish(OVERLAPPED& request, unsigned limit_ms, DWORD& returned);

  HANDLE device_;
  HANDLE done_;  // an event; one request at a time
};

// Throws Failure when loading or unloading has failed, or is not done in time.
void require_done(std::optional<std::int32_t> status, Exit code, const std::string& what);

}  // namespace ddireplay::recorder::control
