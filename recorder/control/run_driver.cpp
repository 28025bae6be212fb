#include "recorder/control/run_driver.h"

#include "recorder/control/text.h"

namespace ddireplay::recorder::control {

namespace {

constexpr unsigned kPollMs = 20;
constexpr unsigned kSettleMs = 5000;  // for a service that the system is just starting

using How = DriverWord::How;

[[noreturn]] void fail(const std::wstring& name, const std::string& what) {
  throw Failure(Exit::load_failed, to_utf8(name) + ": " + what);
}

std::wstring service_key(const std::wstring& name) {
  return L"SYSTEM\\CurrentControlSet\\Services\\" + name;
}

// Empty where there is no such text.
std::wstring service_text(const std::wstring& service, const wchar_t* value) {
  const std::wstring key = service_key(service);
  constexpr DWORD kTexts = RRF_RT_REG_SZ;  // and those with variables, which are filled in
  DWORD bytes = 0;
  if (RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), value, kTexts, nullptr, nullptr, &bytes) != 0) {
    return L"";
  }
  std::wstring text(bytes / sizeof(wchar_t) + 1, L'\0');
  bytes = static_cast<DWORD>(text.size() * sizeof(wchar_t));
  if (RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), value, kTexts, nullptr, text.data(), &bytes)) {
    return L"";
  }
  return text.c_str();
}

// `absent` where there is no such number.
DWORD service_number(const std::wstring& service, const wchar_t* value, DWORD absent) {
  DWORD number = absent;
  DWORD bytes = sizeof(number);
  const std::wstring key = service_key(service);
  RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), value, RRF_RT_REG_DWORD, nullptr, &number, &bytes);
  return number;
}

// 0: there is no such service.
DWORD service_type(const std::wstring& service) { return service_number(service, L"Type", 0); }

bool is_started_by_system(const std::wstring& service) {
  return service_number(service, L"Start", SERVICE_DEMAND_START) <= SERVICE_AUTO_START;
}

DWORD state_of(const std::wstring& service) {
  SERVICE_STATUS status = {};
  const SC_HANDLE manager = OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT);
  const SC_HANDLE handle = OpenServiceW(manager, service.c_str(), SERVICE_QUERY_STATUS);
  if (handle != nullptr) QueryServiceStatus(handle, &status);
  CloseServiceHandle(handle);
  CloseServiceHandle(manager);
  return status.dwCurrentState;
}

// The state that it has when the system has done with starting or stopping it.
DWORD settled_state_of(const std::wstring& service) {
  DWORD state = state_of(service);
  for (unsigned waited = 0; waited < kSettleMs; waited += kPollMs) {
    if (state != SERVICE_START_PENDING && state != SERVICE_STOP_PENDING) break;
    Sleep(kPollMs);
    state = state_of(service);
  }
  return state;
}

}  // namespace

RunDriver::RunDriver(const DriverWord& word) : how_(word.how) {
  if (how_ == How::load_file) {
    path_ = full_path(word.text);
    require_file(path_, Exit::load_failed);
    file_name_ = control::file_name(path_);
    service_ = without_extension(file_name_);
    return;
  }
  find_service(word.text);
  if (how_ == How::load_service) {
    require_not_running();
  } else if (!service_.empty()) {
    require_running();
  }
}

void RunDriver::find_service(const std::wstring& name) {
  const DWORD type = service_type(name);
  if (type == 0 && how_ == How::attach) {  // a module's name
    file_name_ = name.find(L'.') == std::wstring::npos ? name + L".sys" : name;
    return;
  }
  if (type == 0) fail(name, "there is no service of that name");
  if (type != SERVICE_KERNEL_DRIVER && type != SERVICE_FILE_SYSTEM_DRIVER) {
    fail(name, "a service, but not a driver's");
  }
  service_ = name;
  group_ = service_text(name, L"Group");
  const std::wstring image = service_text(name, L"ImagePath");
  // A driver without a path is where the system looks for drivers.
  file_name_ = image.empty() ? name + L".sys" : control::file_name(image);
}

void RunDriver::require_not_running() const {
  if (settled_state_of(service_) != SERVICE_RUNNING) return;
  fail(service_, "its driver is loaded already, so its start can't be recorded; --attach " +
                     to_utf8(service_) + " records it from here on");
}

void RunDriver::require_running() const {
  if (settled_state_of(service_) == SERVICE_RUNNING) return;
  if (is_started_by_system(service_)) {
    throw Failure(Exit::recorder_failed,
                  to_utf8(service_) + ": the system starts its driver, and has failed to");
  }
  fail(service_, "its driver isn't loaded, so there is nothing to attach to; --service " +
                     to_utf8(service_) + " loads and records it");
}

void RunDriver::load(RecorderDevice& device, unsigned limit_ms) {
  if (how_ == How::load_file) made_.emplace(service_, path_, Exit::load_failed);
  require_done(device.load(service_, limit_ms), Exit::load_failed,
               to_utf8(file_name_) + ": can't be loaded");
  loaded_ = true;
}

void RunDriver::unload(RecorderDevice& device, unsigned limit_ms) {
  require_done(device.unload(service_, limit_ms), Exit::unload_failed,
               to_utf8(file_name_) + ": doesn't unload");
  loaded_ = false;
}

void RunDriver::remove() {
  if (made_) made_->remove();
}

}  // namespace ddireplay::recorder::control
