#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/symbols/dwarf_symbols.h"
#include "tools/symbols/guid.h"
#include "tools/symbols/pdb_symbols.h"
#include "tools/symbols/pe_identity.h"
#include "tools/symbols/symbol_names.h"
#include "tools/symbols/symbol_path.h"
#include "tools/symbols/symbol_store.h"
#include "tools/symbols/symbol_table.h"

namespace {

using namespace ddireplay;
using namespace ddireplay::tools;
namespace fs = std::filesystem;

// A folder that is gone after the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "symbols_test.XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~ScratchFolder() { fs::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const fs::path& path() const { return path_; }

  // Makes the folders on the way.
  fs::path write(const fs::path& name, std::string_view contents) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << contents;
    return file;
  }

 private:
  fs::path path_;
};

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

template <typename T>
void put(std::string& image, std::size_t place, T value) {
  std::memcpy(image.data() + place, &value, sizeof(value));
}

constexpr std::size_t kNtHeaders = 0x80;
constexpr std::size_t kOptionalHeader = kNtHeaders + 24;
constexpr std::size_t kSectionHeader = kOptionalHeader + 240;
constexpr std::size_t kSection = 0x400;  // in the file; at RVA 0x1000 when loaded
constexpr Guid kGuid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

// A driver's image of one section, which holds the debug directory and the RSDS record.
std::string small_image() {
  std::string image(0x600, '\0');
  put<std::uint16_t>(image, 0, 0x5a4d);
  put<std::uint32_t>(image, 0x3c, kNtHeaders);
  put<std::uint32_t>(image, kNtHeaders, 0x4550);
  put<std::uint16_t>(image, kNtHeaders + 4, 0x8664);
  put<std::uint16_t>(image, kNtHeaders + 6, 1);  // sections
  put<std::uint32_t>(image, kNtHeaders + 8, 0x12345678);
  put<std::uint16_t>(image, kNtHeaders + 20, 240);
  put<std::uint16_t>(image, kOptionalHeader, 0x20b);
  put<std::uint32_t>(image, kOptionalHeader + 16, 0x1100);
  put<std::uint64_t>(image, kOptionalHeader + 24, 0x140000000);
  put<std::uint32_t>(image, kOptionalHeader + 56, 0x2000);
  put<std::uint32_t>(image, kOptionalHeader + 64, 0xabcd);
  put<std::uint16_t>(image, kOptionalHeader + 68, 1);
  put<std::uint32_t>(image, kOptionalHeader + 108, 16);
  put<std::uint32_t>(image, kOptionalHeader + 112 + 6 * 8, 0x1000);
  put<std::uint32_t>(image, kOptionalHeader + 112 + 6 * 8 + 4, 28);
  put<std::uint32_t>(image, kSectionHeader + 12, 0x1000);
  put<std::uint32_t>(image, kSectionHeader + 16, 0x200);
  put<std::uint32_t>(image, kSectionHeader + 20, kSection);
  put<std::uint32_t>(image, kSection + 12, 2);  // CodeView
  put<std::uint32_t>(image, kSection + 16, 24 + 10);
  put<std::uint32_t>(image, kSection + 24, kSection + 0x40);
  put<std::uint32_t>(image, kSection + 0x40, 0x53445352);
  put(image, kSection + 0x44, kGuid);
  put<std::uint32_t>(image, kSection + 0x54, 3);
  image.replace(kSection + 0x58, 9, "small.pdb");
  return image;
}

}  // namespace

TEST_CASE("the nearest symbol is the one at or below") {
  const SymbolTable table({{{0x300, 0, "Last"}, {0x100, 0x20, "First"}}, {}, {}});
  CHECK_FALSE(table.nearest(0xff));
  CHECK(table.nearest(0x100)->symbol->name == "First");
  CHECK(table.nearest(0x100)->displacement == 0);
  CHECK(table.nearest(0x2ff)->symbol->name == "First");
  CHECK(table.nearest(0x2ff)->displacement == 0x1ff);
  CHECK(table.nearest(0xffffffff)->symbol->name == "Last");
}

TEST_CASE("the next symbol is the one above") {
  const SymbolTable table({{{0x300, 0, "Last"}, {0x100, 0, "First"}}, {}, {}});
  CHECK(table.next(0)->name == "First");
  CHECK(table.next(0x100)->name == "Last");
  CHECK(table.next(0x2ff)->name == "Last");
  CHECK(table.next(0x300) == nullptr);
}

