#include "replay/pool_model.h"

#include <algorithm>
#include <boost/intrusive/set.hpp>
#include <iterator>
#include <utility>
#include <vector>

#include "replay/block_map.h"
#include "replay/hash_index.h"
#include "replay/slab.h"
#include "replay/tombstones.h"

namespace ddireplay::replay {

namespace {

namespace intrusive = boost::intrusive;

// Blocks of more than a page would need more than two pages of the start map to be found.
constexpr std::uint64_t kLargeBytes = kPageBytes;
// How far into a new block stale ones are looked for.
constexpr std::uint64_t kStaleSearchBytes = 16 * kPageBytes;

constexpr std::string_view kKindNames[] = {
    "pool", "mdl", "work item", "string", "contiguous memory", "received",
};
static_assert(std::size(kKindNames) == static_cast<std::size_t>(BlockKind::received) + 1);

struct ByPlace;    // hash: all blocks by granule
struct ByIrp;      // hash: MDLs of a request
struct ByAddress;  // tree: large blocks

template <class Tag>
using TreeHook =
    intrusive::set_base_hook<intrusive::tag<Tag>, intrusive::link_mode<intrusive::normal_link>>;

// What a look-up touches comes first: hook and address share a cache line.
struct Node : HashHook<ByPlace>, PoolBlock, HashHook<ByIrp>, TreeHook<ByAddress> {
  Node() {}  // without it, its memory would be cleared before its members are set

