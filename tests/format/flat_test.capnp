# Every kind of field that capnpc-flat knows, for flat_message_test.cpp.
@0x8f6f5f8cf7a1a3e1;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("ddireplay::format::flat_test");

enum FlatColour {
  red @0;
  green @1;
  deepBlue @2;
}

struct FlatPoint {
  x @0 :Int32;
  y @1 :Int32;
  label @2 :Text;
}

struct FlatEmpty {}

struct FlatNumbers {
  truth @0 :Bool;
  lie @1 :Bool;
  int8 @2 :Int8;
  int16 @3 :Int16;
  int32 @4 :Int32;
  int64 @5 :Int64;
  uint8 @6 :UInt8;
  uint16 @7 :UInt16;
  uint32 @8 :UInt32;
  uint64 @9 :UInt64;
  float32 @10 :Float32;
  float64 @11 :Float64;
  colour @12 :FlatColour;
  nothing @13 :Void;
}

struct FlatDefaults {
  truth @0 :Bool = true;
  int8 @1 :Int8 = -8;
  int16 @2 :Int16 = -1616;
  int32 @3 :Int32 = -32323232;
  int64 @4 :Int64 = -6464646464646464;
  uint8 @5 :UInt8 = 8;
  uint16 @6 :UInt16 = 1616;
  uint32 @7 :UInt32 = 32323232;
  uint64 @8 :UInt64 = 6464646464646464;
  float32 @9 :Float32 = 1.5;
  float64 @10 :Float64 = -2.25;
  colour @11 :FlatColour = deepBlue;
}

struct FlatLists {
  bools @0 :List(Bool);
  int8s @1 :List(Int8);
  uint16s @2 :List(UInt16);
  int32s @3 :List(Int32);
  uint64s @4 :List(UInt64);
  float64s @5 :List(Float64);
  colours @6 :List(FlatColour);
  texts @7 :List(Text);
  blobs @8 :List(Data);
  points @9 :List(FlatPoint);
  empties @10 :List(FlatEmpty);
}

struct FlatRoot {
  numbers @0 :FlatNumbers;
  defaults @1 :FlatDefaults;
  lists @2 :FlatLists;
  lastURLSeen @3 :Text;
  payload @4 :Data;
  empty @5 :FlatEmpty;
  child @6 :FlatRoot;       # a type may contain itself
  inner @7 :Inner;          # and types may nest

  struct Inner {
    value @0 :UInt64;
    outer @1 :FlatRoot;
  }
}
