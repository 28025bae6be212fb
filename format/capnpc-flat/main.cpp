// capnpc-flat: a plugin for the Cap'n Proto compiler.
//
//   capnp compile -o path/to/capnpc-flat:OUTPUT_DIR dir/trace.capnp
//
// The compiler runs it in OUTPUT_DIR with the parsed schema on standard input; it writes
// dir/trace.flat.h there: typed writers for code that cannot link Cap'n Proto's library.
#include <capnp/serialize.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "format/capnpc-flat/check.h"
#include "format/capnpc-flat/emit.h"
#include "format/capnpc-flat/names.h"
#include "format/capnpc-flat/schema_file.h"

namespace ddireplay::capnpc_flat {
namespace {

using capnp::schema::CodeGeneratorRequest;

void write_file(const std::filesystem::path& path, const std::string& text) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(fmt::format("{}: cannot write", path.string()));
}

bool generate(CodeGeneratorRequest::Reader request,
              CodeGeneratorRequest::RequestedFile::Reader requested) {
  const char* path = requested.getFilename().cStr();
  SchemaFile file(request, requested.getId());
  std::vector<std::string> problems = unsupported_features(file);
  for (const std::string& problem : problems) fmt::print(stderr, "{}: {}\n", path, problem);
  if (!problems.empty()) return false;
  write_file(header_path(path), emit_header(file, path));
  return true;
}

int run() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 1 << 30;  // the compiler is trusted, and schemas may be large
  capnp::StreamFdMessageReader message(STDIN_FILENO, options);
  auto request = message.getRoot<CodeGeneratorRequest>();
  bool ok = true;
  for (auto requested : request.getRequestedFiles()) ok &= generate(request, requested);
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace ddireplay::capnpc_flat

int main() {
  try {
    return ddireplay::capnpc_flat::run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "capnpc-flat: {}\n", error.what());
  } catch (const kj::Exception& error) {
    fmt::print(stderr, "capnpc-flat: {}\n", error.getDescription().cStr());
  }
  return 1;
}