TEST_CASE(
    "of symbols that share an address, the nearest is the last added and the next the first") {
  const SymbolTable table({{{0x660, 0, "DeviceControlDispatch"},
                            {0x6d0, 0, "DeviceControlDispatch"},
                            {0x6d0, 0, "GetNecessaryObjects"},
                            {0x71c, 0, "GetNecessaryObjects"}},
                           {},
                           {}});
  CHECK(table.nearest(0x6ac)->symbol->name == "DeviceControlDispatch");
  CHECK(table.next(0x6ac)->name == "DeviceControlDispatch");
  CHECK(table.next(0x6ac)->rva == 0x6d0);
  CHECK(table.nearest(0x6ed)->symbol->name == "GetNecessaryObjects");
  CHECK(table.nearest(0x6ed)->displacement == 0x1d);
  CHECK(table.next(0x6ed)->rva == 0x71c);
}

TEST_CASE("a symbol is found by name without case, the same spelling first") {
  const SymbolTable table({{{0x30, 0, "unload"}, {0x10, 0, "Unload"}, {0x20, 0, "Start"}}, {}, {}});
  CHECK(table.find("Unload")->rva == 0x10);
  CHECK(table.find("unload")->rva == 0x30);
  CHECK(table.find("UNLOAD")->rva == 0x10);
  CHECK(table.find("start")->rva == 0x20);
  CHECK(table.find("Star") == nullptr);
}

TEST_CASE("an empty table answers nothing") {
  const SymbolTable table;
  CHECK(table.empty());
  CHECK_FALSE(table.nearest(5));
  CHECK(table.next(5) == nullptr);
  CHECK_FALSE(table.line(5));
  CHECK(table.find("") == nullptr);
}

TEST_CASE("a line covers the code up to the next row") {
  const SymbolTable table(
      {{}, {"a.c", "b.c"}, {{0x20, 1, 9}, {0x10, 0, 7}, {0x30, 0, 0}, {0x40, 0, 8}}});
  CHECK_FALSE(table.line(0xf));
  CHECK(table.line(0x10)->file == "a.c");
  CHECK(table.line(0x1f)->line == 7);
  CHECK(table.line(0x1f)->displacement == 0xf);
  CHECK(table.line(0x20)->file == "b.c");
  CHECK_FALSE(table.line(0x30));
  CHECK_FALSE(table.line(0x3f));
  CHECK(table.line(0x4000)->line == 8);
}

TEST_CASE("of line rows at one address the last one counts, but an end hides no beginning") {
  const SymbolTable table({{}, {"a.c"}, {{0x10, 0, 7}, {0x10, 0, 8}, {0x20, 0, 9}, {0x20, 0, 0}}});
  CHECK(table.line(0x10)->line == 8);
  CHECK(table.line(0x20)->line == 9);
}

TEST_CASE("a line's displacement counts from where its code begins") {
  const SymbolTable table({{}, {"a.c"}, {{0x10, 0, 7}, {0x14, 0, 7}, {0x18, 0, 7}, {0x20, 0, 8}}});
  CHECK(table.line(0x19)->displacement == 9);
  CHECK(table.line(0x21)->displacement == 1);
}

TEST_CASE("a line row without a file means no known line") {
  const SymbolTable table({{}, {"a.c"}, {{0x10, 0, 7}, {0x20, 5, 8}}});
  CHECK(table.line(0x1f));
  CHECK_FALSE(table.line(0x20));
}

TEST_CASE("decorated names become qualified names") {
  CHECK(undecorated("DriverEntry") == "DriverEntry");
  CHECK(undecorated("?Arm@Timer@@QEAAXXZ") == "Timer::Arm");
  CHECK(undecorated("?Get@Pool@@QEBAHP6AXH@Z@Z") == "Pool::Get");
  CHECK(undecorated("?g_count@@3HA") == "g_count");
  CHECK(undecorated("_ZN5Timer3ArmEv") == "Timer::Arm");
  CHECK(undecorated("_ZNK5TimerclEi") == "Timer::operator()");
  CHECK(undecorated("?not a name") == "?not a name");
  CHECK(undecorated("") == "");
}

TEST_CASE("a GUID is spelled as in debuggers and in stores") {
  CHECK(guid_text(kGuid) == "{04030201-0605-0807-090A-0B0C0D0E0F10}");
  CHECK(store_folder(kGuid, 0x1a) == "0403020106050807090A0B0C0D0E0F101A");
}

