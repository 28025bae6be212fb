# Which routines that allocate memory can be reached from the roots, and on what way; by the call
# graphs that GCC writes with -fcallgraph-info.
#
# -v roots="NAME ..."    where the calls begin
# -v allocates="REGEXP"  routines that allocate
# Prints each way found, and fails if there is any, or if a root isn't there.

function attribute(line, name,   at, rest) {
  at = index(line, name ": \"")
  if (at == 0) return ""
  rest = substr(line, at + length(name) + 3)
  return substr(rest, 1, index(rest, "\"") - 1)
}

# Titles of static functions begin with the file's name; a constructor may go by either of two names.
function short(title) {
  sub(/^.*\.cpp:/, "", title)
  sub(/C1E/, "C2E", title)
  sub(/D1E/, "D2E", title)
  return title
}

function visit(name, way,   i, list, count) {
  if (name in visited) return
  visited[name] = 1
  way = way "\n  " name
  if (name ~ allocates) {
    print "memory is allocated:" way
    failed = 1
    return
  }
  count = split(callees[name], list, "\n")
  for (i = 1; i <= count; ++i) if (list[i] != "") visit(list[i], way)
}

/^edge: / {
  from = short(attribute($0, "sourcename"))
  to = short(attribute($0, "targetname"))
  if (!((from, to) in edges)) {
    edges[from, to] = 1
    callees[from] = callees[from] "\n" to
  }
}

END {
  count = split(roots, names, " ")
  for (r = 1; r <= count; ++r) {
    if (!(names[r] in callees)) { print "there is no " names[r]; failed = 1 }
    visit(names[r], "")
  }
  reached = 0
  for (name in visited) ++reached
  print reached " routines can be reached"
  exit failed
}
