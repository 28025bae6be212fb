// What a schema may not contain if a flat header is to be made from it.
#pragma once

#include <string>
#include <vector>

#include "format/capnpc-flat/schema_file.h"

namespace ddireplay::capnpc_flat {

// One line for each unsupported feature, each naming where it stands. Empty: the schema is fine.
std::vector<std::string> unsupported_features(const SchemaFile& file);

}  // namespace ddireplay::capnpc_flat
