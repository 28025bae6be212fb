# capnpc-flat must refuse this.
@0xc0d57bb1b8f3a007;
const answer :UInt32 = 42;
