// The declarations of one schema file, in the order in which they stand there.
#pragma once

#include <capnp/schema.capnp.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace ddireplay::capnpc_flat {

struct Declaration {
  capnp::schema::Node::Reader node;
  std::string name;      // in the schema: Outer.Inner
  std::string cpp_name;  // in the header, where nothing nests: OuterInner
};

class SchemaFile {
 public:
  SchemaFile(capnp::schema::CodeGeneratorRequest::Reader request, uint64_t file_id);

  const std::vector<Declaration>& declarations() const { return declarations_; }

  // Null for what another file declares.
  const Declaration* find(uint64_t id) const;

 private:
  using NodesById = std::unordered_map<uint64_t, capnp::schema::Node::Reader>;

  void add_nested_of(const NodesById& nodes, capnp::schema::Node::Reader scope,
                     const Declaration& parent);

  std::vector<Declaration> declarations_;
  std::unordered_map<uint64_t, size_t> index_by_id_;
};

}  // namespace ddireplay::capnpc_flat
