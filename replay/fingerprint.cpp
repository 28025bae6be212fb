#include "replay/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

#include "format/freestanding/checksum.h"
#include "replay/text_case.h"

namespace ddireplay::replay {

namespace {

// Hosts differ in the case of file names.
std::string driver_name(const format::TraceReader& trace, format::ModuleId driver) {
  return driver == format::kNoModuleId ? "" : lower_case(trace.module(driver).name);
}

// The symbol that a return address belongs to, or nullptr. The call stands before the address: at a
// function's very end that makes a difference.
const format::SymbolRow* symbol_before(std::span<const format::SymbolRow* const> symbols,
                                       std::uint64_t rva) {
  const auto after = std::upper_bound(
      symbols.begin(), symbols.end(), rva - 1,
      [](std::uint64_t value, const format::SymbolRow* symbol) { return value < symbol->rva; });
  if (rva == 0 || after == symbols.begin()) return nullptr;
  const format::SymbolRow* symbol = *std::prev(after);
  const bool is_inside = symbol->size == 0 || rva - 1 - symbol->rva < symbol->size;
  return is_inside ? symbol : nullptr;
}

}  // namespace

std::uint64_t FingerprintMaker::operator()(const Finding& finding) {
  std::vector<std::uint64_t> objects;
  for (const FindingObject& object : finding.objects) {
    objects.push_back(hash_of(object, finding.driver));
  }
  std::sort(objects.begin(), objects.end());
  objects.erase(std::unique(objects.begin(), objects.end()), objects.end());

  std::string text =
      fmt::format("{}\n{}\n", finding.rule->id(), driver_name(trace_, finding.driver));
  for (const std::uint64_t object : objects) {
    fmt::format_to(std::back_inserter(text), "{:016x}\n", object);
  }
  return format::checksum(text.data(), text.size());
}

std::uint64_t FingerprintMaker::hash_of(const FindingObject& object, format::ModuleId driver) {
  std::string text = fmt::format("{} {:08x}\n", object.kind, object.tag);
  for (const BiographyEntry& entry : object.biography) {
    fmt::format_to(std::back_inserter(text), "{} {}\n", role_name(entry.role),
                   trace_.function(entry.moment.function).name);
    append_frames(text, entry.moment.stack, driver);
  }
  return format::checksum(text.data(), text.size());
}

void FingerprintMaker::append_frames(std::string& text, format::StackId stack,
                                     format::ModuleId driver) {
  if (stack == format::kNoStack || driver == format::kNoModuleId) return;
  const format::Module& module = trace_.module(driver);
  const SymbolTable& symbols = symbols_of(driver);
  for (const std::uint64_t address : trace_.stack(stack)) {
    if (module.contains(address)) append_place(text, module, symbols, address);
  }
}

void FingerprintMaker::append_place(std::string& text, const format::Module& module,
                                    const SymbolTable& symbols, std::uint64_t address) {
  const std::uint64_t rva = address - module.base;
  const format::SymbolRow* symbol = symbol_before(symbols, rva);
  if (symbol != nullptr) {
    fmt::format_to(std::back_inserter(text), " {}\n", symbol->name);
  } else {
    fmt::format_to(std::back_inserter(text), " +{:x}\n", rva);
  }
}

const FingerprintMaker::SymbolTable& FingerprintMaker::symbols_of(format::ModuleId driver) {
  const auto [place, is_new] = symbols_.try_emplace(driver);
  SymbolTable& table = place->second;
  if (!is_new) return table;

  const format::Module& module = trace_.module(driver);
  for (const format::ModuleSymbols& symbols : trace_.symbols()) {
    if (!symbols.are_of(module)) continue;
    for (const format::SymbolRow& symbol : symbols.symbols) table.push_back(&symbol);
  }
  std::stable_sort(table.begin(), table.end(),
                   [](const auto* left, const auto* right) { return left->rva < right->rva; });
  return table;
}

}  // namespace ddireplay::replay
