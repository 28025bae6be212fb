#include "recorder/core/pe_image.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <vector>

namespace ddireplay::recorder {
namespace {

// A little image: two descriptors of one DLL, an import by number, a code and a data section, a
// PDB.
class ImageBuilder {
 public:
  static constexpr std::uint32_t kBytes = 0x3000;
  static constexpr std::uint32_t kNt = 0x80;
  static constexpr std::uint32_t kDescriptors = 0x2000;
  static constexpr std::uint32_t kDebug = 0x2800;

  ImageBuilder() : bytes(kBytes) {
    put<std::uint16_t>(0, 0x5a4d);
    put<std::uint32_t>(0x3c, kNt);
    put<std::uint32_t>(kNt, 0x4550);
    put<std::uint16_t>(kNt + 4, 0x8664);
    put<std::uint16_t>(kNt + 6, 2);
    put<std::uint32_t>(kNt + 8, 0x11223344);
    put<std::uint16_t>(kNt + 0x14, 0xf0);
    put<std::uint16_t>(kNt + 0x18, 0x20b);
    put<std::uint32_t>(kNt + 0x28, 0x1010);
    put<std::uint32_t>(kNt + 0x50, kBytes);
    put<std::uint32_t>(kNt + 0x58, 0x55667788);
    put<std::uint32_t>(kNt + 0x84, 16);
    put<std::uint32_t>(kNt + 0x88 + 8, kDescriptors);
    put<std::uint32_t>(kNt + 0x88 + 12, 60);
    put<std::uint32_t>(kNt + 0x88 + 48, kDebug);
    put<std::uint32_t>(kNt + 0x88 + 52, 28);
    put_section(0, 0x1000, 0x1000, 0x60000020);
    put_section(1, 0x2000, 0x1000, 0x40000040);
    put_descriptor(0, 0x2100, 0x2200);
    put_descriptor(1, 0x2140, 0x2240);
    put_text(0x2080, "ntoskrnl.exe");
    put_name(0x2100, 0x2300, "ExFreePool");
    put_name(0x2108, 0x2320, "IoFreeMdl");
    put_name(0x2140, 0x2340, "KeSetEvent");
    put<std::uint64_t>(0x2148, std::uint64_t{1} << 63 | 77);
    put<std::uint32_t>(kDebug + 12, 2);
    put<std::uint32_t>(kDebug + 16, 24 + 8);
    put<std::uint32_t>(kDebug + 20, 0x2900);
    put<std::uint32_t>(0x2900, 0x53445352);
    for (std::uint8_t i = 0; i < 16; ++i) put<std::uint8_t>(0x2904 + i, i);
    put<std::uint32_t>(0x2914, 3);
    put_text(0x2918, "x.pdb");
  }

  PeImage image() const {
    return PeImage(reinterpret_cast<std::uint64_t>(bytes.data()), bytes.size());
  }

  template <class T>
  void put(std::size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof(value));
  }
  void put_text(std::size_t at, const char* text) {
    std::memcpy(bytes.data() + at, text, std::strlen(text) + 1);
  }

  std::vector<std::uint8_t> bytes;

 private:
  void put_section(std::uint32_t number, std::uint32_t begin, std::uint32_t size,
                   std::uint32_t flags) {
    const std::uint32_t at = kNt + 0x18 + 0xf0 + 40 * number;
    put<std::uint32_t>(at + 8, size);
    put<std::uint32_t>(at + 12, begin);
    put<std::uint32_t>(at + 36, flags);
  }
  void put_descriptor(std::uint32_t number, std::uint32_t names, std::uint32_t slots) {
    const std::uint32_t at = kDescriptors + 20 * number;
    put<std::uint32_t>(at, names);
    put<std::uint32_t>(at + 12, 0x2080);
    put<std::uint32_t>(at + 16, slots);
  }
  void put_name(std::uint32_t entry, std::uint32_t hint, const char* name) {
    put<std::uint64_t>(entry, hint);
    put_text(hint + 2, name);
  }
};

std::vector<std::string> imports_of(const PeImage& image) {
  std::vector<std::string> imports;
  ImportCursor cursor(image);
  Import import;
  while (cursor.next(import)) {
    imports.push_back(std::string(import.dll) + "!" + std::string(import.name) + "@" +
                      std::to_string(import.slot));
  }
  return imports;
}

TEST_CASE("an image's identity and all of its imports", "[pe]") {
  const ImageBuilder builder;
  const PeImage image = builder.image();
  REQUIRE(image.is_valid());
  CHECK(image.entry_point() == 0x1010);
  CHECK(image.is_executable(0x1500));
  CHECK_FALSE(image.is_executable(0x2500));
  CHECK_FALSE(image.is_executable(0x9000));
  PeImage::Section section;
  REQUIRE(image.section(1, section));
  CHECK(section.header == ImageBuilder::kNt + 0x18 + 0xf0 + 40);
  CHECK(section.begin == 0x2000);
  CHECK(section.size == 0x1000);
  CHECK(section.flags == 0x40000040);
  CHECK_FALSE(image.section(2, section));

  platform::ModuleDescription module;
  image.identify(module);
  CHECK(module.entry.time_date_stamp == 0x11223344);
  CHECK(module.entry.checksum == 0x55667788);
  CHECK(module.entry.pdb_name == "x.pdb");
  CHECK(module.entry.pdb_guid[15] == 15);
  CHECK(module.entry.pdb_age == 3);

  const std::vector<std::string> expected = {
      "ntoskrnl.exe!ExFreePool@8704", "ntoskrnl.exe!IoFreeMdl@8712", "ntoskrnl.exe!KeSetEvent@8768",
      "ntoskrnl.exe!ntoskrnl.exe#77@8776"};
  CHECK(imports_of(image) == expected);
}

TEST_CASE("what is no 64-bit image is refused", "[pe]") {
  ImageBuilder builder;
  SECTION("no MZ") { builder.put<std::uint16_t>(0, 0); }
  SECTION("headers outside") { builder.put<std::uint32_t>(0x3c, 0xfffffff0); }
  SECTION("32-bit") { builder.put<std::uint16_t>(ImageBuilder::kNt + 4, 0x14c); }
  SECTION("PE32") { builder.put<std::uint16_t>(ImageBuilder::kNt + 0x18, 0x10b); }
  SECTION("entry point outside") { builder.put<std::uint32_t>(ImageBuilder::kNt + 0x28, 0x4000); }
  CHECK_FALSE(builder.image().is_valid());
}

TEST_CASE("an import table without an end comes to one", "[pe]") {
  ImageBuilder builder;
  // Every word of the rest of the image is a valid name or a descriptor of itself.
  for (std::uint32_t at = 0x2100; at < 0x2800; at += 8) builder.put<std::uint64_t>(at, 0x2080);
  const PeImage image = builder.image();
  CHECK(imports_of(image).size() < 3000);
}

// Whatever stands in it, no read leaves the image: the address sanitizer would see one that does.
TEST_CASE("images with random bytes changed", "[pe]") {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    ImageBuilder builder;
    for (int i = 0; i < 8; ++i) {
      const std::uint32_t at = random() % 2 == 0 ? random() % 0x300 : 0x2000 + random() % 0xfff;
      builder.bytes[at] = static_cast<std::uint8_t>(random());
    }
    const PeImage image = builder.image();
    if (!image.is_valid()) continue;
    platform::ModuleDescription module;
    image.identify(module);
    imports_of(image);
  }
}

}  // namespace
}  // namespace ddireplay::recorder
