# capnpc-flat must refuse this.
@0xc0d57bb1b8f3a004;
struct Box(T) {
  value @0 :T;
}
