// A driver that takes part in `ddirec run`.
#pragma once

#include <optional>
#include <string>

#include "recorder/control/command_line.h"
#include "recorder/control/driver_service.h"
#include "recorder/control/recorder_device.h"

namespace ddireplay::recorder::control {

class RunDriver {
 public:
  // Finds its file, or its service. Throws Failure (load_failed).
  explicit RunDriver(const DriverWord& word);

  const std::wstring& file_name() const { return file_name_; }  // "X.sys"
  const std::wstring& service() const { return service_; }      // empty: not known
  const std::wstring& group() const { return group_; }          // of its service
  bool is_attached_to() const { return how_ == DriverWord::How::attach; }
  bool is_loaded() const { return loaded_; }

  // From the recorder's own process, which under Wine is where it must be.
  void load(RecorderDevice& device, unsigned limit_ms);
  void unload(RecorderDevice& device, unsigned limit_ms);
  // Its service, if it was made here.
  void remove();

 private:
  void find_service(const std::wstring& name);
  void require_not_running() const;
  void require_running() const;

  DriverWord::How how_;
  std::wstring path_;  // of a file that is to be loaded
  std::wstring file_name_;
  std::wstring service_;
  std::wstring group_;
  std::optional<DriverService> made_;
  bool loaded_ = false;
};

}  // namespace ddireplay::recorder::control
