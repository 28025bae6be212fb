#include "replay/mdl_model.h"

#include <algorithm>
#include <unordered_map>

#include "replay/object_tree.h"

namespace ddireplay::replay {

namespace {

constexpr std::uint64_t kPageBytes = 4096;

std::uint64_t pages_of(const Step& step) {
  return (step[Operand::extra] % kPageBytes + step[Operand::length] + kPageBytes - 1) / kPageBytes;
}

}  // namespace

struct MdlModel::State {
  ObjectTree<Mdl> mdls;
  std::unordered_multimap<std::uint64_t, std::uint64_t> of_irp;  // MDLs allocated for a request

  void allocate(const Step& step);
  void lock(const Step& step);
  void map(const Step& step);
  void unmap(const Step& step);
  void unlock(std::uint64_t address);
  void build(std::uint64_t address);
  void give_with_request(const Step& step);
  void erase(std::uint64_t address);
};

void MdlModel::State::allocate(const Step& step) {
  const std::uint64_t address = step[Operand::address];
  erase(address);
  if (address == 0) return;
  Mdl& mdl = mdls.at(address);
  mdl.described = step[Operand::described];
  mdl.driver = step.driver;
  mdl.allocated = step.moment();
  if (step[Operand::irp] != 0) of_irp.emplace(step[Operand::irp], address);
}

void MdlModel::State::lock(const Step& step) {
  if (step.event->raised()) return;
  Mdl& mdl = mdls.at(step[Operand::address]);
  mdl.locked = mdl.resident = true;
  mdl.locked_at = step.moment();
  mdl.pages = pages_of(step);
  mdl.driver = step.driver;
}

void MdlModel::State::map(const Step& step) {
  const std::uint64_t mapped_at = step[Operand::result];
  if (mapped_at == 0) return;
  Mdl& mdl = mdls.at(step[Operand::address]);
  const MdlMapping mapping = {mapped_at, step[Operand::described], step[Operand::process],
                              step.moment()};
  mdl.driver = step.driver;
  if (step[Operand::mode] == 0) {
    mdl.system = mapping;
    return;
  }
  mdl.had_user_mapping = true;
  mdl.user.push_back(mapping);
}

void MdlModel::State::unmap(const Step& step) {
  Mdl* mdl = mdls.find(step[Operand::address]);
  if (mdl == nullptr) return;
  const std::uint64_t at = step[Operand::object];
  const std::uint64_t process = step[Operand::process];
  const auto open = std::find_if(mdl->user.begin(), mdl->user.end(), [&](const MdlMapping& one) {
    const bool same_process = one.process == 0 || process == 0 || one.process == process;
    return one.address == at && same_process;
  });
  if (open != mdl->user.end()) {
    mdl->user.erase(open);
  } else {
    mdl->system = {};
  }
}

// It unmaps as well, but only from system space.
void MdlModel::State::unlock(std::uint64_t address) {
  if (Mdl* mdl = mdls.find(address)) {
    mdl->locked = false;
    mdl->system = {};
  }
}

// It has page numbers from now on that nobody is to unlock.
void MdlModel::State::build(std::uint64_t address) {
  if (Mdl* mdl = mdls.find(address)) {
    mdl->locked = false;
    mdl->resident = true;
    mdl->system = {};
  }
}

// Whoever completes the request unlocks the MDLs that it carries.
void MdlModel::State::give_with_request(const Step& step) {
  if (step[Operand::mdl] != 0) unlock(step[Operand::mdl]);
  if (of_irp.empty()) return;
  const auto [begin, end] = of_irp.equal_range(step[Operand::irp]);
  for (auto it = begin; it != end; ++it) unlock(it->second);
  of_irp.erase(begin, end);
}

void MdlModel::State::erase(std::uint64_t address) {
  mdls.erase_in(address, address + 1, [&](const Mdl& mdl) { return mdl.address == address; });
}

MdlModel::MdlModel(unsigned pointer_bytes)
    : state_(new State{.mdls = ObjectTree<Mdl>(pointer_bytes == 4 ? 0x1c : 0x30), .of_irp = {}}) {}
MdlModel::~MdlModel() = default;

std::span<const Op> MdlModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {mdl_allocate, mdl_free,     mdl_lock,    mdl_unlock,
                                       mdl_map,      mdl_unmap,    mdl_build,   mdl_partial,
                                       irp_call,     irp_complete, image_unload};
  return kOperations;
}

void MdlModel::apply(const Step& step) {
  const std::uint64_t address = step[Operand::address];
  switch (step.op) {
    case Op::mdl_allocate:
      return state_->allocate(step);
    case Op::mdl_free:
      return state_->erase(address);
    case Op::mdl_build:
    case Op::mdl_partial:
      return state_->build(address);
    case Op::mdl_lock:
      return state_->lock(step);
    case Op::mdl_unlock:
      state_->unlock(address);
      if (Mdl* mdl = state_->mdls.find(address)) mdl->resident = false;
      return;
    case Op::mdl_map:
      return state_->map(step);
    case Op::mdl_unmap:
      return state_->unmap(step);
    case Op::irp_call:
    case Op::irp_complete:
      return state_->give_with_request(step);
    case Op::image_unload:
      return state_->mdls.erase_in(0, ~std::uint64_t{0},
                                   [&](const Mdl& mdl) { return mdl.driver == step.driver; });
    default:
      return;
  }
}

void MdlModel::forget(std::uint64_t begin, std::uint64_t end) {
  state_->mdls.erase_in(begin, end, [](const Mdl&) { return true; });
}

void MdlModel::count_objects_in(ObjectPages& pages) { state_->mdls.count_in(pages); }

const Mdl* MdlModel::find(std::uint64_t address) const { return state_->mdls.find(address); }

std::uint64_t MdlModel::object_bytes() const { return state_->mdls.object_bytes(); }

void MdlModel::for_each_in(std::uint64_t begin, std::uint64_t end,
                           FunctionRef<void(const Mdl&)> visit) const {
  state_->mdls.for_each_in(begin, end, visit);
}

void MdlModel::for_each(FunctionRef<void(const Mdl&)> visit) const { state_->mdls.for_each(visit); }

}  // namespace ddireplay::replay
