# capnpc-flat must refuse this.
@0xc0d57bb1b8f3a006;
struct Matrix {
  rows @0 :List(List(UInt8));
}
