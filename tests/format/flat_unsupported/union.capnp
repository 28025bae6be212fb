# capnpc-flat must refuse this.
@0xc0d57bb1b8f3a001;
struct Choice {
  union {
    number @0 :UInt32;
    text @1 :Text;
  }
}
