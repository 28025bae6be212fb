// What `ddireplay record` refuses before it starts anything.
#include <catch2/catch.hpp>
#include <fstream>

#include "record_run.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

constexpr int kUsage = 2;

class Usage {
 public:
  // Says why on standard error, nothing on standard output, and leaves nothing.
  void refuses(const std::vector<std::string>& arguments, const std::string& because) const {
    const Ran ran = bench_.record(arguments);
    CAPTURE(ran.err);
    CHECK(ran.status == kUsage);
    CHECK(ran.out.empty());
    CHECK_THAT(ran.err, Contains(because));
    CHECK_FALSE(fs::exists(out()));
    CHECK_FALSE(fs::exists(out() + ".partial"));
    CHECK(bench_.left_behind().empty());
  }

  std::string out() const { return path("out.ddt"); }
  std::string path(const std::string& name) const { return bench_.file(name); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

 private:
  Bench bench_;
};

std::string image_for_32_bits() {
  std::string image(0x200, '\0');
  image.replace(0, 2, "MZ");
  image[0x3c] = '\x40';
  image.replace(0x40, 6, std::string("PE\0\0\x4c\x01", 6));
  return image;
}

const std::string kDriver = built("MyDriver.sys");
const std::string kProgram = built("mydriver-exercise.exe");

TEST_CASE_METHOD(Usage, "a target that is no x64 driver is refused") {
  refuses({path("nonesuch.sys"), "-o", out()}, "nonesuch.sys: no such file");
  refuses({path(""), "-o", out()}, "a directory, not a PE image");
  refuses({write("empty.sys", ""), "-o", out()}, "not a PE image");
  refuses({write("text.sys", "not a driver"), "-o", out()}, "not a PE image");
  refuses({write("old.sys", image_for_32_bits()), "-o", out()}, "32-bit");
  refuses({kProgram, "-o", out()}, "not a driver");
}

TEST_CASE_METHOD(Usage, "a driver that Windows could not name is refused") {
  fs::copy_file(kDriver, path("a:b.sys"));
  refuses({path("a:b.sys"), "-o", out()}, "not a path that Windows can name");
  fs::copy_file(kDriver, path("driver.bin"));
  refuses({path("driver.bin"), "-o", out()}, "must end in .sys");
}

TEST_CASE_METHOD(Usage, "a program that can't be run is refused") {
  refuses({kDriver, "-o", out(), "--", path("nonesuch.exe")}, "nonesuch.exe: no such file");
  refuses({kDriver, "-o", out(), "--", "/bin/sh"}, "not a PE image");
  refuses({kDriver, "-o", out(), "--", kDriver}, "a driver, not a program");
  refuses({kDriver, "-o", out(), kProgram}, "put -- before the program");
}

TEST_CASE_METHOD(Usage, "an output that can't be written is refused") {
  refuses({kDriver, "-o", path("")}, "a directory; the trace needs a file name");
  refuses({kDriver, "-o", path("nonesuch/out.ddt")}, "nonesuch: no such directory");
  refuses({kDriver, "-o", "/proc/out.ddt"}, "/proc/out.ddt.partial: cannot be written");
  const std::string copy = path("copy.sys");
  fs::copy_file(kDriver, copy);
  refuses({copy, "-o", copy}, "the trace would overwrite it");
  CHECK(fs::file_size(copy) == fs::file_size(kDriver));
}

TEST_CASE_METHOD(Usage, "drivers that can't be recorded together are refused") {
  fs::create_directory(path("other"));
  fs::copy_file(kDriver, path("other/mydriver.sys"));
  refuses({kDriver, path("other/mydriver.sys"), "-o", out()}, "two drivers of that name");
  std::vector<std::string> many;
  for (int i = 0; i < 9; ++i) many.insert(many.end(), {"--service", "S" + std::to_string(i)});
  many.insert(many.end(), {"-o", out()});
  refuses(many, "at most 8 drivers");
  refuses({"--service", "a\\b", "-o", out()}, "not the name of a service");
}

TEST_CASE_METHOD(Usage, "a setup that can't be put in place is refused") {
  const auto refuses_setup = [this](const std::string& because) {
    refuses({kDriver, "--setup", path("setup"), "-o", out()}, because);
  };
  refuses_setup("setup: no such directory");
  write("setup", "");
  refuses_setup("setup: not a directory");
  fs::remove(path("setup"));
  fs::create_directories(path("setup/drivers"));
  write("setup/readme.txt", "");
  refuses_setup("readme.txt: not part of a setup: files/, drivers/ and *.reg");
  fs::remove(path("setup/readme.txt"));
  write("setup/a.reg", "[HKEY_LOCAL_MACHINE\\Software\\X]\n");
  refuses_setup("a.reg: not a registry file");
  fs::remove(path("setup/a.reg"));
  fs::copy_file(kProgram, path("setup/drivers/a.sys"));
  refuses_setup("a.sys: a program or a library, not a driver");
  fs::remove(path("setup/drivers/a.sys"));
  fs::create_directories(path("setup/files/a:b"));
  write("setup/files/a:b/c", "");
  refuses_setup("a:b/c: not a path that Windows can name");
}

TEST_CASE_METHOD(Usage, "a command line that makes no sense is refused") {
  refuses({}, "TARGET is required");
  refuses({kDriver}, "--output is required");
  refuses({kDriver, "-o", out(), "--timeout", "0"}, "--timeout");
  refuses({kDriver, "-o", out(), "--stack-depth", "65"}, "--stack-depth");
  refuses({kDriver, "-o", out(), "--nonesuch"}, "--nonesuch");
}

}  // namespace
}  // namespace ddireplay::tools::record
