// The service of a kernel driver: an entry in the registry that says where its image is.
#pragma once

#include <windows.h>

#include <string>

#include "recorder/control/failure.h"

namespace ddireplay::recorder::control {

class DriverService {
 public:
  // Makes the service, or takes the one that is there if it names the same image. `failure` is the
  // code of what is thrown. Under Wine, drivers whose services are of one `group` share a process.
  DriverService(const std::wstring& name, const std::wstring& image, Exit failure,
                const std::wstring& group = {});
  ~DriverService();
  DriverService(const DriverService&) = delete;
  DriverService& operator=(const DriverService&) = delete;

  const std::wstring& name() const { return name_; }

  // Through the service manager. A driver that is running already is fine.
  void start();
  // Waits until the driver is gone. Throws when the system refuses, or takes longer than `wait_ms`.
  void stop(unsigned wait_ms);
  // The service goes when nobody holds it open any more; not one that was there before.
  void remove();

 private:
  bool names_image(const std::wstring& image) const;
  [[noreturn]] void fail(const std::string& what, DWORD error) const;

  std::wstring name_;
  Exit failure_;
  bool made_ = false;
  SC_HANDLE manager_ = nullptr;
  SC_HANDLE service_ = nullptr;
};

// Throws Failure of that code when there is no such file.
void require_file(const std::wstring& path, Exit failure);

// Without it there is no system to record on: under Wine, one that did not come up.
void require_service_manager();

}  // namespace ddireplay::recorder::control
