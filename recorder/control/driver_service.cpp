#include "recorder/control/driver_service.h"

#include <cwchar>
#include <vector>

#include "recorder/control/status_name.h"
#include "recorder/control/text.h"

namespace ddireplay::recorder::control {

namespace {

constexpr unsigned kPollMs = 20;

}  // namespace

void require_file(const std::wstring& path, Exit failure) {
  const DWORD attributes = GetFileAttributesW(path.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    throw Failure(failure, to_utf8(path) + ": no such file");
  }
}

void require_service_manager() {
  const SC_HANDLE manager = OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT);
  if (manager == nullptr) {
    throw Failure(Exit::recorder_failed,
                  "the service manager can't be opened: " + error_text(GetLastError()));
  }
  CloseServiceHandle(manager);
}

DriverService::DriverService(const std::wstring& name, const std::wstring& image, Exit failure,
                             const std::wstring& group)
    : name_(name), failure_(failure) {
  manager_ = OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
  if (manager_ == nullptr) fail("the service manager can't be opened", GetLastError());
  service_ = CreateServiceW(manager_, name.c_str(), name.c_str(), SERVICE_ALL_ACCESS,
                            SERVICE_KERNEL_DRIVER, SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL,
                            image.c_str(), group.empty() ? nullptr : group.c_str(), nullptr,
                            nullptr, nullptr, nullptr);
  made_ = service_ != nullptr;
  if (made_) return;
  const DWORD error = GetLastError();
  if (error != ERROR_SERVICE_EXISTS) fail("its service can't be made", error);
  service_ = OpenServiceW(manager_, name.c_str(), SERVICE_ALL_ACCESS);
  if (service_ == nullptr) fail("its service can't be opened", GetLastError());
  if (!names_image(image)) {
    throw Failure(failure_, to_utf8(name_) +
                                ": a service of that name is there for another file; remove it "
                                "first (sc delete " +
                                to_utf8(name_) + ")");
  }
}

DriverService::~DriverService() {
  if (service_ != nullptr) CloseServiceHandle(service_);
  if (manager_ != nullptr) CloseServiceHandle(manager_);
}

void DriverService::start() {
  if (StartServiceW(service_, 0, nullptr)) return;
  const DWORD error = GetLastError();
  if (error != ERROR_SERVICE_ALREADY_RUNNING) fail("doesn't start", error);
}

void DriverService::stop(unsigned wait_ms) {
  SERVICE_STATUS status = {};
  if (!ControlService(service_, SERVICE_CONTROL_STOP, &status)) {
    const DWORD error = GetLastError();
    if (error == ERROR_SERVICE_NOT_ACTIVE) return;
    fail("doesn't stop", error);
  }
  for (unsigned waited = 0; QueryServiceStatus(service_, &status); waited += kPollMs) {
    if (status.dwCurrentState == SERVICE_STOPPED) return;
    if (waited >= wait_ms) fail("doesn't stop", ERROR_SERVICE_REQUEST_TIMEOUT);
    Sleep(kPollMs);
  }
}

void DriverService::remove() {
  if (made_ && !DeleteService(service_)) fail("its service can't be removed", GetLastError());
  made_ = false;
}

// The manager may have put \??\ in front.
bool DriverService::names_image(const std::wstring& image) const {
  DWORD bytes = 0;
  QueryServiceConfigW(service_, nullptr, 0, &bytes);
  std::vector<char> buffer(bytes);
  auto* config = reinterpret_cast<QUERY_SERVICE_CONFIGW*>(buffer.data());
  if (bytes == 0 || !QueryServiceConfigW(service_, config, bytes, &bytes)) return false;
  const std::wstring path = config->lpBinaryPathName;
  return path.size() >= image.size() &&
         _wcsicmp(path.c_str() + (path.size() - image.size()), image.c_str()) == 0;
}

void DriverService::fail(const std::string& what, DWORD error) const {
  throw Failure(failure_, to_utf8(name_) + ": " + what + ": " + error_text(error));
}

}  // namespace ddireplay::recorder::control
