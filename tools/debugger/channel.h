// Messages between two processes of one program, one forked from the other.
//
// On the wire: kind, length and a status, eight bytes each in the machine's own order, then the
// text. A descriptor may go along.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ddireplay::tools {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, kNone)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ != kNone; }
  void close();

 private:
  static constexpr int kNone = -1;
  int fd_ = kNone;
};

enum class MessageKind : std::uint64_t {
  advance,  // to the position that the text says
  answer,   // the question that the text is
  copy,     // the process
  rest,     // nothing is asked soon
  done,     // the text is what was asked for
  failed,   // the text is what went wrong, the status that of format::Error
};

struct Message {
  MessageKind kind = MessageKind::done;
  std::uint64_t status = 0;
  std::string text{};
  Descriptor descriptor{};
};

// One end of a connection. Closed with the object. Not thread-safe.
class Channel {
 public:
  Channel() = default;
  explicit Channel(Descriptor socket) : socket_(std::move(socket)) {}

  // Two ends, of one connection. Throws std::system_error.
  static std::pair<Channel, Channel> make_pair();

  // False where the other end is gone.
  bool send(const Message& message);
  // Waits. Nothing where the other end is gone, or has sent what is no message.
  std::optional<Message> receive();
  // Without waiting.
  bool other_end_is_gone() const;

  // To be sent to another process.
  Descriptor release() { return std::move(socket_); }
  void close() { socket_.close(); }

 private:
  Descriptor socket_;
};

}  // namespace ddireplay::tools
