// A Cap'n Proto message writer for places that cannot link Cap'n Proto: the kernel.
//
// It is a bump allocator over one buffer that the caller owns. What it leaves there is a complete
// message in Cap'n Proto's standard stream framing with a single segment:
//
//   word 0      segment table: u32 number of segments - 1 (always 0), u32 segment size in words
//   word 1      the segment's first word: the pointer to the root struct
//   word 2...   structs, lists and blobs in the order in which they were made
//
// so capnp::FlatArrayMessageReader reads the buffer as it stands. The typed writers over the
// classes here are generated from a schema by capnpc-flat.
//
// Running out of room is not an error to handle at each call: the message becomes failed() for
// good, writers handed out from then on are null, and everything done through a null writer does
// nothing. Callers check once, through finish().
#pragma once

#include <stddef.h>
#include <stdint.h>

static_assert(
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "fields are stored by copying them: the host must be little-endian, as the format is");

namespace ddireplay::format::flat {

inline constexpr uint32_t kWordBytes = 8;
// The wire format has 29 bits for the length of a list, and 30 (signed) for a distance in words.
inline constexpr uint64_t kListLengthMax = (uint64_t{1} << 29) - 1;
inline constexpr uint64_t kSegmentWordsMax = kListLengthMax;

struct StructSize {
  uint16_t data_words;
  uint16_t pointers;

  constexpr uint32_t words() const { return uint32_t{data_words} + pointers; }
};

// The three-bit code of a list's element size.
enum class ElementSize : uint8_t {
  kBit = 1,
  kOneByte = 2,
  kTwoBytes = 3,
  kFourBytes = 4,
  kEightBytes = 5,
  kPointer = 6,
  kComposite = 7,
};

template <class T>
constexpr ElementSize element_size_of() {
  static_assert(sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8);
  switch (sizeof(T)) {
    case 1:
      return ElementSize::kOneByte;
    case 2:
      return ElementSize::kTwoBytes;
    case 4:
      return ElementSize::kFourBytes;
    default:
      return ElementSize::kEightBytes;
  }
}

// Bytes that somebody else owns.
struct Bytes {
  const void* data;
  size_t size;
};

// Characters that somebody else owns, without the terminator that the wire format adds.
struct Text {
  const char* data;
  size_t size;

  constexpr Text(const char* characters, size_t count) : data(characters), size(count) {}
  constexpr Text(const char* terminated) : data(terminated), size(length_of(terminated)) {}

 private:
  // Not strlen: a kernel binary need not have one.
  static constexpr size_t length_of(const char* terminated) {
    size_t length = 0;
    while (terminated[length] != '\0') ++length;
    return length;
  }
};

class Message {
 public:
  // `buffer` must be aligned to 8 bytes and outlive the message. Its contents don't matter:
  // whatever is handed out is zeroed first, so nothing that lay there before can leak into the
  // message.
  Message(void* buffer, size_t bytes)
      : words_(static_cast<uint64_t*>(buffer)), capacity_(capacity_in_words(buffer, bytes)) {
    if (!has_room_for(kPreambleWords)) {
      failed_ = true;
      return;
    }
    allocate(kPreambleWords);
  }

  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  bool failed() const { return failed_; }
  void fail() { failed_ = true; }

  // Bytes used so far, framing included.
  size_t size() const { return size_t{used_} * kWordBytes; }

  template <class Root>
  Root init_root() {
    return Root(*this, init_struct(failed_ ? nullptr : words_ + 1, Root::kSize));
  }

  // Completes the framing. Returns the length of the message in bytes, or 0 when it has failed.
  size_t finish() {
    if (failed_) return 0;
    words_[0] = uint64_t{used_ - 1} << 32;
    return size();
  }

  // The functions below make an object, let the pointer at `pointer` refer to it, and return where
  // its contents begin: null when `pointer` is null or there is no room. An object that a pointer
  // referred to before stays in the message as dead words.

  uint64_t* init_struct(uint64_t* pointer, StructSize size) {
    uint64_t* target = allocate_for(pointer, size.words());
    if (target == nullptr) return nullptr;
    // A struct without any words must not look like a null pointer: by convention it points at
    // itself.
    uint32_t distance = size.words() == 0 ? ~uint32_t{0} : distance_to(pointer, target);
    *pointer = pointer_word(distance, kStructPointer, struct_size_bits(size));
    return target;
  }

  uint64_t* init_list(uint64_t* pointer, ElementSize element, uint32_t element_bits,
                      uint64_t count) {
    if (!length_fits(count)) return nullptr;
    uint64_t* target = allocate_for(pointer, (count * element_bits + 63) / 64);
    if (target == nullptr) return nullptr;
    *pointer = list_pointer(pointer, target, element, static_cast<uint32_t>(count));
    return target;
  }

