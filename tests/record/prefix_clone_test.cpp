#include "tools/record/prefix_clone.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "tools/record/temporary_directory.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A template in small, and its clone.
struct Pair {
  TemporaryDirectory directory{fs::temp_directory_path(), "ddireplay-test"};
  fs::path from = directory.path() / "from";
  fs::path to = directory.path() / "to";
  std::vector<SharedFile> shared;

  Pair() {
    fs::create_directories(from / "drive_c/windows");
    fs::create_directories(from / "dosdevices");
    fs::create_symlink("../drive_c", from / "dosdevices/c:");
    write(from / "system.reg", "registry");
    write(from / "wineserver", "wine-abcdef");
    write(from / "drive_c/windows/ntdll.dll", "image");
    fs::permissions(from / "drive_c/windows/ntdll.dll", fs::perms::owner_read);
    shared = clone_prefix(from, to);
  }
};

TEST_CASE("a clone has all that its template has, but for the server's place") {
  const Pair pair;
  CHECK(read(pair.to / "system.reg") == "registry");
  CHECK(read(pair.to / "drive_c/windows/ntdll.dll") == "image");
  CHECK(fs::read_symlink(pair.to / "dosdevices/c:") == "../drive_c");
  CHECK_FALSE(fs::exists(pair.to / "wineserver"));
}

TEST_CASE("only what is read-only is shared") {
  const Pair pair;
  CHECK(fs::equivalent(pair.from / "drive_c/windows/ntdll.dll",
                       pair.to / "drive_c/windows/ntdll.dll"));
  CHECK_FALSE(fs::equivalent(pair.from / "system.reg", pair.to / "system.reg"));
  write(pair.to / "system.reg", "changed");
  CHECK(read(pair.from / "system.reg") == "registry");
  CHECK(damaged_files(pair.shared).empty());
}

TEST_CASE(
    "a shared file that is written to is noticed, one that is replaced or removed harms no one") {
  const Pair pair;
  const fs::path image = pair.to / "drive_c/windows/ntdll.dll";
  SECTION("written to") {
    fs::permissions(image, fs::perms::owner_all);
    write(image, "another image");
    CHECK(damaged_files(pair.shared) == std::vector<fs::path>{image});
  }
  SECTION("replaced") {
    fs::remove(image);
    write(image, "another image");
    CHECK(damaged_files(pair.shared).empty());
  }
  SECTION("removed") {
    fs::remove(image);
    CHECK(damaged_files(pair.shared).empty());
    CHECK(read(pair.from / "drive_c/windows/ntdll.dll") == "image");
  }
}

}  // namespace
}  // namespace ddireplay::tools::record
