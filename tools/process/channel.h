// Messages between two processes of one program, one forked from the other.
//
// On the wire: kind, length and a status, eight bytes each in the machine's own order, then the
// text. A descriptor may go along.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "tools/process/unique_fd.h"

namespace ddireplay::tools {

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
  UniqueFd descriptor{};
};

// One end of a connection. Closed with the object. Not thread-safe.
class Channel {
 public:
  Channel() = default;
  explicit Channel(UniqueFd socket) : socket_(std::move(socket)) {}

  // Two ends, of one connection. Throws std::system_error.
  static std::pair<Channel, Channel> make_pair();

  // False where the other end is gone.
  bool send(const Message& message);
  // Waits. Nothing where the other end is gone, or has sent what is no message.
  std::optional<Message> receive();
  // Without waiting.
  bool other_end_is_gone() const;

  // To be sent to another process.
  UniqueFd release() { return std::move(socket_); }
  void close() { socket_.reset(); }

 private:
  UniqueFd socket_;
};

}  // namespace ddireplay::tools
