#!/usr/bin/env bash
# new_rule.sh FAMILY SLUG ID: begins a rule. Makes the checker's file, with what every checker has,
# its line in checkers.inc, and two text traces that say what is to be expected; a row of the ledger
# has the rule's words, and so its entry in the docs. What is left is the question itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  printf 'new-rule: %s\n' "$@" >&2
  exit 2
}

[[ $# -eq 3 ]] || die "usage: ./dev new-rule FAMILY SLUG ID" \
  "FAMILY: a folder of checkers/. SLUG: words-with-hyphens. ID: of a row of the ledger, as C4:3F."
readonly family=$1 slug=$2 id=$3
[[ $family =~ ^[a-z][a-z_]*$ ]] || die "$family: a family is a word in lower case, as pool or remove_lock"
[[ $slug =~ ^[a-z][a-z0-9-]*$ ]] || die "$slug: a slug is words in lower case with hyphens between"
readonly name=${slug//-/_}
readonly source=checkers/$family/$name.cpp
readonly traces=tests/checkers/$family
readonly file_id=${id//:/-}
readonly class=$(sed -E 's/(^|_)([a-z0-9])/\u\2/g' <<<"$name")

grep -qF ".id = \"$id\"" checkers/ledger/ledger_rows.inc ||
  die "the ledger has no row $id: add one to checkers/ledger/ledger_rows.inc, sorted, with all its words"
! grep -rqF "checked_rule(\"$id\"" checkers || die "$id is checked already: $(grep -rlF "checked_rule(\"$id\"" checkers)"
! grep -qxF "CHECKER($name)" checkers/checkers.inc || die "there is a checker $name already"
[[ ! -e $source ]] || die "$source is there already"

mkdir -p "checkers/$family" "$traces"
cat >"$source" <<END
// What this is about, and why it is wrong.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("$id", "$slug", Evidence::presence),
};

// The operations that can break the rule (replay/operation.h).
constexpr Op kOperations[] = {Op::pool_free};

bool is_violated(const Step&, const World&) { return false; }

class $class final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (!is_violated(step, before)) return;
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, step[Operand::address], step.irql, 0};
    finding.sentence = fmt::format("{} called {} at {}.", driver_name(before, step.driver),
                                   function_name(before, step), irql_name(step.irql));
    finding.objects.push_back(call_object(step));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_$name() { return std::make_unique<$class>(); }

}  // namespace ddireplay::checkers
END

trace() {
  cat <<END
ddireplay-text 1
# $1
$2
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
END
}
trace "What breaks the rule." "# expect: $id at #2 parameters 0x0 0x0 0x0 0x0" >"$traces/$file_id-trigger.txt"
trace "What comes near and is legal." "# expect nothing" >"$traces/$file_id-silent.txt"

{
  grep '^//' checkers/checkers.inc
  { grep '^CHECKER' checkers/checkers.inc; echo "CHECKER($name)"; } | LC_ALL=C sort
} >checkers/checkers.inc.new
mv checkers/checkers.inc.new checkers/checkers.inc

cat <<END
Made:
  $source
  $traces/$file_id-trigger.txt
  $traces/$file_id-silent.txt
and a line in checkers/checkers.inc.

Next: say in is_violated() what breaks the rule, write the calls of both traces (docs/text-form.md),
then ./dev docs and ./dev test -R rule_test. Where many DDIs are asked the same question, don't write
a checker: add rows to a table in checkers/ddi.
END
