// A recording as it is compared: activities of the driver with the calls made in each, every
// address and handle told by what it is of. Times, processors, threads and the order of activities
// that ran side by side are no part of it, and neither are the numbers of addresses.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "format/event.h"
#include "tools/diff/names.h"

namespace ddireplay::tools::diff {

inline constexpr std::uint32_t kNone = 0xffffffff;

// Something that an address or a handle is of.
struct Object {
  std::uint32_t activity = kNone;   // in which it came into being; kNone: a place in the image
  std::uint32_t phrase = 0;         // Names: "block that ReadConfig allocated"; of a place its name
  std::uint32_t ordinal = 0;        // from 1, among those of its phrase in the recording
  std::uint32_t local_ordinal = 0;  // the same within its activity
  std::uint32_t place = 0;          // Names: what a place is compared by; 0: nothing is known of it
  std::uint64_t address = 0;        // or the handle
};

enum class ValueKind : std::uint8_t { scalar, time, reference };

struct Value {
  std::uint64_t raw = 0;         // without the bits that its field hasn't
  std::uint32_t object = kNone;  // of a reference, where that is known
  std::uint8_t field = 0;        // in the function's layout
  ValueKind kind = ValueKind::scalar;
};

enum class CallPart : std::uint8_t {
  call,
  head,  // the activity begins: what the callback was given
  tail,  // it returns
};

struct Call {
  std::uint64_t position = 0;  // where it was made
  format::FunctionId function = 0;
  format::StackId stack = 0;
  std::uint32_t name = 0;    // Names: of the function
  std::uint32_t caller = 0;  // Names: what its caller is compared by; 0: not known
  std::uint32_t caller_text = 0;
  std::uint32_t first_value = 0;
  std::uint32_t first_object = 0;  // that came into being by it
  std::uint8_t value_count = 0;
  std::uint8_t object_count = 0;
  CallPart part = CallPart::call;
  bool raised = false;
  bool returned = true;  // false: it was entered, and no return was recorded
};

// A callback invocation with the calls made in it, those of callbacks within it left out; or what
// one thread called outside of any callback.
struct Activity {
  std::uint32_t key = 0;      // Names: "IRP_MJ_DEVICE_CONTROL(0x222004)"
  std::uint32_t ordinal = 0;  // from 1, among those of its key in the recording
  std::uint64_t thread = 0;
  bool open = true;    // no return was recorded
  bool ticks = false;  // a timer runs it again and again: how often is a matter of time
  std::vector<Call> calls;
};

struct Recording {
  std::vector<Activity> activities;  // in the order in which they began
  std::vector<Value> values;
  std::vector<Object> objects;
  std::unordered_map<std::uint32_t, std::uint32_t> activities_of_key;
  std::uint64_t calls = 0;
  std::uint64_t gaps = 0;
};

// How much two recordings' code can be told apart by.
struct Basis {
  bool same_build = false;  // offsets in the image, and in what it allocates, mean the same
  bool named = false;       // both sides have symbols of the target
};

}  // namespace ddireplay::tools::diff
