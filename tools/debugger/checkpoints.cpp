#include "tools/debugger/checkpoints.h"

#include <utility>

namespace ddireplay::tools {

Checkpoints::Checkpoints(MakeRun make, std::uint64_t interval)
    : make_(std::move(make)), interval_(interval) {}

Checkpoints::~Checkpoints() { end(); }

void Checkpoints::end() {
  worker_.reset();
  const auto root = checkpoints_.begin();
  if (root == checkpoints_.end()) return;
  checkpoints_.erase(std::next(root), checkpoints_.end());
  root->second.end_and_wait();
  checkpoints_.clear();
}

std::string Checkpoints::ask(std::uint64_t position, std::string_view question) {
  while (true) {
    try {
      stand_at(position);
      return worker_->answer(question);
    } catch (const RunLost& lost) {
      drop_lost();
      if (lost.was_at_work()) throw;
    }
  }
}

void Checkpoints::stand_at(std::uint64_t position) {
  if (checkpoints_.empty()) checkpoints_.emplace(0, ForkedRun::start(make_));
  const auto nearest = std::prev(checkpoints_.upper_bound(position));
  if (!worker_ || worker_->position() > position || worker_->position() < nearest->first) {
    worker_.reset();
    worker_ = nearest->second.copy();
  }
  try {
    std::uint64_t next = (worker_->position() / interval_ + 1) * interval_;
    for (; next <= position; next += interval_) {
      worker_->advance_to(next);
      leave_checkpoint();
    }
    worker_->advance_to(position);
  } catch (const format::Error&) {
    worker_.reset();  // it stands nowhere
    throw;
  }
}

void Checkpoints::leave_checkpoint() {
  if (checkpoints_.contains(worker_->position())) return;
  try {
    checkpoints_.emplace(worker_->position(), worker_->copy()).first->second.rest();
  } catch (const format::Error&) {
    // Without it, coming back here takes longer. Who is lost is found out when it is needed.
  }
}

void Checkpoints::drop_lost() {
  if (worker_ && worker_->is_lost()) worker_.reset();
  if (!checkpoints_.empty() && checkpoints_.begin()->second.is_lost()) return end();
  std::erase_if(checkpoints_, [](const auto& row) { return row.second.is_lost(); });
}

std::vector<pid_t> Checkpoints::processes() const {
  std::vector<pid_t> processes;
  if (worker_) processes.push_back(worker_->process());
  for (const auto& [position, run] : checkpoints_) processes.push_back(run.process());
  return processes;
}

}  // namespace ddireplay::tools
