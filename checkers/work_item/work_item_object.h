// A work item, as findings tell it.
#pragma once

#include "checkers/biography.h"

namespace ddireplay::checkers {

// With the call that made it, the last one that queued it, and the start of its routine if that
// runs.
inline replay::FindingObject object_of(const replay::WorkItem& item) {
  replay::FindingObject object{
      .kind = "work item", .address = item.address, .size = item.bytes, .tag = 0, .biography = {}};
  add_entry(object, replay::Role::initialised, item.initialised);
  const bool started_first = item.running && item.started.position < item.queued_at.position;
  if (started_first) add_entry(object, replay::Role::running, item.started);
  add_entry(object, replay::Role::queued, item.queued_at);
  if (item.running && !started_first) add_entry(object, replay::Role::running, item.started);
  return object;
}

}  // namespace ddireplay::checkers
