#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "format/error.h"
#include "format/text_form.h"
#include "tools/corpus/digest.h"
#include "tools/corpus/directory.h"
#include "tools/partial_file.h"

namespace ddireplay::tools::corpus {
namespace {

namespace fs = std::filesystem;

// What is being made or being removed, so that nobody takes it for an entry.
constexpr const char* kUnfinished = ".unfinished-";
constexpr const char* kTextName = "trace.txt";
constexpr const char* kBinaryName = "trace.ddt";

std::string errno_text() { return std::generic_category().message(errno); }

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw format::Error(fmt::format("{}: can't be changed: {}", path, why));
}

// Goes with its owner.
class Unfinished {
 public:
  explicit Unfinished(const std::string& directory)
      : path_((fs::path(directory) / (std::string(kUnfinished) + "XXXXXX")).string()) {
    if (::mkdtemp(path_.data()) == nullptr) fail(directory, errno_text());
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

fs::path make_entry(const Unfinished& unfinished, const std::string& name) {
  const fs::path made = fs::path(unfinished.path()) / name;
  std::error_code error;
  if (!fs::create_directory(made, error)) fail(unfinished.path(), error.message());
  return made;
}

void write_expectation(const std::string& path, const Expectation& expectation) {
  PartialFile file(path);
  file.stream() << expectation_text(expectation);
  file.commit();
}

void rename_or_fail(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) fail(to.string(), error.message());
}

}  // namespace

Editor::Editor(const std::string& directory) : directory_(directory) {
  lock_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) fail(directory, errno_text());
  int locked = -1;
  do {
    locked = ::flock(lock_, LOCK_EX);
  } while (locked != 0 && errno == EINTR);
  if (locked != 0) {
    const std::string why = errno_text();
    ::close(lock_);
    fail(directory, "it can't be locked: " + why);
  }
  remove_leftovers();
}

Editor::~Editor() { ::close(lock_); }

void Editor::remove_leftovers() {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_, error)) {
    if (entry.path().filename().string().starts_with(kUnfinished)) {
      leftovers.push_back(entry.path());
    }
  }
  for (const fs::path& leftover : leftovers) fs::remove_all(leftover, error);
}

void Editor::add(const std::string& name, const std::string& trace,
                 const Expectation& expectation) {
  const Unfinished unfinished(directory_);
  const fs::path made = make_entry(unfinished, name);
  const fs::path copy = made / (format::is_text_form(trace) ? kTextName : kBinaryName);
  std::error_code error;
  fs::copy_file(trace, copy, error);
  if (error) fail(directory_, error.message());
  if (sha256_of_file(copy.string()) != expectation.sha256) {
    throw format::Error(fmt::format("{}: was changed while it was read: add it again", trace));
  }
  publish(made, expectation);
}

void Editor::add_text(const std::string& name, const std::string& text,
                      const Expectation& expectation) {
  const Unfinished unfinished(directory_);
  const fs::path made = make_entry(unfinished, name);
  PartialFile file((made / kTextName).string());
  file.stream() << text;
  file.commit();
  publish(made, expectation);
}

// What has been made becomes an entry.
void Editor::publish(const fs::path& made, const Expectation& expectation) {
  for (const fs::directory_entry& trace : fs::directory_iterator(made)) {
    fs::permissions(trace.path(), fs::perms::owner_read | fs::perms::owner_write |
                                      fs::perms::group_read | fs::perms::others_read);
  }
  write_expectation((made / "expected.json").string(), expectation);
  rename_or_fail(made, fs::path(directory_) / made.filename());
}

void Editor::replace(const std::string& name, const Expectation& expectation) {
  write_expectation(expectation_path(directory_, name), expectation);
}

void Editor::remove(const std::string& name) {
  const Unfinished unfinished(directory_);
  rename_or_fail(fs::path(directory_) / name, fs::path(unfinished.path()) / name);
}

}  // namespace ddireplay::tools::corpus
