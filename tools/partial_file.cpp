#include "tools/partial_file.h"

#include <cstddef>
#include <span>

namespace ddireplay::tools {

PartialFile::PartialFile(const std::string& name) : file_(name), buffer_(file_), stream_(&buffer_) {
  // What goes wrong is thrown through the stream as it is: the stream itself knows no reason.
  stream_.exceptions(std::ios::badbit);
}

PartialFile::Buffer::Buffer(format::OutputFile& file) : file_(file) {
  setp(bytes_.data(), bytes_.data() + bytes_.size());
}

PartialFile::Buffer::int_type PartialFile::Buffer::overflow(int_type c) {
  sync();
  if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

int PartialFile::Buffer::sync() {
  const std::span<const char> pending(pbase(), pptr());
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  file_.write(std::as_bytes(pending));
  return 0;
}

void PartialFile::commit() {
  stream_.flush();
  file_.flush();
  file_.publish();
}

}  // namespace ddireplay::tools
