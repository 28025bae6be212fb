// The stack table and the memo in front of it on a simulated machine: threads and interrupts walk
// the same few stacks at the same time, and one place of the memo is fought for by all.
#include <array>
#include <catch2/catch.hpp>
#include <map>

#include "recorder/core/stack_memo.h"
#include "recorder/core/stack_table.h"
#include "tests/recorder/model/first_failure.h"
#include "tests/recorder/model/model_access.h"

namespace ddireplay::recorder {
namespace {

using model::first_failure;
using model::Flaw;
using model::Machine;
using model::ModelAccess;

constexpr unsigned kThreads = 3;
constexpr unsigned kWalks = 8;  // of each thread, besides those of interrupts
constexpr unsigned kStacks = 5;
constexpr unsigned kWords = 24;

// A piece of memory as a stack: some of its words are return addresses.
struct Stack {
  std::array<std::uint64_t, kWords> words = {};
  std::vector<platform::Frame> frames;
};

// Stacks 0 and 1 lie at the same address with the same call site, one after the other.
Stack stack_of(unsigned number, std::uint64_t* at) {
  Stack stack;
  const unsigned depth = 2 + number % 4;
  for (unsigned i = 0; i < depth; ++i) {
    const unsigned word = i * (2 + number % 3);
    stack.words[word] = i == 0 ? 0x1000 + number / 2 : 0x5000 + 16 * number + i;
    stack.frames.push_back(
        {stack.words[word], reinterpret_cast<std::uint64_t>(at) + word * sizeof(std::uint64_t)});
  }
  return stack;
}

template <Flaw flaw>
class Run {
 public:
  using Access = ModelAccess<flaw>;
  using Table = BasicStackTable<Access>;
  using Memo = BasicStackMemo<Access>;

  explicit Run(std::uint32_t seed, unsigned room = 64)
      : machine_(seed, 2, kThreads), entries_(room), frames_(512), index_(128), memo_entries_(1) {
    table_.attach(entries_, frames_, {index_.data(), index_.size()});
    memo_.attach({memo_entries_.data(), memo_entries_.size()});
    for (unsigned i = 0; i < kThreads; ++i) {
      machine_.add_thread([this] {
        for (unsigned walk = 0; walk < kWalks; ++walk) record();
      });
    }
    machine_.set_interrupt([this] {
      if (interrupts_left_-- > 0) record();
    });
  }

  // What is wrong; empty: nothing.
  std::string check() { return machine_.run() ? machine_.problem() : "it never ends"; }
  unsigned found() const { return found_; }
  std::uint64_t refused() const { return table_.refused(); }

 private:
  // As the recorder does it.
  void record() {
    std::array<std::uint64_t, kWords> memory;
    const unsigned number = machine_.draw(kStacks);
    const Stack stack = stack_of(number, memory.data());
    memory = stack.words;
    const auto pointer = reinterpret_cast<std::uint64_t>(memory.data());
    std::uint32_t id = memo_.find(pointer, table_);
    if (id != format::kNoStack) {
      ++found_;
    } else {
      id = table_.id_of(stack.frames);
      if (id == format::kNoStack) return;
      memo_.remember(pointer, stack.frames, id);
    }
    check_id(number, stack, id);
  }

  void check_id(unsigned number, const Stack& stack, std::uint32_t id) {
    if (ids_.try_emplace(number, id).first->second != id) {
      machine_.report("a stack has two ids");
    }
    bool same = table_.entry(id).depth == stack.frames.size();
    for (std::size_t i = 0; same && i < stack.frames.size(); ++i) {
      same = table_.frames_of(id)[i] == stack.frames[i].return_address;
    }
    if (!same) machine_.report("the id is another stack's");
  }

  Machine machine_;
  std::vector<format::StackEntry> entries_;
  std::vector<std::uint64_t> frames_;
  std::vector<typename Table::Number> index_;
  std::vector<typename Memo::StackMemoEntry> memo_entries_;
  Table table_;
  Memo memo_;
  std::map<unsigned, std::uint32_t> ids_;
  int interrupts_left_ = 12;
  unsigned found_ = 0;
};

TEST_CASE("whatever comes in between, a stack has one id, and it is its own", "[stack][model]") {
  unsigned found = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Run<Flaw::none> run(seed);
    INFO("seed " << seed);
    REQUIRE(run.check() == "");
    found += run.found();
  }
  // Otherwise the memo was never asked with success.
  CHECK(found > 1000);
}

TEST_CASE("a stack table that fills up refuses, and nothing else", "[stack][model]") {
  std::uint64_t refused = 0;
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    Run<Flaw::none> run(seed, 3);
    INFO("seed " << seed);
    REQUIRE(run.check() == "");
    refused += run.refused();
  }
  CHECK(refused > 100);
}

TEMPLATE_TEST_CASE_SIG("stacks over operations that do less than they should are found out",
                       "[stack][model]", ((Flaw flaw), flaw), Flaw::relaxed_store,
                       Flaw::relaxed_load, Flaw::torn_swap) {
  const auto check = [](std::uint32_t seed) { return Run<flaw>(seed).check(); };
  CHECK(first_failure(500, check).what != "");
}

}  // namespace
}  // namespace ddireplay::recorder