  // A list of structs begins with a tag word, shaped as a struct pointer, that holds the length.
  // Returns where the first struct begins, behind the tag.
  uint64_t* init_struct_list(uint64_t* pointer, StructSize size, uint64_t count) {
    if (!length_fits(count)) return nullptr;
    uint64_t words = count * size.words();
    if (!length_fits(words)) return nullptr;
    uint64_t* tag = allocate_for(pointer, words + 1);
    if (tag == nullptr) return nullptr;
    *pointer = list_pointer(pointer, tag, ElementSize::kComposite, static_cast<uint32_t>(words));
    *tag = pointer_word(static_cast<uint32_t>(count), kStructPointer, struct_size_bits(size));
    return tag + 1;
  }

  // Makes a list of bytes shorter, or longer by zeros. Possible only while nothing has been
  // allocated since. False: the message has failed.
  bool resize_bytes(uint64_t* pointer, uint64_t* target, uint32_t old_size, uint64_t new_size) {
    if (!length_fits(new_size)) return false;
    uint32_t words = words_for(static_cast<uint32_t>(new_size));
    uint32_t begin = static_cast<uint32_t>(target - words_);
    if (begin + words_for(old_size) != used_ || words > capacity_ - begin) failed_ = true;
    if (failed_) return false;
    // What the caller wrote beyond the new end must not survive in the last word's padding.
    uint64_t kept = new_size < old_size ? new_size : old_size;
    __builtin_memset(reinterpret_cast<uint8_t*>(target) + kept, 0,
                     size_t{words} * kWordBytes - kept);
    used_ = begin + words;
    *pointer =
        list_pointer(pointer, target, ElementSize::kOneByte, static_cast<uint32_t>(new_size));
    return true;
  }

  void set_text(uint64_t* pointer, Text text) {
    if (!length_fits(text.size)) return;
    uint64_t* target = init_list(pointer, ElementSize::kOneByte, 8, uint64_t{text.size} + 1);
    if (target != nullptr && text.size != 0) __builtin_memcpy(target, text.data, text.size);
  }

  void set_data(uint64_t* pointer, Bytes bytes) {
    uint64_t* target = init_list(pointer, ElementSize::kOneByte, 8, bytes.size);
    if (target != nullptr && bytes.size != 0) __builtin_memcpy(target, bytes.data, bytes.size);
  }

 private:
  static constexpr uint32_t kPreambleWords = 2;  // the segment table and the root pointer
  static constexpr uint32_t kStructPointer = 0;
  static constexpr uint32_t kListPointer = 1;

  static uint32_t capacity_in_words(const void* buffer, size_t bytes) {
    if (buffer == nullptr || reinterpret_cast<uintptr_t>(buffer) % kWordBytes != 0) return 0;
    uint64_t words = bytes / kWordBytes;
    return static_cast<uint32_t>(words < kSegmentWordsMax ? words : kSegmentWordsMax);
  }

  static uint32_t words_for(uint32_t bytes) { return bytes / 8 + (bytes % 8 != 0 ? 1 : 0); }

  static uint32_t struct_size_bits(StructSize size) {
    return size.data_words | uint32_t{size.pointers} << 16;
  }

  static uint32_t distance_to(const uint64_t* pointer, const uint64_t* target) {
    return static_cast<uint32_t>(target - (pointer + 1));
  }

  static uint64_t pointer_word(uint32_t distance, uint32_t kind, uint32_t high) {
    return uint64_t{high} << 32 | uint32_t{distance << 2 | kind};
  }

  static uint64_t list_pointer(const uint64_t* pointer, const uint64_t* target, ElementSize element,
                               uint32_t length) {
    return pointer_word(distance_to(pointer, target), kListPointer,
                        static_cast<uint32_t>(element) | length << 3);
  }

  bool has_room_for(uint64_t words) const { return words <= capacity_ - used_; }

  bool length_fits(uint64_t length) {
    if (length > kListLengthMax) failed_ = true;
    return !failed_;
  }

  uint64_t* allocate_for(const uint64_t* pointer, uint64_t words) {
    if (failed_ || pointer == nullptr) return nullptr;
    if (!has_room_for(words)) {
      failed_ = true;
      return nullptr;
    }
    return allocate(static_cast<uint32_t>(words));
  }

  uint64_t* allocate(uint32_t words) {
    uint64_t* target = words_ + used_;
    __builtin_memset(target, 0, size_t{words} * kWordBytes);
    used_ += words;
    return target;
  }

  uint64_t* words_;
  uint32_t capacity_;
  uint32_t used_ = 0;
  bool failed_ = false;
};

// Data that is written in place: resize it to what it may become, then to what it is.
class DataWriter {
 public:
  DataWriter(Message& message, uint64_t* pointer, uint64_t capacity)
      : message_(&message),
        pointer_(pointer),
        target_(message.init_list(pointer, ElementSize::kOneByte, 8, capacity)),
        size_(target_ == nullptr ? 0 : static_cast<uint32_t>(capacity)) {}