TEST_CASE("a symbol path gives its local directories in order") {
  using Paths = std::vector<fs::path>;
  CHECK(symbol_directories("") == Paths{});
  CHECK(symbol_directories("/a;;/b") == Paths{"/a", "/b"});
  CHECK(symbol_directories("srv*/cache*https://example.com/symbols") == Paths{"/cache"});
  CHECK(symbol_directories("SRV*/one*/two;cache*/c;cache*") == Paths{"/one", "/two", "/c"});
  CHECK(symbol_directories("symsrv*symsrv.dll*/store*http://example.com") == Paths{"/store"});
  CHECK(symbol_directories("C:\\symbols;/b") == Paths{"C:\\symbols", "/b"});
}

TEST_CASE("a base name knows both separators") {
  CHECK(base_name("d:\\build\\MyDriver.pdb") == "MyDriver.pdb");
  CHECK(base_name("/build/MyDriver.pdb") == "MyDriver.pdb");
  CHECK(base_name("MyDriver.pdb") == "MyDriver.pdb");
}

TEST_CASE("symbol files are found flat, in a store's layout, and whatever their case") {
  const ScratchFolder flat;
  const fs::path flat_file = flat.write("mydriver.PDB", "x");
  CHECK(symbol_file_candidates(flat.path(), "MyDriver.pdb", "AB1") ==
        std::vector<fs::path>{flat_file});

  const ScratchFolder store;
  const fs::path stored = store.write("MyDriver.pdb/ab1/MyDriver.pdb", "x");
  store.write("MyDriver.pdb/AB2/MyDriver.pdb", "x");
  CHECK(symbol_file_candidates(store.path(), "MyDriver.pdb", "AB1") ==
        std::vector<fs::path>{stored});

  CHECK(symbol_file_candidates(store.path(), "Other.pdb", "AB1").empty());
  CHECK(symbol_file_candidates("/no/such/folder", "MyDriver.pdb", "AB1").empty());
}

TEST_CASE("a PE image identifies itself") {
  const auto identity = parse_pe_identity(bytes_of(small_image()));
  REQUIRE(identity);
  CHECK(identity->machine == 0x8664);
  CHECK(identity->is_driver);
  CHECK(identity->timestamp == 0x12345678);
  CHECK(identity->image_size == 0x2000);
  CHECK(identity->checksum == 0xabcd);
  CHECK(identity->preferred_base == 0x140000000);
  CHECK(identity->entry_rva == 0x1100);
  REQUIRE(identity->pdb);
  CHECK(identity->pdb->name == "small.pdb");
  CHECK(identity->pdb->guid == kGuid);
  CHECK(identity->pdb->age == 3);
}

TEST_CASE("a PE image that is no driver, or has no PDB, is read all the same") {
  std::string image = small_image();
  put<std::uint16_t>(image, kOptionalHeader + 68, 3);                // console
  put<std::uint32_t>(image, kOptionalHeader + 112 + 6 * 8, 0x9000);  // debug directory: nowhere
  const auto identity = parse_pe_identity(bytes_of(image));
  REQUIRE(identity);
  CHECK_FALSE(identity->is_driver);
  CHECK_FALSE(identity->pdb);
}

TEST_CASE("what is no x64 PE image is refused with a word that says why") {
  const auto error_of = [](std::string_view image) {
    return parse_pe_identity(bytes_of(image)).error();
  };
  CHECK(error_of("") == "not a PE image");
  CHECK(error_of("#!/bin/sh\n") == "not a PE image");

  std::string image = small_image();
  put<std::uint32_t>(image, kNtHeaders, 0x454e);  // "NE"
  CHECK(error_of(image) == "not a PE image");

  image = small_image();
  put<std::uint16_t>(image, kNtHeaders + 4, 0x14c);
  CHECK(error_of(image) == "a 32-bit image; only x64 images can be recorded");
  put<std::uint16_t>(image, kNtHeaders + 4, 0xaa64);
  CHECK(error_of(image) == "an image for machine 0xAA64; only x64 (0x8664) images can be recorded");
}

TEST_CASE("an image cut anywhere is refused") {
  const std::string image = small_image();
  for (std::size_t size = 2; size < image.size(); ++size) {
    CHECK_FALSE(parse_pe_identity(bytes_of(std::string_view(image).substr(0, size))));
  }
  CHECK(parse_pe_identity(bytes_of(std::string_view(image).substr(0, 0x200))).error() ==
        "the PE image is truncated");
}

TEST_CASE("a file that can't be read as a PE image says so") {
  const ScratchFolder folder;
  CHECK(read_pe_identity(folder.path()).error() == "a directory, not a PE image");
  CHECK(read_pe_identity(folder.path() / "none.sys").error() ==
        "cannot be read: No such file or directory");
}

