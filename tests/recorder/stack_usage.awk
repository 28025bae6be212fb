# The deepest call chain below each root, from the call graphs that GCC writes with
# -fcallgraph-info=su. See stack_usage.sh.
#
# -v roots="NAME ..."            where chains begin
# -v assembly="NAME=BYTES ..."   routines that GCC doesn't see, with their frames
# -v outside="NAME ..."          the kernel's: what they take is not ours
# -v cut="TEXT ..."              names that contain this end a chain
# -v above=BYTES -v limit=BYTES  what stands above each root, and what all of it may take
# Prints each root's chain where it takes more than the limit. Fails then, at a frame whose size isn't
# fixed, at a recursion, and at a routine that is none of these.

function attribute(line, name,   at, rest) {
  at = index(line, name ": \"")
  if (at == 0) return ""
  rest = substr(line, at + length(name) + 3)
  return substr(rest, 1, index(rest, "\"") - 1)
}

# Titles of static functions begin with the file's name.
function short(title) { sub(/^.*\.cpp:/, "", title); return title }

function fail(what) { print what; failed = 1 }

function is_cut(name,   i) {
  for (i in cuts) if (index(name, cuts[i]) > 0) return 1
  return 0
}

# The bytes of the deepest chain from there on; next_of remembers the way.
function depth(title,   i, list, count, below, deepest, name) {
  if (title in known_depth) return known_depth[title]
  name = short(title)
  if (name in outside_names || is_cut(name)) return known_depth[title] = 0
  if (name in assembly_bytes) return known_depth[title] = assembly_bytes[name]
  if (title in under_way) { fail("recursion through " name); return 0 }
  # Of a constructor's or destructor's two names one may stand for both.
  if (!(title in bytes)) { sub(/C1E/, "C2E", title); sub(/D1E/, "D2E", title) }
  if (!(title in bytes)) {
    fail("not known what it takes: " name ", called by " caller[title])
    return known_depth[title] = 0
  }
  under_way[title] = 1
  deepest = 0
  count = split(callees[title], list, "\n")
  for (i = 1; i <= count; ++i) {
    if (list[i] == "") continue
    below = depth(list[i])
    if (below > deepest) { deepest = below; next_of[title] = list[i] }
  }
  delete under_way[title]
  return known_depth[title] = bytes[title] + deepest
}

BEGIN {
  count = split(assembly, list, " ")
  for (i = 1; i <= count; ++i) { split(list[i], pair, "="); assembly_bytes[pair[1]] = pair[2] + 0 }
  count = split(outside, list, " ")
  for (i = 1; i <= count; ++i) outside_names[list[i]] = 1
  split(cut, cuts, " ")
}

/^node: / && / bytes \(/ {
  title = attribute($0, "title")
  label = attribute($0, "label")
  size = label
  sub(/ bytes \(.*/, "", size)
  sub(/.*\\n/, "", size)
  sub(/.* bytes \(/, "", label)
  sub(/\).*/, "", label)
  # An inline function stands in several files.
  if (!(title in bytes) || size + 0 > bytes[title]) bytes[title] = size + 0
  kind[title] = label
}

/^edge: / {
  from = attribute($0, "sourcename")
  to = attribute($0, "targetname")
  if (!((from, to) in edges)) {
    edges[from, to] = 1
    callees[from] = callees[from] "\n" to
    caller[to] = short(from)
  }
}

END {
  for (title in kind) if (kind[title] != "static") fail("the frame of " short(title) " is " kind[title])
  count = split(roots, list, " ")
  for (r = 1; r <= count; ++r) {
    root = ""
    for (title in bytes) if (short(title) == list[r]) root = title
    if (root == "") { fail("there is no " list[r]); continue }
    total = above + depth(root)
    printf "%5d bytes: %s\n", total, list[r]
    if (total <= limit) continue
    fail("deeper than " limit " bytes, " above " of them above it:")
    for (title = root; title != ""; title = next_of[title])
      printf "  %5d  %s\n", (title in bytes) ? bytes[title] : assembly_bytes[short(title)], short(title)
  }
  exit failed
}
