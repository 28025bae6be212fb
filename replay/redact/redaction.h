// Hides in a trace whose it is: names, paths, addresses and times become others, one for one, so
// that every rule finds in it what it found before, at the same positions.
//
//   names      of modules other than the system's, of functions and symbols that aren't the
//   system's:
//              replaced by numbered ones. PDBs, source files, lines, notices, and what was being
//              done when the recording ended are left out.
//   addresses  moved by regions (address_map.h); threads are addresses, too
//   times      the recording begins at the turn of 2000, and its clock near 0
//   tags       replaced by numbered ones, unless they are to be kept
//   machine    build, trace id, time stamps and checksums of modules are set to 0, or to others
//
// What stays: which DDIs were called, in which order, by which processor, at which IRQL; sizes,
// flags, statuses, handles; offsets within modules and objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "format/trace_copy.h"
#include "replay/redact/address_map.h"
#include "replay/redact/names.h"

namespace ddireplay::replay {

struct RedactOptions {
  bool keep_tags = false;
  unsigned threads = 1;  // that decode
};

// How much of each was replaced or left out.
struct RedactReport {
  std::size_t modules = 0;
  std::size_t pdbs = 0;
  std::size_t functions = 0;
  std::size_t symbols = 0;
  std::size_t lines = 0;
  std::size_t notices = 0;
  std::size_t tags = 0;
  std::size_t regions = 0;   // of addresses
  std::uint64_t values = 0;  // of events, that were addresses
};

// Not thread-safe. The reader must outlive it.
class Redaction final : public format::TraceChange {
 public:
  // Reads the trace once. Throws format::Error.
  Redaction(format::TraceReader& trace, const RedactOptions& options);

  // A copy of the whole trace, in memory. `finding`: the fingerprint that the finding has there to
  // which the source was reduced; 0: it was not, or it is not known yet. May be called again.
  std::vector<std::byte> write(std::uint64_t finding);
  const RedactReport& report() const { return report_; }

  format::Module module(const format::Module& module) override;
  std::string function_name(const format::Function& function) override;
  std::uint64_t address(std::uint64_t address) override;
  std::uint64_t thread(std::uint64_t thread) override { return address(thread); }
  std::uint64_t time(std::uint64_t time) override { return time - clock_shift_; }
  void values(const format::Function& function, std::span<std::uint64_t> values) override;
  format::ModuleSymbols symbols(const format::ModuleSymbols& symbols) override;
  void footer(format::FooterInfo& footer) override;

 private:
  void gather();
  void gather_module(const format::Module& module);
  std::string module_name(const std::string& name);
  std::string function_name(const std::string& name);
  void move(std::uint64_t& value);
  std::uint64_t tag(std::uint64_t tag);
  format::FileHeader header() const;

  format::TraceReader& trace_;
  const RedactOptions options_;
  AddressMap addresses_;
  std::map<std::string, bool> targets_;  // by module name: it is one
  Renamer drivers_{"driver"};
  Renamer modules_{"module"};
  Renamer functions_{"Import"};
  Renamer symbols_{"function"};
  std::map<std::uint32_t, std::uint32_t> tags_;
  std::set<std::string> pdbs_;
  std::uint64_t clock_shift_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t finding_ = 0;
  RedactReport report_;
};

}  // namespace ddireplay::replay
