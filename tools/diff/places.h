// Code and data of the driver's image: what a place is called, and what it is compared by.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "format/trace_reader.h"
#include "tools/diff/recording.h"
#include "tools/report/symbolizer.h"

namespace ddireplay::tools::diff {

class Places {
 public:
  Places(const format::TraceReader& trace, Symbolizer& symbolizer, Names& names, const Basis& basis)
      : trace_(trace), symbolizer_(symbolizer), names_(names), basis_(basis) {}

  struct Caller {
    std::uint32_t key = 0;   // 0: nothing that both sides have tells it
    std::uint32_t text = 0;  // "ReadConfig", or "MyDriver+0x16d"; 0: there is no stack
  };
  // Who in the driver made a call.
  Caller caller(format::StackId stack, format::ModuleId driver);
  // The routine of the driver through which it was entered.
  Caller entrance(format::StackId stack, format::ModuleId driver);

  struct Place {
    std::uint32_t key = 0;
    std::uint32_t text = 0;
  };
  // Where a routine or a datum begins. Of an address in no target both are 0.
  Place place(std::uint64_t address);

 private:
  Caller caller_at(std::uint64_t address);
  const format::Module* target_at(std::uint64_t address) const;

  const format::TraceReader& trace_;
  Symbolizer& symbolizer_;
  Names& names_;
  Basis basis_;
  std::unordered_map<std::uint64_t, Caller> callers_;  // by stack and driver
};

}  // namespace ddireplay::tools::diff
