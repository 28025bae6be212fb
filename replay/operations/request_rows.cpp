// Requests.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr OperationRow sends_request(std::string_view name) {
  return {name, entry, Op::irp_call, {field(irp, "Irp"), maybe(mdl, "MdlAddress")}};
}
constexpr OperationRow kRows[] = {
    sends_request("IofCallDriver"),
    sends_request("PoCallDriver"),
    {"IofCompleteRequest",
     entry,
     Op::irp_complete,
     {field(irp, "Irp"), maybe(mdl, "MdlAddress"), maybe(information, "Information")}},

};

}  // namespace

std::span<const OperationRow> request_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
