// How the entries of a caller's tables (chunk_encoder.h) are put into a Cap'n Proto message.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <string_view>

#include "format/freestanding/chunk_encoder.h"
#include "format/trace.flat.h"

namespace ddireplay::format {

inline flat::Text to_flat(std::string_view text) { return {text.data(), text.size()}; }

inline void put_module(flat::Module to, const ModuleEntry& from) {
  to.set_name(to_flat(from.name));
  to.set_base(from.base);
  to.set_size(from.size);
  to.set_time_date_stamp(from.time_date_stamp);
  to.set_checksum(from.checksum);
  to.set_is_target(from.is_target);
  if (from.pdb_name.empty()) return;  // then GUID and age mean nothing
  to.set_pdb_name(to_flat(from.pdb_name));
  to.set_pdb_guid({from.pdb_guid, sizeof(from.pdb_guid)});
  to.set_pdb_age(from.pdb_age);
}

}  // namespace ddireplay::format
