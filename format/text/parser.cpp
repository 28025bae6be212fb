#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <span>
#include <streambuf>
#include <system_error>
#include <utility>
#include <vector>

#include "format/error.h"
#include "format/text/draft.h"
#include "format/text/event_lines.h"
#include "format/text/line.h"
#include "format/text/statements.h"
#include "format/text_form.h"
#include "format/trace_bytes.h"

namespace ddireplay::format {

namespace {

using namespace text;

// What `repeat` may multiply a text to, in lines and in characters. Enough for any test; a slip of
// the finger is told at once.
constexpr std::uint64_t kRepeatedLinesMax = 1'000'000;
constexpr std::uint64_t kRepeatedCharactersMax = 128 << 20;
constexpr unsigned kRepeatDepthMax = 8;

// Whatever is longer is no text.
constexpr std::size_t kLineCharactersMax = 16 << 20;

constexpr std::string_view kFirstWord = "ddireplay-text";

struct NumberedLine {
  std::size_t number = 0;
  std::string text;
  // Of a repeat in a block: how many lines it has, itself and its brace included. Known before it
  // is run: one that is run a million times isn't searched for its end each time.
  std::size_t block_lines = 0;
};

bool begins_with_word(std::string_view line, std::string_view word) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
  if (!line.starts_with(word)) return false;
  line.remove_prefix(word.size());
  return line.empty() || std::string_view(" \t\r#{").find(line.front()) != std::string_view::npos;
}

bool opens_block(const NumberedLine& line) { return begins_with_word(line.text, "repeat"); }
bool closes_block(const NumberedLine& line) { return begins_with_word(line.text, "}"); }

class Parser {
 public:
  explicit Parser(std::string path) : draft_(std::move(path)) {}

  // Throws Mistake, of the line at line_number(), and Error.
  void read(std::istream& text);
  std::size_t line_number() const { return line_number_; }

  std::vector<std::byte> take_bytes() { return draft_.writer().take_bytes(); }

 private:
  bool next_line(std::istream& text, NumberedLine& line);
  std::vector<NumberedLine> take_block(std::istream& text, const NumberedLine& first);
  void run(std::span<const NumberedLine> lines, unsigned depth);
  std::uint64_t read_repeat(const NumberedLine& line, unsigned depth) const;
  void count_repeated(std::size_t characters);
  void read_line(std::string_view text);
  void expect_whole() const;

