#include "tools/record/pending_trace.h"

#include <fcntl.h>
#include <sys/file.h>

#include "format/output_file.h"
#include "tools/record/fail.h"

namespace ddireplay::tools::record {

namespace fs = std::filesystem;

PendingTrace::PendingTrace(const fs::path& output)
    : output_(fs::absolute(format::place_of_output(output.string()))),
      partial_(output_.string() + std::string(format::kPartialExtension)) {
  fd_ = UniqueFd(::open(partial_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!fd_) refuse(fmt::format("{}: cannot be written: {}", partial_.string(), errno_text()));
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    refuse(fmt::format("{}: another recording is writing it; give OUT another name",
                       partial_.string()));
  }
  // One that was killed could not take it away, and it may be all that is left of it.
  if (fs::file_size(partial_) != 0) {
    refuse(fmt::format(
        "{0}: an earlier recording left it without an end; make a trace of it with `ddireplay "
        "repair {0} -o OTHER.ddt`, or remove it",
        partial_.string()));
  }
}

PendingTrace::~PendingTrace() {
  if (kept_) return;
  std::error_code ignored;
  fs::remove(partial_, ignored);
}

void PendingTrace::keep() {
  std::error_code error;
  fs::rename(partial_, output_, error);
  if (error) {
    kept_ = true;  // what was recorded must not be lost for the sake of its name
    fail(fmt::format("{}: cannot be renamed to {}: {}; the trace is under its first name",
                     partial_.string(), output_.filename().string(), error.message()));
  }
  kept_ = true;
}

}  // namespace ddireplay::tools::record
