#include "tools/process/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace ddireplay::tools {
namespace {

struct Header {
  std::uint64_t kind;
  std::uint64_t length;
  std::uint64_t status;
};

// Text comes in pieces of this size at most: a length that is wrong can't make us take more memory
// than what was sent.
constexpr std::size_t kPiece = 1 << 20;

// A control message with room for one descriptor.
struct Control {
  alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(int))] = {};
};

void attach(msghdr& message, Control& control, int fd) {
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  cmsghdr* const row = CMSG_FIRSTHDR(&message);
  row->cmsg_level = SOL_SOCKET;
  row->cmsg_type = SCM_RIGHTS;
  row->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(row), &fd, sizeof fd);
}

UniqueFd attached_to(msghdr& message) {
  const cmsghdr* const row = CMSG_FIRSTHDR(&message);
  if (row == nullptr || row->cmsg_level != SOL_SOCKET || row->cmsg_type != SCM_RIGHTS) return {};
  int fd;
  std::memcpy(&fd, CMSG_DATA(row), sizeof fd);
  return UniqueFd(fd);
}

// Calls `act` until no signal has come between.
template <class Act>
ssize_t undisturbed(Act act) {
  ssize_t result;
  do {
    result = act();
  } while (result < 0 && errno == EINTR);
  return result;
}

// The descriptor goes with the first byte.
bool send_bytes(int socket, const void* bytes, std::size_t size, int descriptor = -1) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    iovec part{const_cast<char*>(at), size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    Control control;
    if (descriptor >= 0) attach(message, control, std::exchange(descriptor, -1));
    const ssize_t sent = undisturbed([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); });
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool receive_bytes(int socket, void* bytes, std::size_t size, UniqueFd& descriptor) {
  char* at = static_cast<char*>(bytes);
  while (size > 0) {
    iovec part{at, size};
    Control control;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    const ssize_t got = undisturbed([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); });
    if (got <= 0) return false;
    if (UniqueFd came = attached_to(message); came) descriptor = std::move(came);
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool receive_text(int socket, std::uint64_t length, std::string& text, UniqueFd& descriptor) {
  while (text.size() < length) {
    const std::size_t begin = text.size();
    text.resize(begin + static_cast<std::size_t>(std::min<std::uint64_t>(length - begin, kPiece)));
    if (!receive_bytes(socket, text.data() + begin, text.size() - begin, descriptor)) return false;
  }
  return true;
}

}  // namespace

std::pair<Channel, Channel> Channel::make_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::generic_category(), "no socket is to be had");
  }
  return {Channel(UniqueFd(ends[0])), Channel(UniqueFd(ends[1]))};
}

bool Channel::send(const Message& message) {
  const Header header{static_cast<std::uint64_t>(message.kind), message.text.size(),
                      message.status};
  return send_bytes(socket_.get(), &header, sizeof header, message.descriptor.get()) &&
         send_bytes(socket_.get(), message.text.data(), message.text.size());
}

std::optional<Message> Channel::receive() {
  Header header;
  Message message;
  if (!receive_bytes(socket_.get(), &header, sizeof header, message.descriptor)) return {};
  if (header.kind > static_cast<std::uint64_t>(MessageKind::failed)) return {};
  message.kind = static_cast<MessageKind>(header.kind);
  message.status = header.status;
  if (!receive_text(socket_.get(), header.length, message.text, message.descriptor)) return {};
  return message;
}

bool Channel::other_end_is_gone() const {
  pollfd waiting{socket_.get(), POLLRDHUP, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

}  // namespace ddireplay::tools
