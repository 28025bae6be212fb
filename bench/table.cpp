// bench_table RESULTS FILE...: one table of all that was measured, each figure beside its peer's of
// the same run and its goal. A FILE is what a Google Benchmark program wrote (repetitions and their
// aggregates), or lines of run.sh's: {"name": NAME, "value": NUMBER} or {"name": NAME, "not_run":
// WHY}. The same goes to RESULTS as JSON.
#include <fmt/core.h>

#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace ddireplay::bench {
namespace {

using nlohmann::json;

enum class Better { lower, higher };

// One row. A goal of 0 is none. The ratio is how many times better than the peer we are.
struct Row {
  const char* what;
  const char* unit;
  const char* ours;
  const char* peer_name;
  const char* peer;
  Better better;
  double goal;
  double ratio_goal;
};

constexpr Row kRows[] = {
    {"store one event in the ring", "ns", "store_in_ring:ns", "LTTng-UST tracepoint",
     "lttng_tracepoint:ns", Better::lower, 20, 9},
    {"the whole hook path, no stack", "ns", "record_without_stack:ns", "LTTng-UST tracepoint",
     "lttng_tracepoint:ns", Better::lower, 20, 9},
    {"the same, of a call recorded at return", "ns", "record_at_return:ns", "LTTng-UST tracepoint",
     "lttng_tracepoint:ns", Better::lower, 0, 0},
    {"the whole hook path, 16 frames", "ns", "record_with_stack:ns", "libunwind, unw_step",
     "libunwind_steps:ns", Better::lower, 60, 10},
    {"the whole hook path, 16 frames", "ns", "record_with_stack:ns", "libunwind, cached",
     "libunwind_backtrace:ns", Better::lower, 60, 0},
    {"encode and compress", "M events/s", "encode_chunks:rate", "zstd -1 of 64-byte structs",
     "zstd_of_records:rate", Better::higher, 14, 0},
    {"bytes per event, full chunks", "bytes", "encode_chunks:bytes/event", "CTF's layout, zstd -3",
     "zstd_of_packed_fields:bytes/event", Better::lower, 4.5, 2.1},
    {"bytes per event, whole file", "bytes", "trace:bytes/event", "CTF's layout, zstd -3",
     "zstd_of_packed_fields:bytes/event", Better::lower, 4.5, 2.1},
    {"bytes per event, whole file", "bytes", "trace:bytes/event", "heaptrack, of malloc and free",
     "heaptrack:bytes/event", Better::lower, 4.5, 0},
    {"bytes per event, this recording", "bytes", "recording:bytes/event", "", "", Better::lower,
     4.5, 0},
    {"replay, all rules", "M events/s", "replay_all:rate", "babeltrace2, to nowhere",
     "babeltrace2:rate", Better::higher, 15, 10},
    {"replay, leaks only", "M events/s", "replay_leaks:rate", "heaptrack_print",
     "heaptrack_print:rate", Better::higher, 50, 0},
    {"replay's cost per event, long to short", "times", "linear:times", "", "", Better::lower, 1.1,
     0},
    {"http.sys under Wine, stacks on", "requests/s", "http_recorded:rate", "not recorded",
     "http_plain:rate", Better::higher, 0, 0.8},
    {"a driver that does nothing but call", "rounds/s", "busy_recorded:rate", "not recorded",
     "busy_plain:rate", Better::higher, 0, 0},
};

struct Figures {
  std::map<std::string, double> values;
  std::map<std::string, std::string> not_run;  // why

