// ddireplay-docs [--check] DIRECTORY
//
// Writes the pages that are made from tables into DIRECTORY; with --check it only compares them
// with those that are there. Exit status: 0; 1 where a page is stale; 2 wrong usage or not
// writable.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "checkers/ledger/ledger.h"
#include "checkers/registry.h"
#include "format/error.h"
#include "tools/docs/ddis_page.h"
#include "tools/docs/rules_page.h"
#include "tools/docs/wine_page.h"
#include "tools/partial_file.h"

namespace ddireplay::tools {
namespace {

struct Page {
  std::string path;
  std::string text;
};

std::array<Page, 3> make_pages(const std::string& directory) {
  const checkers::Ledger ledger(checkers::rules_of(checkers::make_all_checkers()));
  return {Page{directory + "/rules.md", rules_page(ledger)},
          Page{directory + "/ddis.md", ddis_page()}, Page{directory + "/wine.md", wine_page()}};
}

// Empty where it can't be read, which is as stale as a page can be.
std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool check(const std::string& directory) {
  bool fresh = true;
  for (const Page& page : make_pages(directory)) {
    if (file_text(page.path) == page.text) continue;
    fmt::print(stderr, "{} is stale; run: ./dev docs\n", page.path);
    fresh = false;
  }
  return fresh;
}

void write(const std::string& directory) {
  for (const Page& page : make_pages(directory)) {
    PartialFile file(page.path);
    file.stream() << page.text;
    file.commit();
  }
}

int run(int argc, char** argv) {
  const bool only_check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !only_check) {
    fmt::print(stderr, "usage: ddireplay-docs [--check] DIRECTORY\n");
    return 2;
  }
  if (only_check) return check(argv[2]) ? 0 : 1;
  write(argv[1]);
  return 0;
}

}  // namespace
}  // namespace ddireplay::tools

int main(int argc, char** argv) {
  try {
    return ddireplay::tools::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "ddireplay-docs: {}\n", error.what());
    return 2;
  }
}
