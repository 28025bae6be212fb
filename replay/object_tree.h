// Objects of one fixed size that lie somewhere in the recorded machine's memory, by address: what
// timers, DPCs and their like have in common.
#pragma once

#include <boost/intrusive/set.hpp>
#include <cstdint>

#include "replay/object_pages.h"
#include "replay/slab.h"

namespace ddireplay::replay {

// T has a public `address` and is default-constructible.
template <class T>
class ObjectTree {
  using Hook =
      boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;

 public:
  struct Node : T, Hook {};

  explicit ObjectTree(std::uint64_t object_bytes) : object_bytes_(object_bytes) {}
  ObjectTree(const ObjectTree&) = delete;
  ObjectTree& operator=(const ObjectTree&) = delete;
  // Objects may own memory, which the slab knows nothing of.
  ~ObjectTree() {
    tree_.clear_and_dispose([this](Node* node) { slab_.recycle(node); });
  }

  // From now on `pages` counts the objects; it must outlive the tree. Called while there are none.
  void count_in(ObjectPages& pages) { pages_ = &pages; }

  std::uint64_t object_bytes() const { return object_bytes_; }

  Node* find(std::uint64_t address) {
    const auto found = tree_.find(address);
    return found == tree_.end() ? nullptr : &*found;
  }

  // The object there; made where there is none.
  Node& at(std::uint64_t address) {
    typename Tree::insert_commit_data place;
    const auto [found, is_new] = tree_.insert_check(address, place);
    if (!is_new) return *found;
    Node& node = *slab_.make();
    node.address = address;
    tree_.insert_commit(node, place);
    if (pages_ != nullptr) pages_->add(address, end_of(node));
    return node;
  }

  // Objects of which any byte lies in [begin, end), by address.
  template <class Visit>
  void for_each_in(std::uint64_t begin, std::uint64_t end, Visit visit) {
    if (tree_.empty() || begin >= end) return;
    for (auto it = first_reaching(begin); it != tree_.end() && it->address < end; ++it) visit(*it);
  }
  template <class Visit>
  void for_each(Visit visit) {
    for (Node& node : tree_) visit(node);
  }

  // Erases those in [begin, end) for which `erase` is true; it is called once for each.
  template <class Predicate>
  void erase_in(std::uint64_t begin, std::uint64_t end, Predicate erase) {
    if (tree_.empty() || begin >= end) return;
    for (auto it = first_reaching(begin); it != tree_.end() && it->address < end;) {
      Node& node = *it++;
      if (!erase(node)) continue;
      if (pages_ != nullptr) pages_->remove(node.address, end_of(node));
      tree_.erase(tree_.iterator_to(node));
      slab_.recycle(&node);
    }
  }

 private:
  struct AddressOf {
    using type = std::uint64_t;
    type operator()(const Node& node) const { return node.address; }
  };
  using Tree = boost::intrusive::set<Node, boost::intrusive::base_hook<Hook>,
                                     boost::intrusive::key_of_value<AddressOf>>;

  // An address near the end of memory is nobody's real one, but it may stand in a trace.
  std::uint64_t end_of(const Node& node) const {
    const std::uint64_t room = ~node.address;
    return node.address + (room < object_bytes_ ? room : object_bytes_);
  }
  typename Tree::iterator first_reaching(std::uint64_t begin) {
    const std::uint64_t reach = object_bytes_ - 1;
    return tree_.lower_bound(begin > reach ? begin - reach : 0);
  }

  const std::uint64_t object_bytes_;
  ObjectPages* pages_ = nullptr;
  Slab<Node> slab_;
  Tree tree_;
};

}  // namespace ddireplay::replay