TEST_CASE("a PDB with more blocks than the file has room for is refused before anything is read") {
  std::string pdb(
      "Microsoft C/C++ MSF 7.00\r\n\x1a"
      "DS\0\0\0",
      32);
  const std::uint32_t head[] = {4096, 1, 0xffffffff, 8, 0, 3};
  pdb.append(reinterpret_cast<const char*>(head), sizeof(head));
  pdb.resize(4096 * 4);
  CHECK(parse_pdb(bytes_of(pdb)).error() == "a corrupt PDB: it has fewer blocks than it says");
}

TEST_CASE("what is no driver is not read into memory") {
  const ScratchFolder folder;
  const fs::path huge = folder.write("huge.sys", "MZ");
  fs::resize_file(huge, std::uintmax_t{8} << 30);
  CHECK(read_pe_identity(huge).error() == "too large to be a driver or a program");
  const fs::path pipe = folder.path() / "pipe.sys";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(read_pe_identity(pipe).error() == "a pipe, not a PE image");
}

TEST_CASE("what is no PDB, and no image, is refused") {
  const ScratchFolder folder;
  CHECK(read_pdb(folder.path() / "none.pdb").error() ==
        "cannot be read: No such file or directory");
  CHECK(parse_pdb({}).error() == "not a PDB");
  CHECK(parse_pdb(bytes_of(std::string(8192, 'x'))).error() == "not a PDB");
  CHECK(parse_image_symbols({}).error() == "not a PE image");
  CHECK(parse_image_symbols(bytes_of(std::string(8192, 'x'))).error() == "not a PE image");
}

#ifdef DDIREPLAY_SAMPLE_DIR

namespace {

const fs::path kSamples = DDIREPLAY_SAMPLE_DIR;
const fs::path kSources = DDIREPLAY_SAMPLE_SOURCES;

std::string contents_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Number of the first line that holds the text.
std::uint32_t line_with(const fs::path& source, std::string_view text) {
  std::ifstream file(source);
  std::string line;
  for (std::uint32_t number = 1; std::getline(file, line); ++number) {
    if (line.find(text) != std::string::npos) return number;
  }
  FAIL(source << " has no line with " << text);
  return 0;
}

// As a recording would name the module.
format::Module module_of(const fs::path& image) {
  const auto identity = read_pe_identity(image);
  REQUIRE(identity);
  format::Module module;
  module.name = image.filename().string();
  module.size = identity->image_size;
  module.time_date_stamp = identity->timestamp;
  if (identity->pdb) {
    module.pdb_name = identity->pdb->name;
    module.pdb_guid = identity->pdb->guid;
    module.pdb_age = identity->pdb->age;
  }
  return module;
}

// Both builds of MyDriver, by whatever way, know the same functions and lines.
void check_mydriver(const SymbolTable& table) {
  for (const char* name : {"DriverEntry", "Unload", "AllIRPDispatch", "NonPNPIRPDispatch",
                           "DeviceControlDispatch", "GetNecessaryObjects", "ReleaseObjects"}) {
    INFO(name);
    const Symbol* symbol = table.find(name);
    REQUIRE(symbol != nullptr);
    CHECK(symbol->size != 0);
    CHECK(table.nearest(symbol->rva + symbol->size - 1)->symbol->name == name);
  }

  const Symbol* dispatch = table.find("DeviceControlDispatch");
  std::set<std::uint32_t> lines;
  for (std::uint32_t rva = dispatch->rva; rva < dispatch->rva + dispatch->size; ++rva) {
    if (const auto line = table.line(rva)) {
      if (line->file == "d:\\coding\\wdmdrivers\\mydriver\\handleioctl.c") lines.insert(line->line);
    }
  }
  const fs::path source = kSources / "handleioctl.c";
  CHECK(lines.contains(line_with(source, "= ExAllocatePoolWithTag(")));
  CHECK(lines.contains(line_with(source, "= IoAllocateMdl(")));
  CHECK_FALSE(lines.contains(line_with(source, "KeSetEvent(")));
}

struct Talk {
  std::vector<std::string> lines;
  SymbolStore::Report report() {
    return [this](const std::string& line) { lines.push_back(line); };
  }
};

}  // namespace

TEST_CASE("the PDB of a driver gives its functions and lines") {
  auto pdb = read_pdb(kSamples / "MyDriver.pdb");
  REQUIRE(pdb);
  const format::Module module = module_of(kSamples / "MyDriver.sys");
  CHECK(pdb->guid == module.pdb_guid);
  CHECK(pdb->age == module.pdb_age);
  check_mydriver(SymbolTable(std::move(pdb->rows)));
}

