// Decodes chunks in a planned order, ahead of the one who takes them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "format/chunk_decoder.h"
#include "format/trace_bytes.h"
#include "format/trace_reader.h"

namespace ddireplay::format {

class ChunkPipeline {
 public:
  // `file` and what `plan` points to must outlive the pipeline; nobody may change the headers in
  // `plan` meanwhile. `workers` may be 0: then take() decodes.
  ChunkPipeline(const TraceBytes& file, std::vector<const ChunkInfo*> plan, unsigned workers);
  ChunkPipeline(const ChunkPipeline&) = delete;
  ChunkPipeline& operator=(const ChunkPipeline&) = delete;
  ~ChunkPipeline();

  // The plan's next chunk, decoded. Not to be called more often than the plan is long. One caller.
  std::unique_ptr<DecodedChunk> take();

  // Decodes into `chunk`, to the same places, what was decoded into it before. By who takes.
  void decode_again(const ChunkInfo& info, DecodedChunk& chunk);
  // Lets go of memory that is kept to be used again. By who takes.
  void drop_spare();

  // Memory of a chunk that isn't needed any more, to be used again.
  void give_back(std::unique_ptr<DecodedChunk> chunk);

 private:
  struct Job {
    std::unique_ptr<DecodedChunk> chunk;
    std::exception_ptr failure;
    bool done = false;
  };

  void work(ChunkDecoder& decoder);
  bool may_start() const;
  Job decode(std::size_t at, ChunkDecoder& decoder);
  std::unique_ptr<DecodedChunk> spare_chunk();
  ChunkDecoder& own_decoder();

  const TraceBytes& file_;
  const std::vector<const ChunkInfo*> plan_;
  const std::size_t ahead_max_;  // chunks that may be started before they are taken

  std::mutex mutex_;  // guards everything below, up to the threads
  std::condition_variable may_start_changed_;
  std::condition_variable job_done_;
  std::size_t next_to_start_ = 0;
  std::size_t next_to_take_ = 0;
  std::deque<Job> started_;  // from next_to_take_ on
  std::vector<std::unique_ptr<DecodedChunk>> spare_;
  bool stopping_ = false;

  std::optional<ChunkDecoder> own_decoder_;  // of whoever takes; made when it is needed
  std::deque<ChunkDecoder> worker_decoders_;
  std::vector<std::thread> workers_;
};

}  // namespace ddireplay::format
