// How names of a schema become names in C++.
#pragma once

#include <string>
#include <string_view>

namespace ddireplay::capnpc_flat {

// fieldName -> field_name; pdbGUID -> pdb_guid.
std::string snake_case(std::string_view camel_case);

// enumerantName -> kEnumerantName.
std::string constant_case(std::string_view camel_case);

// dir/trace.capnp -> dir/trace.flat.h.
std::string header_path(std::string_view schema_path);

}  // namespace ddireplay::capnpc_flat
