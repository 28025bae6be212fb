#include "tools/record/request.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "replay/text_case.h"
#include "tools/record/fail.h"
#include "tools/record/setup.h"
#include "tools/record/windows_path.h"
#include "tools/symbols/pe_identity.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

PeIdentity identify(const fs::path& image) {
  if (!fs::exists(image)) refuse(fmt::format("{}: no such file", image.string()));
  const Result<PeIdentity> identity = read_pe_identity(image);
  if (!identity) refuse(fmt::format("{}: {}", image.string(), identity.error()));
  if (!windows_path(image)) {
    refuse(
        fmt::format("{}: not a path that Windows can name (one of <>:\"|?*\\ in it, or a dot or "
                    "a blank at a name's end): copy the file elsewhere",
                    fs::absolute(image).string()));
  }
  return *identity;
}

constexpr std::size_t kMaxTargets = 8;  // the recorder's

void check_targets(const Request& request) {
  const std::size_t count =
      request.targets.size() + request.services.size() + request.attached.size();
  if (count == 0) refuse("TARGET is required, or --service, or --attach");
  if (count > kMaxTargets) refuse(fmt::format("at most {} drivers can be recorded", kMaxTargets));
  std::set<std::string> names;
  for (const fs::path& target : request.targets) {
    check_driver(target);
    if (names.insert(replay::lower_case(target.filename().string())).second) continue;
    refuse(fmt::format("{}: there are two drivers of that name", target.filename().string()));
  }
}

// It stands in a key's path, and on Windows' command line.
void check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!name.empty() && name.find_first_of("\\/\"") == std::string::npos) continue;
    refuse(fmt::format("\"{}\": not the name of a service", name));
  }
}

void check_program(const fs::path& program) {
  if (identify(program).is_driver) {
    refuse(fmt::format("{}: a driver, not a program", program.string()));
  }
}

void check_output(const Request& request) {
  const fs::path& output = request.output;
  if (output.empty()) refuse("--output is required");
  if (!output.has_filename() || fs::is_directory(output)) {
    refuse(fmt::format("{}: a directory; the trace needs a file name", output.string()));
  }
  if (fs::exists(output) && !fs::is_regular_file(output)) {
    refuse(fmt::format("{}: is no regular file; name one", output.string()));
  }
  const fs::path directory = fs::absolute(output).parent_path();
  if (!fs::is_directory(directory)) {
    refuse(fmt::format("{}: no such directory, so {} cannot be written", directory.string(),
                       output.filename().string()));
  }
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    refuse(fmt::format("{}: {} cannot be written there: {}", directory.string(),
                       output.filename().string(), errno_text()));
  }
  std::vector<fs::path> inputs = request.targets;
  if (!request.program.empty()) inputs.emplace_back(request.program.front());
  for (const fs::path& input : inputs) {
    std::error_code ignored;  // there need not be such a file yet
    if (!fs::equivalent(output, input, ignored)) continue;
    refuse(fmt::format("{}: the trace would overwrite it", output.string()));
  }
}

}  // namespace

void check_driver(const fs::path& image) {
  if (!identify(image).is_driver) {
    refuse(fmt::format("{}: a program or a library, not a driver (its subsystem is not native)",
                       image.string()));
  }
  if (image.extension() != ".sys") {
    refuse(fmt::format("{}: a driver's name must end in .sys to be loaded", image.string()));
  }
}

void check(const Request& request) {
  check_targets(request);
  check_names(request.services);
  check_names(request.attached);
  if (request.setup) read_setup(*request.setup);
  if (!request.program.empty()) check_program(request.program.front());
  check_output(request);
}

std::string target_names(const Request& request) {
  std::string names;
  const auto append = [&names](const std::string& name) {
    names += (names.empty() ? "" : ", ") + name;
  };
  std::ranges::for_each(request.attached, append);
  std::ranges::for_each(request.services, append);
  for (const fs::path& target : request.targets) append(target.filename());
  return names;
}

std::string symbol_path(const Request& request) {
  std::string path;
  for (const fs::path& target : request.targets) {
    path += (path.empty() ? "" : ";") + fs::absolute(target).parent_path().string();
  }
  return path;
}

bool only_attaches(const Request& request) {
  return request.targets.empty() && request.services.empty();
}

}  // namespace ddireplay::tools::record