  Draft draft_;
  EventLines events_;
  std::size_t line_number_ = 0;
  std::uint64_t repeated_lines_ = 0;
  std::uint64_t repeated_characters_ = 0;
  bool ended_ = false;
  bool has_line_break_ = false;  // the last line that was read
};

void Parser::read(std::istream& text) {
  NumberedLine line;
  while (next_line(text, line)) {
    if (opens_block(line)) {
      const auto block = take_block(text, line);
      line.number = block.back().number;
      run(block, 0);
    } else {
      read_line(line.text);
    }
  }
  expect_whole();
  draft_.finish();
}

// What was printed of a recording says which one, and has an end. What a person writes needs none.
void Parser::expect_whole() const {
  if (draft_.header.trace_id == 0 || (ended_ && has_line_break_)) return;
  throw Mistake{1,
                "the text of a recording (which has an id=) ends with an `end` line and its line "
                "break: this one was cut; get a whole copy, or convert the recording again"};
}

bool Parser::next_line(std::istream& text, NumberedLine& line) {
  line.text.clear();
  bool is_whole = false;
  while (!is_whole && !text.eof() && !text.bad()) {
    std::array<char, 4096> piece;
    text.getline(piece.data(), piece.size());
    // Where there is no end of the line, its part fills the array, or is the file's last line.
    is_whole = text.good();
    const auto taken = static_cast<std::size_t>(text.gcount());
    line.text.append(piece.data(), is_whole ? taken - 1 : taken);
    if (line.text.size() > kLineCharactersMax) {
      line_number_ = line.number + 1;
      throw Mistake{1, fmt::format("this line has more than {} characters", kLineCharactersMax)};
    }
    if (text.fail() && !text.eof() && !text.bad()) text.clear();
  }
  if (!is_whole && line.text.empty()) return false;
  has_line_break_ = is_whole;
  line_number_ = ++line.number;
  return true;
}

// The lines from `first`, which begins a repeat, up to the brace that closes it.
std::vector<NumberedLine> Parser::take_block(std::istream& text, const NumberedLine& first) {
  std::vector<NumberedLine> block = {first};
  NumberedLine line = first;
  for (std::vector<std::size_t> open = {0}; !open.empty();) {
    if (!next_line(text, line)) {
      line_number_ = first.number;
      throw Mistake{1, "this repeat is never closed by a } on a line of its own"};
    }
    if (opens_block(line)) open.push_back(block.size());
    block.push_back(line);
    if (closes_block(line)) {
      block[open.back()].block_lines = block.size() - open.back();
      open.pop_back();
      Words words(line.text);
      words.take("}");
      words.expect_end();
    }
  }
  return block;
}

// Lines in which every repeat is closed.
void Parser::run(std::span<const NumberedLine> lines, unsigned depth) {
  while (!lines.empty()) {
    line_number_ = lines.front().number;
    if (!opens_block(lines.front())) {
      count_repeated(lines.front().text.size());
      read_line(lines.front().text);
      lines = lines.subspan(1);
      continue;
    }
    const std::size_t end = lines.front().block_lines;
    for (auto count = read_repeat(lines.front(), depth); count > 0; --count) {
      count_repeated(lines.front().text.size());
      run(lines.subspan(1, end - 2), depth + 1);
    }
    lines = lines.subspan(end);
  }
}

std::uint64_t Parser::read_repeat(const NumberedLine& line, unsigned depth) const {
  Words words(line.text);
  const std::size_t column = words.column();
  words.take("repeat");
  const std::uint64_t count = to_number(words.take("how often"));
  if (!words.take_if("{")) throw Mistake{words.column(), "{ is expected"};
  words.expect_end();
  if (depth == kRepeatDepthMax) throw Mistake{column, "repeats stand too deep in each other"};
  return count;
}

void Parser::count_repeated(std::size_t characters) {
  if (++repeated_lines_ > kRepeatedLinesMax) {
    throw Mistake{1, fmt::format("repeats make more than {} lines", kRepeatedLinesMax)};
  }
  repeated_characters_ += characters;
  if (repeated_characters_ > kRepeatedCharactersMax) {
    throw Mistake{1, fmt::format("repeats make more than {} characters", kRepeatedCharactersMax)};
  }
}

void Parser::read_line(std::string_view text) {
  Words words(text);
  if (words.empty()) return;
  const Token first = words.peek();
  if (ended_) throw Mistake{first.column, "nothing can come behind the end line"};
  if (first.text == "}") {
    throw Mistake{first.column, "there is no repeat that this } could close"};
  }
  if (first.text == kFirstWord && line_number_ != 1) {
    throw Mistake{first.column, "this must be the first line"};
  }
  ended_ = first.text == "end";
  if (!read_statement(words, draft_)) events_.read(words, draft_);
  words.expect_end();
}

// A text that is in memory already, without a copy of it.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // never written to
    setg(begin, begin, begin + text.size());
  }
};

// Puts the place in front of what is wrong.
void parse(Parser& parser, std::istream& text, const std::string& name) {
  try {
    parser.read(text);
  } catch (const Mistake& mistake) {
    throw Error(
        fmt::format("{}:{}:{}: {}", name, parser.line_number(), mistake.column, mistake.what));
  }
  if (text.bad()) throw Error(name + ": can't be read to its end; get an undamaged copy");
}

// A first line that goes wrong behind its first word is a text with a mistake.
bool is_text_form(std::span<const std::byte> bytes) {
  return bytes.size() >= kFirstWord.size() &&
         std::memcmp(bytes.data(), kFirstWord.data(), kFirstWord.size()) == 0;
}

}  // namespace

void read_text(std::istream& text, const std::string& name, const std::string& path) {
  Parser parser(path);
  parse(parser, text, name);
}

TraceReader trace_from_text(std::string_view text, std::string name) {
  TextBuffer buffer(text);
  std::istream stream(&buffer);
  Parser parser("");
  parse(parser, stream, name);
  return TraceReader::from_bytes(parser.take_bytes(), std::move(name));
}

bool is_text_form(const std::string& path) {
  // Opening a pipe that nobody writes to would wait for ever.
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::array<char, kFirstWord.size()> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return is_text_form(std::as_bytes(std::span(start)));
}

TraceReader open_trace(const std::string& path) {
  const TraceBytes file = TraceBytes::map(path);
  const std::span<const std::byte> bytes = file.bytes();
  if (!is_text_form(bytes)) return TraceReader::open(path);
  return trace_from_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

}  // namespace ddireplay::format
