# capnpc-flat must refuse this.
@0xc0d57bb1b8f3a002;
struct Grouped {
  address :group {
    street @0 :Text;
  }
}