  uint8_t* data() const { return reinterpret_cast<uint8_t*>(target_); }
  uint32_t size() const { return size_; }

  // Only for the message's latest allocation: anything else fails the message. data() stays.
  void resize(size_t size) {
    if (target_ == nullptr) return;
    if (message_->resize_bytes(pointer_, target_, size_, size)) {
      size_ = static_cast<uint32_t>(size);
    } else {
      target_ = nullptr;
      size_ = 0;
    }
  }

 private:
  Message* message_;
  uint64_t* pointer_;
  uint64_t* target_;
  uint32_t size_;
};

// What all list writers share: an index out of range fails the message.
class ListWriter {
 public:
  uint32_t size() const { return count_; }

 protected:
  ListWriter(Message& message, uint64_t* target, uint64_t count)
      : message_(&message),
        target_(target),
        count_(target == nullptr ? 0 : static_cast<uint32_t>(count)) {}

  bool contains(uint32_t index) const {
    if (target_ == nullptr) return false;
    if (index >= count_) message_->fail();
    return index < count_;
  }

  Message* message_;
  uint64_t* target_;
  uint32_t count_;
};

template <class T>
class PrimitiveListWriter : public ListWriter {
 public:
  PrimitiveListWriter(Message& message, uint64_t* pointer, uint64_t count)
      : ListWriter(message, message.init_list(pointer, element_size_of<T>(), 8 * sizeof(T), count),
                   count) {}

  void set(uint32_t index, T value) {
    if (!contains(index)) return;
    __builtin_memcpy(reinterpret_cast<uint8_t*>(target_) + size_t{index} * sizeof(T), &value,
                     sizeof(T));
  }
};

template <>
class PrimitiveListWriter<bool> : public ListWriter {
 public:
  PrimitiveListWriter(Message& message, uint64_t* pointer, uint64_t count)
      : ListWriter(message, message.init_list(pointer, ElementSize::kBit, 1, count), count) {}

  void set(uint32_t index, bool value) {
    if (!contains(index)) return;
    uint64_t mask = uint64_t{1} << index % 64;
    uint64_t& word = target_[index / 64];
    word = value ? word | mask : word & ~mask;
  }
};

class TextListWriter : public ListWriter {
 public:
  TextListWriter(Message& message, uint64_t* pointer, uint64_t count)
      : ListWriter(message, message.init_list(pointer, ElementSize::kPointer, 64, count), count) {}

  void set(uint32_t index, Text text) {
    if (contains(index)) message_->set_text(target_ + index, text);
  }
};

class DataListWriter : public ListWriter {
 public:
  DataListWriter(Message& message, uint64_t* pointer, uint64_t count)
      : ListWriter(message, message.init_list(pointer, ElementSize::kPointer, 64, count), count) {}

  void set(uint32_t index, Bytes bytes) {
    if (contains(index)) message_->set_data(target_ + index, bytes);
  }

  DataWriter init(uint32_t index, uint64_t capacity) {
    return DataWriter(*message_, contains(index) ? target_ + index : nullptr, capacity);
  }
};

template <class Struct>
class StructListWriter : public ListWriter {
 public:
  StructListWriter(Message& message, uint64_t* pointer, uint64_t count)
      : ListWriter(message, message.init_struct_list(pointer, Struct::kSize, count), count) {}

  Struct operator[](uint32_t index) {
    if (!contains(index)) return Struct(*message_, nullptr);
    return Struct(*message_, target_ + size_t{index} * Struct::kSize.words());
  }
};

// The base of every generated struct. Defaults are XORed in, as the wire format has it, so that a
// field nobody set reads as its default.
class StructWriter {
 public:
  bool is_null() const { return target_ == nullptr; }

 protected:
  StructWriter(Message& message, uint64_t* target) : message_(&message), target_(target) {}

  template <class T>
  void put(uint32_t byte_offset, T value, uint64_t default_bits) {
    if (target_ == nullptr) return;
    uint64_t bits = 0;
    __builtin_memcpy(&bits, &value, sizeof(T));
    bits ^= default_bits;
    __builtin_memcpy(reinterpret_cast<uint8_t*>(target_) + byte_offset, &bits, sizeof(T));
  }

  void put_bit(uint32_t bit_offset, bool value, bool default_value) {
    if (target_ == nullptr) return;
    uint64_t mask = uint64_t{1} << bit_offset % 64;
    uint64_t& word = target_[bit_offset / 64];
    word = value != default_value ? word | mask : word & ~mask;
  }

  // `index` counts words from the start of the struct: pointers follow the data.
  uint64_t* pointer_at(uint32_t index) { return target_ == nullptr ? nullptr : target_ + index; }

  Message& message() { return *message_; }

 private:
  Message* message_;
  uint64_t* target_;
};

}  // namespace ddireplay::format::flat
