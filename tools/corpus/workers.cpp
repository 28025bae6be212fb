#include "tools/corpus/workers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace ddireplay::tools::corpus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kFirstLook = std::chrono::seconds(1);
constexpr auto kNextLook = std::chrono::milliseconds(200);

class Bar {
 public:
  Bar(std::string title, std::size_t total) : title_(std::move(title)), total_(total) {}
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;
  // What is printed next begins on an empty line.
  ~Bar() {
    if (drawn_) std::fputs("\r\033[K", stderr);
  }

  void draw(std::size_t done) {
    constexpr std::size_t kWidth = 40;
    const std::size_t filled = total_ == 0 ? kWidth : done * kWidth / total_;
    const std::string text = fmt::format("\r{} [{}{}] {} of {}", title_, std::string(filled, '#'),
                                         std::string(kWidth - filled, ' '), done, total_);
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
  }

 private:
  std::string title_;
  std::size_t total_;
  bool drawn_ = false;
};

class Pool {
 public:
  Pool(std::span<const std::size_t> order, const std::function<void(std::size_t)>& work)
      : order_(order), work_(work) {}

  void run(unsigned threads, const std::string& title) {
    const bool is_watched = ::isatty(STDERR_FILENO) == 1;
    {
      // They are joined whatever happens.
      std::vector<std::jthread> workers;
      running_ = threads;
      for (unsigned i = 0; i < threads; ++i) workers.emplace_back([this] { drain(); });
      if (is_watched) watch(title);
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void drain() {
    for (std::size_t i = next_++; i < order_.size(); i = next_++) {
      try {
        work_(order_[i]);
      } catch (...) {
        const std::scoped_lock lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        next_ = order_.size();
      }
      ++done_;
    }
    const std::scoped_lock lock(mutex_);
    if (--running_ == 0) all_ended_.notify_all();
  }

  void watch(const std::string& title) {
    Bar bar(title, order_.size());
    std::unique_lock lock(mutex_);
    const auto ended = [this] { return running_ == 0; };
    for (Clock::duration pause = kFirstLook; !all_ended_.wait_for(lock, pause, ended);
         pause = kNextLook) {
      bar.draw(done_);
    }
  }

  const std::span<const std::size_t> order_;
  const std::function<void(std::size_t)>& work_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> done_ = 0;

  std::mutex mutex_;  // guards what follows
  std::condition_variable all_ended_;
  unsigned running_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

unsigned usable_cores() { return std::max(std::thread::hardware_concurrency(), 1u); }

void on_all_cores(std::span<const std::size_t> order, unsigned threads, const std::string& title,
                  const std::function<void(std::size_t)>& work) {
  const auto useful =
      static_cast<unsigned>(std::clamp<std::size_t>(order.size(), 1, std::max(threads, 1u)));
  Pool(order, work).run(useful, title);
}

}  // namespace ddireplay::tools::corpus
