#include "replay/model.h"

namespace ddireplay::replay {

Model::~Model() = default;

void Model::forget(std::uint64_t, std::uint64_t) {}

void Model::count_objects_in(ObjectPages&) {}

void Model::lose_track() {}

}  // namespace ddireplay::replay
