// What a footer says, gathered from the chunks of a trace that has lost its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "format/chunk_decoder.h"
#include "format/trace_reader.h"

namespace ddireplay::format {

class SalvagedFooter {
 public:
  void add(const DecodedChunk& chunk);

  // Some event's level was sampled.
  bool has_irqls() const { return has_irqls_; }

  // With the end that is not known. Imports are those that were called: of others nothing is left.
  // `older`: a footer that doesn't tell of all chunks.
  FooterInfo footer(const std::optional<FooterInfo>& older) const;

 private:
  std::vector<Module> modules_;
  std::map<std::pair<std::string, std::string>, CallCount> imports_;  // by module and name
  bool has_irqls_ = false;
  bool attached_ = false;
};

}  // namespace ddireplay::format
