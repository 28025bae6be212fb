#include "tools/record/request.h"

#include <unistd.h>

#include "tools/record/fail.h"
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

void check_target(const fs::path& target) {
  if (!identify(target).is_driver) {
    refuse(fmt::format("{}: a program or a library, not a driver (its subsystem is not native)",
                       target.string()));
  }
  if (target.extension() != ".sys") {
    refuse(fmt::format("{}: a driver's name must end in .sys to be loaded", target.string()));
  }
}

void check_program(const fs::path& program) {
  if (identify(program).is_driver) {
    refuse(fmt::format("{}: a driver, not a program", program.string()));
  }
}

void check_output(const Request& request) {
  const fs::path& output = request.output;
  if (!output.has_filename() || fs::is_directory(output)) {
    refuse(fmt::format("{}: a directory; the trace needs a file name", output.string()));
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
  std::error_code ignored;  // there need not be such a file yet
  if (fs::equivalent(output, request.target, ignored) ||
      (!request.program.empty() && fs::equivalent(output, request.program.front(), ignored))) {
    refuse(fmt::format("{}: the trace would overwrite it", output.string()));
  }
}

}  // namespace

void check(const Request& request) {
  check_target(request.target);
  if (!request.program.empty()) check_program(request.program.front());
  check_output(request);
}

}  // namespace ddireplay::tools::record
