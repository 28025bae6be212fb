#include "format/schema_reader.h"

#include <algorithm>

namespace ddireplay::format {

Module to_module(schema::Module::Reader from) {
  Module to;
  to.name = to_string(from.getName());
  to.base = from.getBase();
  to.size = from.getSize();
  to.time_date_stamp = from.getTimeDateStamp();
  to.checksum = from.getChecksum();
  to.pdb_name = to_string(from.getPdbName());
  const auto guid = from.getPdbGuid();
  if (guid.size() == to.pdb_guid.size()) {
    std::copy(guid.begin(), guid.end(), to.pdb_guid.begin());
  }
  to.pdb_age = from.getPdbAge();
  to.is_target = from.getIsTarget();
  return to;
}

}  // namespace ddireplay::format
