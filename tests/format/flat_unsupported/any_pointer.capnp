# capnpc-flat must refuse this.
@0xc0d57bb1b8f3a005;
struct Anything {
  value @0 :AnyPointer;
}
