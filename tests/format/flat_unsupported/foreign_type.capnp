# capnpc-flat must refuse this.
@0xc0d57bb1b8f3a008;
using Union = import "union.capnp";
struct Borrower {
  choice @0 :Union.Choice;
}