  void add_benchmarks(const json& file);
  void add_line(const json& line);
  std::optional<double> find(const std::string& name) const;
  std::string why_not(const std::string& name) const;
};

// Medians of CPU time; times are in the unit that the program chose.
void Figures::add_benchmarks(const json& file) {
  static const std::map<std::string, double> kNanoseconds = {
      {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  for (const json& run : file.at("benchmarks")) {
    const std::string name = run.at("run_name");
    if (run.value("error_occurred", false)) {
      not_run[name] = run.value("error_message", "");
    } else if (run.value("aggregate_name", "") == "median") {
      values[name + ":ns"] =
          run.at("cpu_time").get<double>() * kNanoseconds.at(run.at("time_unit"));
      if (run.contains("items_per_second")) {
        values[name + ":rate"] = run.at("items_per_second").get<double>() / 1e6;
      }
      if (run.contains("bytes/event")) values[name + ":bytes/event"] = run.at("bytes/event");
    }
  }
}

void Figures::add_line(const json& line) {
  const std::string name = line.at("name");
  if (line.contains("value")) {
    values[name] = line.at("value");
  } else {
    not_run[name] = line.at("not_run");
  }
}

std::optional<double> Figures::find(const std::string& name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

// A reason is given for a program; its figures have a name behind it.
std::string Figures::why_not(const std::string& name) const {
  const auto found = not_run.find(name.substr(0, name.find(':')));
  return found == not_run.end() ? "not asked for" : found->second;
}

std::string shown(std::optional<double> value) {
  return value ? fmt::format("{:.4g}", *value) : "-";
}

std::string goal_of(const Row& row) {
  std::string goal;
  if (row.goal != 0)
    goal = fmt::format("{}{}", row.better == Better::lower ? "<= " : ">= ", row.goal);
  if (row.ratio_goal != 0) {
    goal += fmt::format("{}>= {}x", goal.empty() ? "" : ", ", row.ratio_goal);
  }
  return goal;
}

class Table {
 public:
  explicit Table(const Figures& figures) : figures_(figures) {}

  void print(const Row& row) {
    const auto ours = figures_.find(row.ours);
    const auto peer = figures_.find(row.peer);
    if (!ours) {
      if (figures_.not_run.count(name_of(row.ours)) == 0) return;
      fmt::print("{:40} not run: {}\n", row.what, figures_.why_not(row.ours));
      return;
    }
    std::optional<double> ratio;
    if (peer) ratio = row.better == Better::lower ? *peer / *ours : *ours / *peer;
    const std::string verdict = verdict_of(row, *ours, ratio);
    fmt::print("{:40} {:>9} {:<11} {:>9} {:30} {:>8} {:18} {}\n", row.what, shown(ours), row.unit,
               shown(peer), row.peer_name, ratio ? fmt::format("{:.3g}x", *ratio) : "-",
               goal_of(row), verdict);
    if (!peer && *row.peer != '\0') {
      fmt::print("{:40} {} not run: {}\n", "", row.peer_name, figures_.why_not(row.peer));
    }
    json entry = {{"what", row.what},      {"unit", row.unit},     {"ours", *ours},
                  {"peer", row.peer_name}, {"goal", goal_of(row)}, {"verdict", verdict}};
    if (peer) entry["peer_value"] = *peer;
    if (ratio) entry["ratio"] = *ratio;
    results.push_back(entry);
  }

  json results = json::array();

 private:
  static std::string name_of(const std::string& figure) {
    return figure.substr(0, figure.find(':'));
  }

  static std::string verdict_of(const Row& row, double ours, std::optional<double> ratio) {
    if (row.goal == 0 && row.ratio_goal == 0) return "";
    const bool own =
        row.goal == 0 || (row.better == Better::lower ? ours <= row.goal : ours >= row.goal);
    if (!own) return "NOT MET";
    if (row.ratio_goal == 0) return "met";
    if (!ratio) return "met, but for the ratio";
    return *ratio >= row.ratio_goal ? "met" : "NOT MET";
  }

  const Figures& figures_;
};

Figures read(int count, char** paths) {
  Figures figures;
  for (int i = 0; i < count; ++i) {
    std::ifstream file(paths[i]);
    if (!file) throw std::runtime_error(fmt::format("can't read {}", paths[i]));
    if (std::string(paths[i]).ends_with(".json")) {
      figures.add_benchmarks(json::parse(file));
    } else {
      for (std::string line; std::getline(file, line);) figures.add_line(json::parse(line));
    }
  }
  return figures;
}

void print_table(const char* results, const Figures& figures) {
  fmt::print("{:40} {:>9} {:<11} {:>9} {:30} {:>8} {:18} {}\n", "what", "ours", "", "peer", "",
             "ratio", "goal", "");
  Table table(figures);
  for (const Row& row : kRows) table.print(row);
  std::ofstream(results) << json{{"rows", table.results},
                                 {"figures", figures.values},
                                 {"not_run", figures.not_run}}
                                .dump(2)
                         << '\n';
}

}  // namespace
}  // namespace ddireplay::bench

int main(int argument_count, char** arguments) {
  if (argument_count < 3) {
    fmt::print(stderr, "usage: bench_table RESULTS FILE...\n");
    return 2;
  }
  try {
    ddireplay::bench::print_table(arguments[1],
                                  ddireplay::bench::read(argument_count - 2, arguments + 2));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_table: {}\n", error.what());
    return 1;
  }
}
