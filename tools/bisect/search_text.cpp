#include "tools/bisect/search_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/report/append.h"
#include "tools/report/json.h"
#include "tools/report/text.h"

namespace ddireplay::tools::bisect {
namespace {

std::string_view verdict_word(BuildVerdict verdict) {
  switch (verdict) {
    case BuildVerdict::good:
      return "good";
    case BuildVerdict::bad:
      return "bad";
    case BuildVerdict::skip:
      break;
  }
  return "skip";
}

using Json = nlohmann::ordered_json;

std::string sought_text(const BuildSearch& search) {
  return search.sought.empty() ? "a finding" : "a finding of " + search.sought;
}

Json finding_json(const Judgement& bad) {
  return Json{{"trace", bad.trace},
              {"rule", bad.finding.rule},
              {"driver", bad.finding.driver},
              {"position", bad.finding.position},
              {"fingerprint", bad.finding.fingerprint}};
}

Json log_json(const BuildSearch& search) {
  Json log = Json::array();
  for (const Judgement& judgement : search.judgements) {
    log.push_back({{"build", judgement.build},
                   {"verdict", verdict_word(judgement.verdict)},
                   {"why", judgement.why},
                   {"replays", judgement.replays}});
  }
  return log;
}

bool has_result(const BuildSearch& search) {
  return search.search.end == SearchEnd::named || search.search.end == SearchEnd::narrowed;
}

// The builds of which one is the first bad one.
Json candidates_json(const BuildSearch& search) {
  Json candidates = Json::array();
  if (!has_result(search)) return candidates;
  for (std::size_t i = search.search.last_good + 1; i <= search.search.first_bad; ++i) {
    candidates.push_back(search.builds[i].name);
  }
  return candidates;
}

std::string named_text(const BuildSearch& search) {
  const Judgement& bad = search.of(search.search.first_bad);
  std::string out;
  append(out, "first bad build: {}\n", bad.build);
  append(out, "  {}\n", bad.why);
  append(out, "  the build before it, {}, is good\n", search.builds[search.search.last_good].name);
  append(out, "  next: ddireplay bisect {} --finding {}\n", bad.trace, bad.finding.fingerprint);
  return out;
}

std::string narrowed_text(const BuildSearch& search) {
  std::string out = "the first bad build is one of these; the others of them can't be judged:\n";
  for (std::size_t i = search.search.last_good + 1; i <= search.search.first_bad; ++i) {
    append(out, "  {}\n", search.builds[i].name);
  }
  append(out, "  the build before them, {}, is good\n",
         search.builds[search.search.last_good].name);
  return out;
}

// nullptr: it wasn't looked at.
const Judgement* find_judgement(const BuildSearch& search, const std::string& build) {
  const auto found = std::ranges::find(search.judgements, build, &Judgement::build);
  return found == search.judgements.end() ? nullptr : &*found;
}

bool is_skipped(const Judgement* judgement) {
  return judgement != nullptr && judgement->verdict == BuildVerdict::skip;
}

}  // namespace

std::size_t BuildSearch::replays() const {
  std::size_t sum = 0;
  for (const Judgement& judgement : judgements) sum += judgement.replays;
  return sum;
}

const Judgement& BuildSearch::of(std::size_t build) const {
  return *find_judgement(*this, builds[build].name);
}

std::string log_line(const Judgement& judgement) {
  return fmt::format("# {}: {}  {}\n", verdict_word(judgement.verdict), judgement.build,
                     judgement.why);
}

std::string search_text(const BuildSearch& search) {
  std::string out;
  if (search.search.end == SearchEnd::named) out = named_text(search);
  if (search.search.end == SearchEnd::narrowed) out = narrowed_text(search);
  const auto skipped =
      std::ranges::count(search.judgements, BuildVerdict::skip, &Judgement::verdict);
  append(out, "{} of {} looked at", search.judgements.size(),
         counted(search.builds.size(), "build"));
  if (skipped != 0) append(out, ", {} of them not to be judged", skipped);
  append(out, "; {}\n", counted(search.replays(), "replay"));
  return out;
}

std::string search_json(const BuildSearch& search) {
  const SearchEnd end = search.search.end;
  const bool is_named = end == SearchEnd::named;
  const bool has_good = has_result(search) || end == SearchEnd::never_bad;
  const bool has_bad = has_result(search) || end == SearchEnd::bad_at_once;
  const Json result = {
      {"finding", search.sought.empty() ? Json() : Json(search.sought)},
      {"first_bad", is_named ? Json(search.builds[search.search.first_bad].name) : Json()},
      {"candidates", candidates_json(search)},
      {"last_good", has_good ? Json(search.builds[search.search.last_good].name) : Json()},
      {"evidence", has_bad ? finding_json(search.of(search.search.first_bad)) : Json()},
      {"error", why_no_result(search).empty() ? Json() : Json(why_no_result(search))},
      {"builds", search.builds.size()},
      {"replays", search.replays()},
      {"log", log_json(search)},
  };
  return json_text(result);
}

std::string why_no_result(const BuildSearch& search) {
  const std::string& first = search.builds.front().name;
  const std::string& last = search.builds.back().name;
  switch (search.search.end) {
    case SearchEnd::bad_at_once:
      return fmt::format(
          "no good build to begin with: {} has {} already, and nothing before it "
          "can be judged good; add an older build",
          search.builds[search.search.first_bad].name, sought_text(search));
    case SearchEnd::never_bad:
      if (const Judgement* skipped = find_judgement(search, last); is_skipped(skipped)) {
        return fmt::format(
            "no bad build to end with: the last one, {}, can't be judged ({}); record "
            "it again, or leave it out",
            last, skipped->why);
      }
      return fmt::format(
          "no bad build to end with: {} is good, and nothing behind it has {}; add "
          "a newer build, or name another finding",
          search.builds[search.search.last_good].name, sought_text(search));
    case SearchEnd::none_judged:
      return fmt::format(
          "none of the {} from {} to {} can be judged; `ddireplay info` says what "
          "is wrong with a trace",
          counted(search.builds.size(), "build"), first, last);
    case SearchEnd::named:
    case SearchEnd::narrowed:
      break;
  }
  return "";
}

}  // namespace ddireplay::tools::bisect
