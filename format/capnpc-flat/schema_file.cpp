#include "format/capnpc-flat/schema_file.h"

namespace ddireplay::capnpc_flat {

using capnp::schema::CodeGeneratorRequest;
using capnp::schema::Node;

SchemaFile::SchemaFile(CodeGeneratorRequest::Reader request, uint64_t file_id) {
  NodesById nodes;
  for (Node::Reader node : request.getNodes()) nodes.emplace(node.getId(), node);
  add_nested_of(nodes, nodes.at(file_id), Declaration{});
}

void SchemaFile::add_nested_of(const NodesById& nodes, Node::Reader scope,
                               const Declaration& parent) {
  for (Node::NestedNode::Reader nested : scope.getNestedNodes()) {
    auto found = nodes.find(nested.getId());
    if (found == nodes.end()) continue;  // an alias made by `using`: not a declaration of its own
    std::string name = nested.getName().cStr();
    Declaration declaration{found->second, parent.name.empty() ? name : parent.name + "." + name,
                            parent.cpp_name + name};
    index_by_id_.emplace(nested.getId(), declarations_.size());
    declarations_.push_back(declaration);
    add_nested_of(nodes, declaration.node, declaration);
  }
}

const Declaration* SchemaFile::find(uint64_t id) const {
  auto found = index_by_id_.find(id);
  return found == index_by_id_.end() ? nullptr : &declarations_[found->second];
}

}  // namespace ddireplay::capnpc_flat
