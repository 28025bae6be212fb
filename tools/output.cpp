#include "tools/output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "format/error.h"
#include "format/output_file.h"

namespace ddireplay::tools {
namespace {

[[noreturn]] void fail() {
  throw format::Error(fmt::format("standard output can't be written: {}", std::strerror(errno)));
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail();
}

void flush_output() {
  if (std::fflush(stdout) != 0) fail();
}

void talk(std::string_view text) {
  // In the order in which it was said, should both go to one place. What fails here has no one left
  // to be told; of standard output the next flush finds it out.
  std::fflush(stdout);
  std::fprintf(stderr, "ddireplay: %.*s\n", static_cast<int>(text.size()), text.data());
}

void refuse_to_replace(const std::string& in, const std::string& out) {
  const std::string partial = format::place_of_output(out) + std::string(format::kPartialExtension);
  std::error_code error;
  for (const std::string& written : {out, partial}) {
    if (!std::filesystem::equivalent(in, written, error)) continue;
    throw format::Error(
        fmt::format("{}: is the trace that is read{}: give OUT another name", written,
                    written == out ? "" : ", and what OUT is called until it is whole"),
        format::ExitStatus::usage);
  }
}

}  // namespace ddireplay::tools
