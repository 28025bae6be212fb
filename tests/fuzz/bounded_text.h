// A stream's buffer that takes so many bytes and no more: a small trace may have a million events,
// whose text no fuzzer wants to wait for.
#pragma once

#include <cstddef>
#include <streambuf>
#include <string>
#include <string_view>

namespace ddireplay::fuzz {

class BoundedText : public std::streambuf {
 public:
  explicit BoundedText(std::size_t size_max) : size_max_(size_max) {}

  std::string_view text() const { return text_; }

 private:
  int_type overflow(int_type c) override {
    if (text_.size() == size_max_ || traits_type::eq_int_type(c, traits_type::eof())) {
      return traits_type::eof();
    }
    text_ += traits_type::to_char_type(c);
    return c;
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    const auto wanted = static_cast<std::size_t>(size);
    if (wanted > size_max_ - text_.size()) return 0;
    text_.append(text, wanted);
    return size;
  }

  std::size_t size_max_;
  std::string text_;
};

inline constexpr std::size_t kTextBytesMax = 4 << 20;

}  // namespace ddireplay::fuzz
