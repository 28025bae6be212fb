// What several payloads have in common, from Cap'n Proto's types to ours.
#pragma once

#include <capnp/blob.h>

#include <string>

#include "format/event.h"
#include "format/trace.capnp.h"

namespace ddireplay::format {

inline std::string to_string(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

Module to_module(schema::Module::Reader from);

}  // namespace ddireplay::format
