#include "tests/wine/pe_exports.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace ddireplay::tests::wine {
namespace {

// A file laid out as its sections say, as if it were loaded at 0.
class Image {
 public:
  explicit Image(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    lay_out(bytes);
  }

  template <class T>
  T read(std::uint64_t address) const {
    T value;
    if (address > memory_.size() || memory_.size() - address < sizeof(T)) fail();
    std::memcpy(&value, memory_.data() + address, sizeof(T));
    return value;
  }

  std::string text(std::uint64_t address) const {
    std::string result;
    while (const char character = read<char>(address++)) result += character;
    return result;
  }

  std::uint32_t export_directory() const { return export_directory_; }
  std::uint32_t export_directory_bytes() const { return export_directory_bytes_; }

 private:
  [[noreturn]] static void fail() { throw std::runtime_error("not a 64-bit image, or cut off"); }

  template <class T>
  static T from_file(const std::vector<char>& bytes, std::size_t offset) {
    T value;
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) fail();
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
  }

  void lay_out(const std::vector<char>& bytes) {
    constexpr std::uint16_t kPe32Plus = 0x20b;
    const std::size_t headers = from_file<std::uint32_t>(bytes, 0x3c);
    const std::size_t section_count = from_file<std::uint16_t>(bytes, headers + 6);
    const std::size_t optional = headers + 24;
    const std::size_t sections = optional + from_file<std::uint16_t>(bytes, headers + 20);
    if (from_file<std::uint16_t>(bytes, optional) != kPe32Plus) fail();
    export_directory_ = from_file<std::uint32_t>(bytes, optional + 112);
    export_directory_bytes_ = from_file<std::uint32_t>(bytes, optional + 116);
    const std::uint32_t size = from_file<std::uint32_t>(bytes, optional + 56);
    constexpr std::uint32_t kImageBytesMax = 64u << 20;
    if (size > kImageBytesMax) fail();
    memory_.resize(size);
    for (std::size_t i = 0; i < section_count; ++i) copy_section(bytes, sections + 40 * i);
  }

  void copy_section(const std::vector<char>& bytes, std::size_t header) {
    const std::size_t address = from_file<std::uint32_t>(bytes, header + 12);
    const std::size_t size = from_file<std::uint32_t>(bytes, header + 16);
    const std::size_t offset = from_file<std::uint32_t>(bytes, header + 20);
    if (offset > bytes.size() || bytes.size() - offset < size) fail();
    if (address > memory_.size()) fail();
    const std::size_t room = memory_.size() - address;
    std::memcpy(memory_.data() + address, bytes.data() + offset, size < room ? size : room);
  }

  std::vector<char> memory_;
  std::uint32_t export_directory_ = 0;
  std::uint32_t export_directory_bytes_ = 0;
};

// sub rsp, 28h; lea rcx, [module's name]; lea rdx, [export's name]; call ...
bool is_stub(const Image& image, std::uint32_t address, const std::string& name) {
  constexpr std::uint32_t kSubtract = 0x28ec8348;  // four bytes
  constexpr std::uint32_t kLeaRcx = 0x0d8d48;      // three, then the displacement
  constexpr std::uint32_t kLeaRdx = 0x158d48;
  constexpr std::uint32_t kThreeBytes = 0xffffff;
  if (image.read<std::uint32_t>(address) != kSubtract) return false;
  if ((image.read<std::uint32_t>(address + 4) & kThreeBytes) != kLeaRcx) return false;
  if ((image.read<std::uint32_t>(address + 11) & kThreeBytes) != kLeaRdx) return false;
  const std::int64_t next_instruction = address + 18;
  return image.text(next_instruction + image.read<std::int32_t>(address + 14)) == name;
}

}  // namespace

std::map<std::string, ExportKind> read_exports(const std::filesystem::path& path) {
  const Image image(path);
  const std::uint32_t directory = image.export_directory();
  const auto count = image.read<std::uint32_t>(directory + 24);
  const auto functions = image.read<std::uint32_t>(directory + 28);
  const auto names = image.read<std::uint32_t>(directory + 32);
  const auto ordinals = image.read<std::uint32_t>(directory + 36);
  std::map<std::string, ExportKind> exports;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string name = image.text(image.read<std::uint32_t>(names + 4 * i));
    const auto ordinal = image.read<std::uint16_t>(ordinals + 2 * i);
    const auto address = image.read<std::uint32_t>(functions + 4 * ordinal);
    ExportKind kind = ExportKind::code;
    if (address - directory < image.export_directory_bytes()) {
      kind = ExportKind::forward;
    } else if (is_stub(image, address, name)) {
      kind = ExportKind::stub;
    }
    exports.emplace(name, kind);
  }
  return exports;
}

}  // namespace ddireplay::tests::wine
