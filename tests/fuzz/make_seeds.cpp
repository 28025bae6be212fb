// make_seeds TEXT_DIR OUT_DIR: seeds for the binary fuzzers, made of those for the text form.
//
// Writes OUT_DIR/trace/NAME.ddt for each text, and OUT_DIR/payload/NAME.N for each of its chunks:
// the header's choices as fuzz_payload takes them, then the payload.
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "format/text_form.h"
#include "tests/fuzz/payload_input.h"

using namespace ddireplay::format;
namespace fs = std::filesystem;

namespace {

std::vector<char> contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_payloads(const fs::path& trace, const fs::path& out_dir) {
  const std::vector<char> bytes = contents(trace);
  const TraceReader reader = TraceReader::open(trace.string());
  for (const ChunkInfo& chunk : reader.chunks()) {
    const fuzz::PayloadInput input = fuzz::to_input(chunk.header);
    std::ofstream out(out_dir / (trace.stem().string() + "." + std::to_string(chunk.header.number)),
                      std::ios::binary);
    out.write(reinterpret_cast<const char*>(&input), sizeof(input));
    out.write(&bytes.at(chunk.offset + sizeof(ChunkHeader)),
              static_cast<std::streamsize>(chunk.header.payload_bytes));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: make_seeds TEXT_DIR OUT_DIR\n";
    return 2;
  }
  const fs::path out_dir = argv[2];
  fs::create_directories(out_dir / "trace");
  fs::create_directories(out_dir / "payload");
  for (const fs::directory_entry& entry : fs::directory_iterator(argv[1])) {
    std::ifstream text(entry.path());
    const fs::path trace = out_dir / "trace" / entry.path().filename().replace_extension(".ddt");
    read_text(text, entry.path().string(), trace.string());
    write_payloads(trace, out_dir / "payload");
  }
}
