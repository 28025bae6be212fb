#include "format/chunk_pipeline.h"

#include <new>
#include <system_error>
#include <utility>

namespace ddireplay::format {

namespace {

constexpr std::size_t kAheadPerWorker = 2;

}  // namespace

ChunkPipeline::ChunkPipeline(const TraceBytes& file, std::vector<const ChunkInfo*> plan,
                             unsigned workers)
    : file_(file),
      plan_(std::move(plan)),
      ahead_max_(workers * kAheadPerWorker),
      worker_decoders_(workers) {
  workers_.reserve(workers);
  try {
    for (ChunkDecoder& decoder : worker_decoders_) {
      workers_.emplace_back([this, &decoder] { work(decoder); });
    }
  } catch (const std::system_error&) {
    // No more threads are to be had: those that there are, if any, do the work.
  } catch (const std::bad_alloc&) {
    // As above.
  }
}

ChunkPipeline::~ChunkPipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  may_start_changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

bool ChunkPipeline::may_start() const {
  return next_to_start_ < plan_.size() && next_to_start_ < next_to_take_ + ahead_max_;
}

void ChunkPipeline::work(ChunkDecoder& decoder) {
  std::unique_lock lock(mutex_);
  while (true) {
    may_start_changed_.wait(lock, [this] { return stopping_ || may_start(); });
    if (stopping_) return;
    try {
      started_.emplace_back();
    } catch (const std::bad_alloc&) {
      return;  // who takes decodes what nobody has started, and says so if memory ends there, too
    }
    const std::size_t at = next_to_start_++;
    lock.unlock();
    Job job = decode(at, decoder);
    lock.lock();
    // Jobs are taken in order, so this one is still there.
    started_[at - next_to_take_] = std::move(job);
    job_done_.notify_one();
  }
}

ChunkPipeline::Job ChunkPipeline::decode(std::size_t at, ChunkDecoder& decoder) {
  Job job;
  job.done = true;
  try {
    job.chunk = spare_chunk();
    decoder.decode(file_.bytes(), *plan_[at], *job.chunk);
    // A trace may be larger than memory; what is read once need not fill it.
    const ChunkInfo& info = *plan_[at];
    file_.set_down(
        file_.bytes().subspan(info.offset, sizeof(ChunkHeader) + info.header.payload_bytes));
  } catch (...) {
    job.failure = std::current_exception();
  }
  return job;
}

std::unique_ptr<DecodedChunk> ChunkPipeline::spare_chunk() {
  {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      auto chunk = std::move(spare_.back());
      spare_.pop_back();
      return chunk;
    }
  }
  return std::make_unique<DecodedChunk>();
}

std::unique_ptr<DecodedChunk> ChunkPipeline::take() {
  Job job;
  std::unique_lock lock(mutex_);
  if (next_to_start_ == next_to_take_) {
    const std::size_t at = next_to_start_++;
    ++next_to_take_;
    lock.unlock();
    may_start_changed_.notify_all();
    job = decode(at, own_decoder());
  } else {
    job_done_.wait(lock, [this] { return started_.front().done; });
    job = std::move(started_.front());
    started_.pop_front();
    ++next_to_take_;
    lock.unlock();
    may_start_changed_.notify_one();
  }
  if (job.failure) std::rethrow_exception(job.failure);
  return std::move(job.chunk);
}

void ChunkPipeline::decode_again(const ChunkInfo& info, DecodedChunk& chunk) {
  own_decoder().decode(file_.bytes(), info, chunk);
}

ChunkDecoder& ChunkPipeline::own_decoder() {
  if (!own_decoder_) own_decoder_.emplace();
  return *own_decoder_;
}

void ChunkPipeline::drop_spare() {
  own_decoder_.reset();
  const std::lock_guard lock(mutex_);
  spare_.clear();
}

void ChunkPipeline::give_back(std::unique_ptr<DecodedChunk> chunk) {
  const std::lock_guard lock(mutex_);
  if (spare_.size() <= ahead_max_) spare_.push_back(std::move(chunk));
}

}  // namespace ddireplay::format