TEST_CASE("the DWARF of a driver gives its functions and lines") {
  auto rows = read_image_symbols(kSamples / "MyDriverDwarf.sys");
  REQUIRE(rows);
  check_mydriver(SymbolTable(std::move(*rows)));
}

TEST_CASE("an image without symbols gives none, and that is no failure") {
  const auto rows = read_image_symbols(kSamples / "MyDriver.sys");
  REQUIRE(rows);
  CHECK(rows->lines.empty());
}

TEST_CASE("a damaged PDB is read or refused, and nothing worse") {
  const std::string good = contents_of(kSamples / "MyDriver.pdb");
  for (std::size_t size = 0; size < good.size(); size += 1021) {
    CHECK_FALSE(parse_pdb(bytes_of(std::string_view(good).substr(0, size))));
  }
  std::size_t outcomes = 0;
  for (std::size_t place = 0; place < good.size(); place += 97) {
    std::string damaged = good;
    put(damaged, place & ~std::size_t{3}, 0xffffffffu);
    outcomes += parse_pdb(bytes_of(damaged)) ? 1 : 0;
  }
  CHECK(outcomes != 0);
}

TEST_CASE("the store finds a module's PDB flat and in a store's layout, and keeps it") {
  const format::Module module = module_of(kSamples / "MyDriver.sys");
  Talk talk;

  SymbolStore flat(kSamples.string(), talk.report());
  const SymbolTable* table = flat.load(module);
  REQUIRE(table != nullptr);
  check_mydriver(*table);
  CHECK(flat.load(module) == table);
  CHECK(flat.file_of(module) == kSamples / "MyDriver.pdb");

  const ScratchFolder folder;
  folder.write("MyDriver.pdb/" + store_folder(module.pdb_guid, module.pdb_age) + "/MyDriver.pdb",
               contents_of(kSamples / "MyDriver.pdb"));
  SymbolStore laid_out("srv*" + folder.path().string() + "*https://example.com/symbols",
                       talk.report());
  REQUIRE(laid_out.load(module) != nullptr);
  CHECK(talk.lines.empty());
}

TEST_CASE("the store uses the module's image where there is no PDB") {
  const format::Module module = module_of(kSamples / "MyDriverDwarf.sys");
  Talk talk;
  SymbolStore store(kSamples.string(), talk.report());
  const SymbolTable* table = store.load(module);
  REQUIRE(table != nullptr);
  check_mydriver(*table);
  CHECK(store.file_of(module) == kSamples / "MyDriverDwarf.sys");
  CHECK(talk.lines.empty());
}

TEST_CASE("the store refuses a stale PDB, and says so once") {
  const format::Module right = module_of(kSamples / "MyDriver.sys");
  format::Module other_age = right;
  ++other_age.pdb_age;
  format::Module other_guid = right;
  other_guid.pdb_guid = kGuid;
  const ScratchFolder folder;
  const fs::path file = folder.write("MyDriver.pdb", contents_of(kSamples / "MyDriver.pdb"));

  Talk talk;
  SymbolStore store(folder.path().string(), talk.report());
  CHECK(store.load(other_age) == nullptr);
  CHECK(store.load(other_age) == nullptr);
  REQUIRE(talk.lines.size() == 1);
  CHECK(talk.lines[0] ==
        file.string() + ": a stale PDB, not used: it is " + guid_text(right.pdb_guid) +
            " age 1, and MyDriver.sys was built with " + guid_text(right.pdb_guid) + " age 2");
  CHECK(store.load(other_guid) == nullptr);
  CHECK(store.file_of(other_guid).empty());
  CHECK(talk.lines.size() == 2);
  CHECK(store.load(right) != nullptr);
  CHECK(talk.lines.size() == 2);
}

TEST_CASE("the store says nothing of a stale PDB when the right one is further on") {
  const format::Module module = module_of(kSamples / "MyDriver.sys");
  const ScratchFolder stale;
  stale.write("MyDriver.pdb", contents_of(kSamples / "MyDriverClean.pdb"));
  Talk talk;
  SymbolStore store(stale.path().string() + ";" + kSamples.string(), talk.report());
  CHECK(store.load(module) != nullptr);
  CHECK(talk.lines.empty());
}

TEST_CASE("the store refuses the image of another build") {
  format::Module module = module_of(kSamples / "MyDriverDwarf.sys");
  ++module.time_date_stamp;
  Talk talk;
  SymbolStore store(kSamples.string(), talk.report());
  CHECK(store.load(module) == nullptr);
  REQUIRE(talk.lines.size() == 1);
  CHECK(talk.lines[0].find("another build, not used") != std::string::npos);
}

#endif
