#include "tests/recorder/model/happens_before.h"

#include <algorithm>

namespace ddireplay::recorder::model {

HappensBefore::HappensBefore(unsigned threads) : known_(threads, Knowledge(threads, 0)) {
  for (unsigned i = 0; i < threads; ++i) known_[i][i] = 1;
}

void HappensBefore::join(Knowledge& to, const Knowledge& from) {
  if (to.size() < from.size()) to.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = std::max(to[i], from[i]);
}

bool HappensBefore::write(unsigned thread, const void* memory) {
  Accesses& accesses = accesses_[memory];
  bool ordered = is_known(thread, accesses.writer, accesses.written);
  for (unsigned other = 0; other < accesses.read.size(); ++other) {
    ordered = ordered && is_known(thread, other, accesses.read[other]);
  }
  accesses.writer = thread;
  accesses.written = known_[thread][thread];
  accesses.read.clear();
  return ordered;
}

bool HappensBefore::read(unsigned thread, const void* memory) {
  Accesses& accesses = accesses_[memory];
  accesses.read.resize(known_.size());
  accesses.read[thread] = known_[thread][thread];
  return is_known(thread, accesses.writer, accesses.written);
}

}  // namespace ddireplay::recorder::model
