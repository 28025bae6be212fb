#include "format/chunk_writer.h"

#include <utility>

#include "format/bytes.h"
#include "format/container_reader.h"
#include "format/error.h"
#include "format/freestanding/container.h"
#include "format/payload.h"
#include "format/trace_bytes.h"

namespace ddireplay::format {

namespace {

ChunkHeader header_of(std::span<const std::byte> chunk) { return load<ChunkHeader>(chunk, 0); }

// Whether every byte is accounted for, and every checksum is right.
bool is_whole(std::span<const std::byte> trace, const std::string& name) {
  const Container container = read_container(trace, name);
  if (!container.is_indexed || container.condition.damaged_chunks != 0) return false;
  try {
    for (const ChunkInfo& chunk : container.chunks) checked_payload(trace, chunk);
  } catch (const Malformed&) {
    return false;
  }
  return true;
}

}  // namespace

ChunkWriter::ChunkWriter(const std::string& path, FileHeader header)
    : header_(header), name_(path.empty() ? "the trace" : path) {
  if (!path.empty()) file_ = std::make_unique<OutputFile>(path);
  seal_file_header(header_);
  put(std::as_bytes(std::span(&header_, 1)));
}

bool ChunkWriter::is_taken(std::uint32_t number) const {
  return number < next_number_ || held_.contains(number);
}

void ChunkWriter::add(std::span<const std::byte> chunk) {
  const std::uint32_t number = header_of(chunk).number;
  if (number != next_number_) {
    held_.emplace(number, std::vector(chunk.begin(), chunk.end()));
    return;
  }
  put_chunk(chunk);
  while (!held_.empty() && held_.begin()->first == next_number_) {
    put_chunk(held_.extract(held_.begin()).mapped());
  }
}

void ChunkWriter::flush_held() {
  while (!held_.empty()) put_chunk(held_.extract(held_.begin()).mapped());
}

void ChunkWriter::put_chunk(std::span<const std::byte> chunk) {
  const ChunkHeader header = header_of(chunk);
  index_.push_back(index_entry(offset_, header));
  next_number_ = header.number + 1;
  put(chunk);
}

void ChunkWriter::put(std::span<const std::byte> bytes) {
  if (file_ != nullptr) {
    file_->write(bytes);
  } else {
    memory_.insert(memory_.end(), bytes.begin(), bytes.end());
  }
  offset_ += bytes.size();
}

void ChunkWriter::close(std::span<const std::byte> footer, const Check& check) {
  const FileTrailer trailer = make_trailer(offset_);
  put(footer);
  put(std::as_bytes(std::span(&trailer, 1)));
  if (file_ == nullptr) return;
  file_->flush();
  const TraceBytes written = TraceBytes::map(file_->partial_name());
  if (!is_whole(written.bytes(), name_)) {
    throw Error(name_ + ": what was written can't be read back; check the disk");
  }
  if (check) check(file_->partial_name());
  file_->publish();
}

}  // namespace ddireplay::format
