// The recorder's device, as a program sees it.
#pragma once

#include <windows.h>

#include <string>
#include <vector>

#include "recorder/control/ioctl.h"

namespace ddireplay::recorder::control {

struct StartOptions {
  std::vector<std::wstring> targets;  // file names
  std::wstring output;                // absolute
  unsigned stack_depth = 16;
  unsigned ring_kib = 4096;
  unsigned flush_ms = 100;
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
  std::int32_t stop(unsigned wait_ms);
  std::int32_t load(const std::wstring& service);
  std::int32_t unload(const std::wstring& service);
  StatusReply status();
  std::vector<Hook> hooks();

 private:
  template <class Request, class Answer>
  void ask(std::uint32_t code, Request& request, Answer& answer);
  template <class Request>
  std::int32_t ask_status(std::uint32_t code, Request& request);

  HANDLE device_;
};

}  // namespace ddireplay::recorder::control