  bool is_large() const { return extent > kLargeBytes; }
  std::uint64_t first_granule() const { return granule_of(address); }
  // A block of no bytes takes its place all the same.
  std::uint64_t last_granule() const {
    return granule_of(address + (extent == 0 ? 0 : extent - 1));
  }
};

struct GranuleOf {
  using type = std::uint64_t;
  type operator()(const Node& node) const { return granule_of(node.address); }
};
struct IrpOf {
  using type = std::uint64_t;
  type operator()(const Node& node) const { return node.irp; }
};
struct AddressOf {
  using type = std::uint64_t;
  type operator()(const Node& node) const { return node.address; }
};

using NodeTree = intrusive::multiset<Node, intrusive::base_hook<TreeHook<ByAddress>>,
                                     intrusive::key_of_value<AddressOf>>;

struct DriverBlocks {
  PoolStatistics statistics;
  Moment last_unseen_source;
};

inline void count_allocation(PoolStatistics& statistics, const PoolBlock& block) {
  PoolStatistics::Current& current = block.paged() ? statistics.paged : statistics.nonpaged;
  current.count += 1;
  current.bytes += block.charged;
  current.peak_count = std::max(current.peak_count, current.count);
  current.peak_bytes = std::max(current.peak_bytes, current.bytes);
}

void count_free(PoolStatistics& statistics, const PoolBlock& block) {
  PoolStatistics::Current& current = block.paged() ? statistics.paged : statistics.nonpaged;
  current.count -= 1;
  current.bytes -= block.charged;
}

}  // namespace

std::string_view block_kind_name(BlockKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

struct PoolModel::State {
  Slab<Node> slab;
  HashIndex<Node, ByPlace, GranuleOf> live;
  HashIndex<Node, ByIrp, IrpOf> by_irp;
  NodeTree large;
  Tombstones tombstones;
  BlockMap map;  // of small blocks
  // Every block so far began with a granule: none shares one with another.
  bool all_aligned = true;
  std::vector<DriverBlocks> drivers;  // by module
  DriverBlocks of_nobody;
  PoolStatistics total;

  ~State() { large.clear(); }
  DriverBlocks& of(format::ModuleId driver);
  const DriverBlocks* find_driver(format::ModuleId driver) const;

  Node* find_live(std::uint64_t address);
  Node* containing(std::uint64_t address);
  Node* containing_small(std::uint64_t address);
  Node* containing_large(std::uint64_t address);

  void allocate(const Step& step, BlockKind kind);
  void count_attempt(const Step& step);
  void add(Node& node);
  void drop_stale(const Node& fresh);
  void drop(Node* stale);
  void drop_starts_within(std::uint64_t begin, std::uint64_t end);
  void free(const Step& step);
  void bury(Node& node, const Moment& freed);
  void unlink(Node& node);
  void restore_start(std::uint64_t granule);
  std::vector<Node*> owned_by(format::ModuleId driver) const;
  void disown(Node& node);
  void give_with_request(const Step& step);
  void free_with_request(const Step& step);
};

DriverBlocks& PoolModel::State::of(format::ModuleId driver) {
  if (driver == format::kNoModuleId) return of_nobody;
  if (driver >= drivers.size()) drivers.resize(driver + std::size_t{1});
  return drivers[driver];
}

const DriverBlocks* PoolModel::State::find_driver(format::ModuleId driver) const {
  if (driver == format::kNoModuleId) return &of_nobody;
  return driver < drivers.size() ? &drivers[driver] : nullptr;
}

Node* PoolModel::State::find_live(std::uint64_t address) {
  return live.find_if(granule_of(address),
                      [&](const Node& node) { return node.address == address; });
}

Node* PoolModel::State::containing(std::uint64_t address) {
  Node* node = containing_small(address);
  return node != nullptr ? node : containing_large(address);
}

// A small block that contains an address starts in the same page or in the one before.
Node* PoolModel::State::containing_small(std::uint64_t address) {
  const std::uint64_t page = address / kPageBytes;
  std::uint64_t last = granule_of(address);
  for (const std::uint64_t back : {0, 1}) {
    if (page < back) break;
    const std::uint64_t first = granule_of((page - back) * kPageBytes);
    for (std::uint64_t start; (start = map.last_start_in_page(first, last)) != BlockMap::kNone;) {
      Node* node = live.find_if(start, [&](const Node& one) { return one.contains(address); });
      if (node != nullptr) return node;
      // Only in the address's own granule may a block start behind it.
      if (start != granule_of(address)) return nullptr;
      if (start == first) break;
      last = start - 1;
    }
    last = first - 1;
  }
  return nullptr;
}

Node* PoolModel::State::containing_large(std::uint64_t address) {
  auto after = large.upper_bound(address);
  if (after == large.begin()) return nullptr;
  Node& node = *--after;
  return node.contains(address) ? &node : nullptr;
}

void PoolModel::State::count_attempt(const Step& step) {
  const std::uint64_t succeeded = step[Operand::address] != 0 ? 1 : 0;
  const std::uint64_t without_tag = step[Operand::tag] == 0 ? 1 : 0;
  for (PoolStatistics* statistics : {&total, &of(step.driver).statistics}) {
    ++statistics->attempted;
    statistics->succeeded += succeeded;
    statistics->failed += 1 - succeeded;
    statistics->without_tag += without_tag;
  }
}

void PoolModel::State::allocate(const Step& step, BlockKind kind) {
  const bool owned = kind != BlockKind::received;
  if (owned) count_attempt(step);
  if (step[Operand::address] == 0) return;

  Node& node = *slab.make();
  node.address = step[Operand::address];
  node.size = step[Operand::size];
  node.extent = step.extent();
  node.charged = step[Operand::charged] != 0 ? step[Operand::charged] : node.size;
  node.irp = step[Operand::irp];
  node.type = static_cast<std::uint32_t>(step[Operand::type]);
  node.tag = static_cast<std::uint32_t>(step[Operand::tag]);
  node.kind = kind;
  node.owned = owned;
  node.driver = step.driver;
  node.allocated = step.moment();
  drop_stale(node);
  add(node);
}

void PoolModel::State::add(Node& node) {
  live.insert(node);
  if (node.is_large()) {
    large.insert(node);
  } else {
    map.add(node.first_granule(), node.last_granule());
  }
  if (node.address % kGranuleBytes != 0) all_aligned = false;
  if (node.irp != 0) by_irp.insert(node);
  if (!node.owned) return;
  count_allocation(of(node.driver).statistics, node);
  count_allocation(total, node);
}

void PoolModel::State::drop_stale(const Node& fresh) {
  const bool is_seen_by_map = all_aligned && fresh.address % kGranuleBytes == 0;
  if (is_seen_by_map && !fresh.is_large() && large.empty() &&
      !map.any_taken(fresh.first_granule(), fresh.last_granule())) {
    return;
  }
  drop(find_live(fresh.address));
  drop(containing(fresh.address));
  drop_starts_within(fresh.address, fresh.address + std::min(fresh.extent, kStaleSearchBytes));
}

// The block was freed unseen.
void PoolModel::State::drop(Node* stale) {
  if (stale == nullptr) return;
  tombstones.add(*stale, Moment{});
  unlink(*stale);
  slab.recycle(stale);
}

void PoolModel::State::drop_starts_within(std::uint64_t begin, std::uint64_t end) {
  for (std::uint64_t page_end = end; page_end > begin;) {
    const std::uint64_t page_begin = std::max(begin, (page_end - 1) / kPageBytes * kPageBytes);
    std::uint64_t last = granule_of(page_end - 1);
    const std::uint64_t first = granule_of(page_begin);
    for (std::uint64_t start; (start = map.last_start_in_page(first, last)) != BlockMap::kNone;) {
      const auto is_within = [&](const Node& node) {
        return node.address >= begin && node.address < end && !node.is_large();
      };
      while (Node* stale = live.find_if(start, is_within)) drop(stale);
      if (start == first) break;
      last = start - 1;
    }
    page_end = page_begin;
  }
}

void PoolModel::State::free(const Step& step) {
  // Blocks that find() has given are nodes.
  const Node* known = static_cast<const Node*>(step.block);
  Node* const node =
      known != nullptr ? const_cast<Node*>(known) : find_live(step[Operand::address]);
  if (node != nullptr) bury(*node, step.moment());
}

void PoolModel::State::bury(Node& node, const Moment& freed) {
  // It is copied first: see Step::moment_.
  tombstones.add(node, freed);
  unlink(node);
  slab.recycle(&node);
}

void PoolModel::State::unlink(Node& node) {
  disown(node);
  live.erase(node);
  if (node.irp != 0) by_irp.erase(node);
  if (node.is_large()) {
    large.erase(large.iterator_to(node));
    return;
  }
  map.remove(node.first_granule(), node.last_granule());
  if (!all_aligned) restore_start(node.first_granule());
}

// Another block may start in the granule of one that went.
void PoolModel::State::restore_start(std::uint64_t granule) {
  const auto is_small = [](const Node& node) { return !node.is_large(); };
  if (live.find_if(granule, is_small) != nullptr) map.restore_start(granule);
}

void PoolModel::State::disown(Node& node) {
  if (!node.owned) return;
  node.owned = false;
  count_free(of(node.driver).statistics, node);
  count_free(total, node);
}

// Newest first. It is asked for seldom, and blocks come and go by the million: they are put in
// order only here.
std::vector<Node*> PoolModel::State::owned_by(format::ModuleId driver) const {
  std::vector<Node*> nodes;
  live.for_each([&](Node& node) {
    if (node.owned && node.driver == driver) nodes.push_back(&node);
  });
  std::sort(nodes.begin(), nodes.end(), [](const Node* left, const Node* right) {
    const auto order = [](const Node& node) {
      return std::pair(node.allocated.position, node.address);
    };
    return order(*left) > order(*right);
  });
  return nodes;
}

// Whoever completes the request frees the MDLs that it carries; the driver itself may, too.
void PoolModel::State::give_with_request(const Step& step) {
  of(step.driver).last_unseen_source = step.moment();
  if (Node* carried = find_live(step[Operand::mdl])) {
    if (carried->kind == BlockKind::mdl) disown(*carried);
  }
  const auto is_owned = [](const Node& node) { return node.owned; };
  while (Node* mdl = by_irp.find_if(step[Operand::irp], is_owned)) disown(*mdl);
}

// The system frees a completed request's MDLs, and the block that answers a query.
void PoolModel::State::free_with_request(const Step& step) {
  const Moment now = step.moment();
  if (Node* carried = find_live(step[Operand::mdl])) {
    if (carried->kind == BlockKind::mdl) bury(*carried, now);
  }
  while (Node* mdl = by_irp.find(step[Operand::irp])) bury(*mdl, now);
  if (Node* answer = find_live(step[Operand::information])) bury(*answer, now);
}

PoolModel::PoolModel() : state_(std::make_unique<State>()) {}
PoolModel::~PoolModel() = default;

std::span<const Op> PoolModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {
      pool_allocate,     pool_free,           pool_receive,    pool_source,  string_allocate,
      string_free,       contiguous_allocate, contiguous_free, mdl_allocate, mdl_free,
      workitem_allocate, workitem_free,       irp_call,        irp_complete, image_load};
  return kOperations;
}

void PoolModel::apply(const Step& step) {
  State& state = *state_;
  switch (step.op) {
    case Op::pool_allocate:
      return state.allocate(step, BlockKind::pool);
    case Op::mdl_allocate:
      return state.allocate(step, BlockKind::mdl);
    case Op::workitem_allocate:
      return state.allocate(step, BlockKind::work_item);
    case Op::string_allocate:
      return state.allocate(step, BlockKind::string);
    case Op::contiguous_allocate:
      return state.allocate(step, BlockKind::contiguous);
    case Op::pool_receive:
      return state.allocate(step, BlockKind::received);
    case Op::pool_free:
    case Op::mdl_free:
    case Op::workitem_free:
    case Op::string_free:
    case Op::contiguous_free:
      return state.free(step);
    case Op::pool_source:
      state.of(step.driver).last_unseen_source = step.moment();
      return;
    case Op::irp_call:
      return state.give_with_request(step);
    case Op::irp_complete:
      return state.free_with_request(step);
    case Op::image_load:
      for (Node* left_over : state.owned_by(step.driver)) state.disown(*left_over);
      return;
    default:
      return;
  }
}

const PoolBlock* PoolModel::find(std::uint64_t address) const { return state_->find_live(address); }

const PoolBlock* PoolModel::containing(std::uint64_t address) const {
  return state_->containing(address);
}

const PoolBlock* PoolModel::tombstone(std::uint64_t address) const {
  // What is allocated anew has been freed, and lives.
  return state_->find_live(address) != nullptr ? nullptr : state_->tombstones.find(address);
}

void PoolModel::for_each_of(format::ModuleId driver,
                            FunctionRef<void(const PoolBlock&)> visit) const {
  for (const Node* node : state_->owned_by(driver)) visit(*node);
}

Moment PoolModel::last_unseen_source(format::ModuleId driver) const {
  const DriverBlocks* blocks = state_->find_driver(driver);
  return blocks == nullptr ? Moment{} : blocks->last_unseen_source;
}

const PoolStatistics& PoolModel::statistics(format::ModuleId driver) const {
  static const PoolStatistics kNone;
  const DriverBlocks* blocks = state_->find_driver(driver);
  return blocks == nullptr ? kNone : blocks->statistics;
}

const PoolStatistics& PoolModel::total() const { return state_->total; }

std::uint64_t PoolModel::live_count() const { return state_->live.size(); }

}  // namespace ddireplay::replay
