// The number by which a defect is known again: finding.h says what counts for it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "format/trace_reader.h"
#include "replay/finding.h"

namespace ddireplay::replay {

class FingerprintMaker {
 public:
  explicit FingerprintMaker(const format::TraceReader& trace) : trace_(trace) {}

  std::uint64_t operator()(const Finding& finding);

 private:
  using SymbolTable = std::vector<const format::SymbolRow*>;  // by rva

  std::uint64_t hash_of(const FindingObject& object, format::ModuleId driver);
  void append_frames(std::string& text, format::StackId stack, format::ModuleId driver);
  void append_place(std::string& text, const format::Module& module, const SymbolTable& symbols,
                    std::uint64_t address);
  const SymbolTable& symbols_of(format::ModuleId driver);

  const format::TraceReader& trace_;
  std::map<format::ModuleId, SymbolTable> symbols_;
};

}  // namespace ddireplay::replay
