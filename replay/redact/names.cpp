#include "replay/redact/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "format/freestanding/ddi_table.h"
#include "replay/pool_tag.h"
#include "replay/text_case.h"

namespace ddireplay::replay {

namespace {

constexpr std::string_view kSystemModules[] = {
    "acpi.sys",       "advapi32.dll",   "ci.dll",       "classpnp.sys", "cng.sys",
    "ddirec.sys",     "disk.sys",       "dxgkrnl.sys",  "fltmgr.sys",   "hal.dll",
    "hidclass.sys",   "hidparse.sys",   "http.sys",     "kdcom.dll",    "kernel32.dll",
    "kernelbase.dll", "ks.sys",         "ksecdd.sys",   "mountmgr.sys", "msrpc.sys",
    "msvcrt.dll",     "ndis.sys",       "netio.sys",    "nsiproxy.sys", "ntdll.dll",
    "ntfs.sys",       "ntkrnlmp.exe",   "ntkrnlpa.exe", "ntkrpamp.exe", "ntoskrnl.exe",
    "partmgr.sys",    "pci.sys",        "portcls.sys",  "scsiport.sys", "sechost.dll",
    "storport.sys",   "tcpip.sys",      "ucrtbase.dll", "usbd.sys",     "usbport.sys",
    "volmgr.sys",     "wdf01000.sys",   "wdfldr.sys",   "win32k.sys",   "win32kbase.sys",
    "win32kfull.sys", "winedevice.exe", "wmilib.sys",
};

// What the names of the kernel's routines begin with; a capital letter follows.
constexpr std::string_view kSystemPrefixes[] = {
    "Cc", "Cm",   "Dbg", "Etw", "Ex",  "Flt", "FsRtl", "Hal", "Inbv", "Interlocked", "Io",  "Kd",
    "Ke", "Kf",   "Ki",  "Ldr", "Lpc", "Mm",  "Ndis",  "Nt",  "Ob",   "Pf",          "Pfx", "Po",
    "Ps", "READ", "Rtl", "Se",  "Tm",  "Vf",  "WRITE", "Wdf", "Whea", "Wmi",         "Zw",
};

// Of the run-time library, the I/O manager and Driver Verifier; and what the pool complains about.
constexpr std::uint32_t kSystemTags[] = {
    tag_of("Strg"), tag_of("VMdl"), tag_of("Vfwi"), tag_of("Irp "), tag_of("Mdl "),
    tag_of("None"), tag_of("BIG "), tag_of("Ddk "), tag_of("Io  "),
};

}  // namespace

bool is_system_module(std::string_view name) {
  return std::ranges::find(kSystemModules, lower_case(name)) != std::end(kSystemModules);
}

bool is_system_function(std::string_view name) {
  if (name.starts_with("cb:") || format::find_ddi(name) != nullptr) return true;
  return std::ranges::any_of(kSystemPrefixes, [&](std::string_view prefix) {
    return name.size() > prefix.size() && name.starts_with(prefix) &&
           (std::isupper(static_cast<unsigned char>(name[prefix.size()])) != 0 ||
            name[prefix.size()] == '_');
  });
}

bool is_system_tag(std::uint32_t tag) {
  bool has_word = false;
  for (unsigned i = 0; i < 4; ++i) has_word |= std::isalnum(tag >> 8 * i & 0x7f) != 0;
  return !has_word || std::ranges::find(kSystemTags, tag) != std::end(kSystemTags);
}

const std::string& Renamer::operator()(const std::string& name, std::string_view suffix) {
  const auto [place, is_new] = names_.try_emplace(name);
  if (is_new) place->second = fmt::format("{}{}{}", prefix_, names_.size(), suffix);
  return place->second;
}

}  // namespace ddireplay::replay
