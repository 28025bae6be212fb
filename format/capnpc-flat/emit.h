// The text of the freestanding header.
#pragma once

#include <string>
#include <string_view>

#include "format/capnpc-flat/schema_file.h"

namespace ddireplay::capnpc_flat {

// `file` must have no unsupported features.
std::string emit_header(const SchemaFile& file, std::string_view schema_path);

}  // namespace ddireplay::capnpc_flat
