// What the freestanding writer writes is read back with Cap'n Proto's own library.
#include <capnp/serialize.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/format/flat_test.capnp.h"
#include "tests/format/flat_test.flat.h"

namespace {

namespace flat = ddireplay::format::flat;
using namespace ddireplay::format::flat_test;

constexpr uint64_t kGarbage = 0xdeadbeefdeadbeef;

// A buffer full of garbage, with more garbage behind the part that the writer may use.
class Buffer {
 public:
  explicit Buffer(size_t words) : words_(words + kGuardWords, kGarbage), usable_(words) {}

  void* data() { return words_.data(); }
  size_t bytes() const { return usable_ * sizeof(uint64_t); }

  bool guard_is_intact() const {
    return std::all_of(words_.begin() + static_cast<ptrdiff_t>(usable_), words_.end(),
                       [](uint64_t word) { return word == kGarbage; });
  }

  kj::ArrayPtr<const capnp::word> first(size_t bytes) const {
    return {reinterpret_cast<const capnp::word*>(words_.data()), bytes / sizeof(uint64_t)};
  }

 private:
  static constexpr size_t kGuardWords = 4;

  std::vector<uint64_t> words_;
  size_t usable_;
};

// Writes a FlatRoot with `fill` and gives it to `check` as the library reads it.
template <class Fill, class Check>
void round_trip(Fill fill, Check check) {
  Buffer buffer(4096);
  flat::Message message(buffer.data(), buffer.bytes());
  fill(message.init_root<flat::FlatRoot>());
  size_t size = message.finish();
  REQUIRE(size != 0);
  REQUIRE(size == message.size());
  REQUIRE(buffer.guard_is_intact());

  auto words = buffer.first(size);
  REQUIRE(capnp::expectedSizeInWordsFromPrefix(words) == words.size());
  capnp::FlatArrayMessageReader reader(words);
  REQUIRE(reader.getEnd() == words.end());
  check(reader.getRoot<FlatRoot>());
}

std::string_view view(capnp::Data::Reader data) {
  return {reinterpret_cast<const char*>(data.begin()), data.size()};
}

flat::Bytes bytes(std::string_view text) { return {text.data(), text.size()}; }

TEST_CASE("an untouched message reads as all defaults") {
  round_trip([](flat::FlatRoot) {},
             [](FlatRoot::Reader root) {
               CHECK_FALSE(root.hasNumbers());
               CHECK_FALSE(root.hasLists());
               CHECK(root.getLastURLSeen() == "");
               CHECK(root.getPayload().size() == 0);
               CHECK(root.getDefaults().getInt16() == -1616);
             });
}

TEST_CASE("numbers of every kind") {
  auto fill = [](flat::FlatRoot root) {
    flat::FlatNumbers numbers = root.init_numbers();
    numbers.set_truth(true);
    numbers.set_lie(true);
    numbers.set_lie(false);
    numbers.set_int8(std::numeric_limits<int8_t>::min());
    numbers.set_int16(std::numeric_limits<int16_t>::min());
    numbers.set_int32(std::numeric_limits<int32_t>::min());
    numbers.set_int64(std::numeric_limits<int64_t>::min());
    numbers.set_uint8(std::numeric_limits<uint8_t>::max());
    numbers.set_uint16(std::numeric_limits<uint16_t>::max());
    numbers.set_uint32(std::numeric_limits<uint32_t>::max());
    numbers.set_uint64(std::numeric_limits<uint64_t>::max());
    numbers.set_float32(3.25F);
    numbers.set_float64(-1e300);
    numbers.set_colour(flat::FlatColour::kDeepBlue);
  };
  round_trip(fill, [](FlatRoot::Reader root) {
    FlatNumbers::Reader numbers = root.getNumbers();
    CHECK(numbers.getTruth());
    CHECK_FALSE(numbers.getLie());
    CHECK(numbers.getInt8() == std::numeric_limits<int8_t>::min());
    CHECK(numbers.getInt16() == std::numeric_limits<int16_t>::min());
    CHECK(numbers.getInt32() == std::numeric_limits<int32_t>::min());
    CHECK(numbers.getInt64() == std::numeric_limits<int64_t>::min());
    CHECK(numbers.getUint8() == std::numeric_limits<uint8_t>::max());
    CHECK(numbers.getUint16() == std::numeric_limits<uint16_t>::max());
    CHECK(numbers.getUint32() == std::numeric_limits<uint32_t>::max());
    CHECK(numbers.getUint64() == std::numeric_limits<uint64_t>::max());
    CHECK(numbers.getFloat32() == 3.25F);
    CHECK(numbers.getFloat64() == -1e300);
    CHECK(numbers.getColour() == FlatColour::DEEP_BLUE);
  });
}

void check_equal(FlatDefaults::Reader defaults, FlatDefaults::Reader expected) {
  CHECK(defaults.getTruth() == expected.getTruth());
  CHECK(defaults.getInt8() == expected.getInt8());
  CHECK(defaults.getInt16() == expected.getInt16());
  CHECK(defaults.getInt32() == expected.getInt32());
  CHECK(defaults.getInt64() == expected.getInt64());
  CHECK(defaults.getUint8() == expected.getUint8());
  CHECK(defaults.getUint16() == expected.getUint16());
  CHECK(defaults.getUint32() == expected.getUint32());
  CHECK(defaults.getUint64() == expected.getUint64());
  CHECK(defaults.getFloat32() == expected.getFloat32());
  CHECK(defaults.getFloat64() == expected.getFloat64());
  CHECK(defaults.getColour() == expected.getColour());
}

TEST_CASE("a struct whose fields nobody set has the schema's defaults") {
  round_trip([](flat::FlatRoot root) { root.init_defaults(); },
             [](FlatRoot::Reader root) {
               REQUIRE(root.hasDefaults());
               check_equal(root.getDefaults(), FlatDefaults::Reader());
             });
}

TEST_CASE("fields with a default take other values") {
  auto fill = [](flat::FlatRoot root) {
    flat::FlatDefaults defaults = root.init_defaults();
    defaults.set_truth(false);
    defaults.set_int8(1);
    defaults.set_int16(2);
    defaults.set_int32(3);
    defaults.set_int64(4);
    defaults.set_uint8(5);
    defaults.set_uint16(6);
    defaults.set_uint32(7);
    defaults.set_uint64(8);
    defaults.set_float32(9);
    defaults.set_float64(10);
    defaults.set_colour(flat::FlatColour::kRed);
  };
  round_trip(fill, [](FlatRoot::Reader root) {
    capnp::MallocMessageBuilder builder;
    auto expected = builder.initRoot<FlatDefaults>();
    expected.setTruth(false);
    expected.setInt8(1);
    expected.setInt16(2);
    expected.setInt32(3);
    expected.setInt64(4);
    expected.setUint8(5);
    expected.setUint16(6);
    expected.setUint32(7);
    expected.setUint64(8);
    expected.setFloat32(9);
    expected.setFloat64(10);
    expected.setColour(FlatColour::RED);
    check_equal(root.getDefaults(), expected.asReader());
  });
}

TEST_CASE("text and data") {
  const std::string payload("a\0b\xff", 4);
  auto fill = [&](flat::FlatRoot root) {
    root.set_last_url_seen(flat::Text("eight by", 8));
    root.set_payload(bytes(payload));
  };
  round_trip(fill, [&](FlatRoot::Reader root) {
    CHECK(root.getLastURLSeen() == "eight by");
    CHECK(view(root.getPayload()) == payload);
  });
}

TEST_CASE("empty text and data are there, and empty") {
  auto fill = [](flat::FlatRoot root) {
    root.set_last_url_seen("");
    root.set_payload({nullptr, 0});
  };
  round_trip(fill, [](FlatRoot::Reader root) {
    CHECK(root.hasLastURLSeen());
    CHECK(root.getLastURLSeen() == "");
    CHECK(root.hasPayload());
    CHECK(root.getPayload().size() == 0);
  });
}

TEST_CASE("lists of primitives") {
  static constexpr uint32_t kCount = 67;  // more bits than a word has
  auto fill = [](flat::FlatRoot root) {
    flat::FlatLists lists = root.init_lists();
    auto bools = lists.init_bools(kCount);
    auto int8s = lists.init_int8s(kCount);
    auto uint16s = lists.init_uint16s(kCount);
    auto int32s = lists.init_int32s(kCount);
    auto uint64s = lists.init_uint64s(kCount);
    auto float64s = lists.init_float64s(kCount);
    auto colours = lists.init_colours(kCount);
    CHECK(bools.size() == kCount);
    for (uint32_t i = 0; i < kCount; ++i) {
      bools.set(i, true);
      bools.set(i, i % 3 == 0);
      int8s.set(i, static_cast<int8_t>(-static_cast<int>(i)));
      uint16s.set(i, static_cast<uint16_t>(i * 1000));
      int32s.set(i, static_cast<int32_t>(i) * -1000000);
      uint64s.set(i, uint64_t{i} << 58);
      float64s.set(i, i / 2.0);
      colours.set(i, static_cast<flat::FlatColour>(i % 3));
    }
  };
  round_trip(fill, [](FlatRoot::Reader root) {
    FlatLists::Reader lists = root.getLists();
    REQUIRE(lists.getBools().size() == kCount);
    for (uint32_t i = 0; i < kCount; ++i) {
      CHECK(lists.getBools()[i] == (i % 3 == 0));
      CHECK(lists.getInt8s()[i] == -static_cast<int>(i));
      CHECK(lists.getUint16s()[i] == static_cast<uint16_t>(i * 1000));
      CHECK(lists.getInt32s()[i] == static_cast<int32_t>(i) * -1000000);
      CHECK(lists.getUint64s()[i] == uint64_t{i} << 58);
      CHECK(lists.getFloat64s()[i] == i / 2.0);
      CHECK(lists.getColours()[i] == static_cast<FlatColour>(i % 3));
    }
  });
}

TEST_CASE("lists of text, data and structs") {
  auto fill = [](flat::FlatRoot root) {
    flat::FlatLists lists = root.init_lists();
    auto texts = lists.init_texts(3);
    texts.set(0, "zero");
    texts.set(2, "two");
    auto blobs = lists.init_blobs(2);
    blobs.set(0, bytes("bl\0b"));
    blobs.init(1, 100).resize(3);
    auto points = lists.init_points(2);
    points[1].set_x(-1);
    points[1].set_label("one");
    points[0].set_y(7);
    lists.init_empties(5);
  };
  round_trip(fill, [](FlatRoot::Reader root) {
    FlatLists::Reader lists = root.getLists();
    REQUIRE(lists.getTexts().size() == 3);
    CHECK(lists.getTexts()[0] == "zero");
    CHECK(lists.getTexts()[1] == "");
    CHECK(lists.getTexts()[2] == "two");
    CHECK(view(lists.getBlobs()[0]) == "bl");
    CHECK(view(lists.getBlobs()[1]) == std::string_view("\0\0\0", 3));
    REQUIRE(lists.getPoints().size() == 2);
    CHECK(lists.getPoints()[0].getY() == 7);
    CHECK(lists.getPoints()[0].getLabel() == "");
    CHECK(lists.getPoints()[1].getX() == -1);
    CHECK(lists.getPoints()[1].getLabel() == "one");
    CHECK(lists.getEmpties().size() == 5);
  });
}

TEST_CASE("empty lists are there, and empty") {
  auto fill = [](flat::FlatRoot root) {
    flat::FlatLists lists = root.init_lists();
    lists.init_bools(0);
    lists.init_uint64s(0);
    lists.init_texts(0);
    lists.init_points(0);
  };
  round_trip(fill, [](FlatRoot::Reader root) {
    FlatLists::Reader lists = root.getLists();
    CHECK((lists.hasBools() && lists.getBools().size() == 0));
    CHECK((lists.hasUint64s() && lists.getUint64s().size() == 0));
    CHECK((lists.hasTexts() && lists.getTexts().size() == 0));
    CHECK((lists.hasPoints() && lists.getPoints().size() == 0));
  });
}

TEST_CASE("structs within structs, of their own type and without fields") {
  auto fill = [](flat::FlatRoot root) {
    root.init_empty();
    root.init_child().init_child().set_last_url_seen("grandchild");
    flat::FlatRootInner inner = root.init_inner();
    inner.set_value(99);
    inner.init_outer().init_empty();
  };
  round_trip(fill, [](FlatRoot::Reader root) {
    CHECK(root.hasEmpty());
    CHECK(root.getChild().getChild().getLastURLSeen() == "grandchild");
    CHECK(root.getInner().getValue() == 99);
    CHECK(root.getInner().getOuter().hasEmpty());
  });
}

TEST_CASE("a root without fields") {
  Buffer buffer(2);
  flat::Message message(buffer.data(), buffer.bytes());
  CHECK_FALSE(message.init_root<flat::FlatEmpty>().is_null());
  CHECK(message.finish() == buffer.bytes());
  capnp::FlatArrayMessageReader reader(buffer.first(buffer.bytes()));
  CHECK_NOTHROW(reader.getRoot<FlatEmpty>());
}

TEST_CASE("data written in place, then shrunk to what it needed") {
  size_t kept = GENERATE(0, 1, 7, 8, 9, 999, 1000);
  auto fill = [&](flat::FlatRoot root) {
    flat::DataWriter payload = root.init_payload(1000);
    REQUIRE(payload.size() == 1000);
    CHECK(std::all_of(payload.data(), payload.data() + 1000, [](uint8_t b) { return b == 0; }));
    std::memset(payload.data(), 'x', 1000);
    payload.resize(kept);
    CHECK(payload.size() == kept);
    // What follows takes the room that was given back, clean.
    root.init_numbers().set_uint64(5);
    root.set_last_url_seen("after");
  };
  round_trip(fill, [&](FlatRoot::Reader root) {
    CHECK(view(root.getPayload()) == std::string(kept, 'x'));
    CHECK(root.getNumbers().getUint64() == 5);
    CHECK(root.getNumbers().getInt64() == 0);
    CHECK(root.getLastURLSeen() == "after");
    // Nothing that was written beyond the end is left in the padding of the last word.
    const uint8_t* end = root.getPayload().end();
    CHECK(std::all_of(end, end + (8 - kept % 8) % 8, [](uint8_t b) { return b == 0; }));
  });
}

TEST_CASE("shrinking gives the room back") {
  Buffer buffer(1024);
  flat::Message message(buffer.data(), buffer.bytes());
  auto root = message.init_root<flat::FlatRoot>();
  size_t before = message.size();
  flat::DataWriter payload = root.init_payload(4000);
  payload.resize(100);
  payload.resize(17);
  CHECK(message.size() == before + 24);
}

TEST_CASE("resizing anything but the latest allocation fails the message") {
  Buffer buffer(1024);
  flat::Message message(buffer.data(), buffer.bytes());
  auto root = message.init_root<flat::FlatRoot>();
  flat::DataWriter payload = root.init_payload(100);
  root.set_last_url_seen("in the way");
  payload.resize(10);
  CHECK(message.failed());
  CHECK(message.finish() == 0);
}

TEST_CASE("data grows by zeros, as long as there is room") {
  Buffer buffer(1024);
  flat::Message message(buffer.data(), buffer.bytes());
  flat::DataWriter payload = message.init_root<flat::FlatRoot>().init_payload(0);
  payload.resize(5);
  std::memset(payload.data(), 0xff, 5);
  payload.resize(3);
  payload.resize(100);
  REQUIRE(payload.size() == 100);
  CHECK(std::count(payload.data(), payload.data() + 3, 0xff) == 3);
  CHECK(std::count(payload.data() + 3, payload.data() + 100, 0) == 97);
  payload.resize(8 * buffer.bytes());
  CHECK(payload.data() == nullptr);
  CHECK(payload.size() == 0);
  CHECK(message.failed());
  CHECK(buffer.guard_is_intact());
}

TEST_CASE("an index out of range fails the message") {
  Buffer buffer(1024);
  flat::Message message(buffer.data(), buffer.bytes());
  auto lists = message.init_root<flat::FlatRoot>().init_lists();
  SECTION("bool") { lists.init_bools(3).set(3, true); }
  SECTION("number") { lists.init_uint16s(3).set(3, 1); }
  SECTION("text") { lists.init_texts(3).set(3, "x"); }
  SECTION("data") { lists.init_blobs(3).set(3, bytes("x")); }
  SECTION("data in place") { lists.init_blobs(3).init(3, 8); }
  SECTION("struct") { CHECK(lists.init_points(3)[3].is_null()); }
  CHECK(message.failed());
}

TEST_CASE("a count beyond the wire format's limit fails the message") {
  Buffer buffer(1024);
  flat::Message message(buffer.data(), buffer.bytes());
  auto root = message.init_root<flat::FlatRoot>();
  uint64_t count = GENERATE(flat::kListLengthMax + 1, uint64_t{1} << 32, ~uint64_t{0});
  SECTION("numbers") { CHECK(root.init_lists().init_uint64s(count).size() == 0); }
  SECTION("structs") { CHECK(root.init_lists().init_points(count).size() == 0); }
  SECTION("data") { CHECK(root.init_payload(count).data() == nullptr); }
  SECTION("text") { root.set_last_url_seen(flat::Text("x", count)); }
  CHECK(message.failed());
  CHECK(buffer.guard_is_intact());
}

// Uses every kind of allocation there is.
void fill_everything(flat::FlatRoot root) {
  root.init_numbers().set_uint64(1);
  root.init_defaults().set_truth(false);
  root.set_last_url_seen("a text longer than a word");
  flat::DataWriter payload = root.init_payload(64);
  if (payload.data() != nullptr) std::memset(payload.data(), 1, payload.size());
  payload.resize(33);
  flat::FlatLists lists = root.init_lists();
  lists.init_bools(100).set(99, true);
  lists.init_uint64s(3).set(2, 1);
  lists.init_texts(2).set(1, "text");
  auto blobs = lists.init_blobs(2);
  blobs.set(0, bytes("0123456789"));
  blobs.init(1, 20).resize(10);
  auto points = lists.init_points(3);
  points[2].set_x(1);
  points[2].set_label("label");
  root.init_child().init_inner().set_value(2);
}

TEST_CASE("a buffer that is too small fails the message, whatever did not fit") {
  Buffer roomy(4096);
  flat::Message whole(roomy.data(), roomy.bytes());
  fill_everything(whole.init_root<flat::FlatRoot>());
  size_t words_needed = whole.finish() / sizeof(uint64_t);
  REQUIRE(whole.size() == words_needed * sizeof(uint64_t));

  for (size_t words = 0; words <= words_needed; ++words) {
    Buffer buffer(words);
    flat::Message message(buffer.data(), buffer.bytes());
    fill_everything(message.init_root<flat::FlatRoot>());
    INFO(words << " words");
    REQUIRE(buffer.guard_is_intact());
    REQUIRE(message.failed() == (words < words_needed));
    REQUIRE(message.finish() == (message.failed() ? 0 : whole.size()));
  }
}

TEST_CASE("a failed message stays failed") {
  Buffer buffer(1024);
  flat::Message message(buffer.data(), buffer.bytes());
  auto root = message.init_root<flat::FlatRoot>();
  root.init_payload(buffer.bytes());
  REQUIRE(message.failed());
  size_t size = message.size();
  root.set_last_url_seen("would fit");
  CHECK(root.init_numbers().is_null());
  CHECK(message.size() == size);
  CHECK(message.finish() == 0);
}

TEST_CASE("a buffer that is null or not aligned fails the message") {
  Buffer buffer(16);
  flat::Message misaligned(static_cast<char*>(buffer.data()) + 4, 64);
  CHECK(misaligned.failed());
  CHECK(misaligned.init_root<flat::FlatRoot>().is_null());
  flat::Message null(nullptr, 64);
  CHECK(null.failed());
  CHECK(null.init_root<flat::FlatRoot>().is_null());
}

}  // namespace
