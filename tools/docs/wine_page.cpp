#include "tools/docs/wine_page.h"

#include <string_view>
#include <vector>

#include "tools/docs/markdown.h"
#include "tools/docs/wine_table.h"
#include "tools/report/append.h"

namespace ddireplay::tools {
namespace {

constexpr std::string_view kIntroduction =
    R"(<!-- Made by `./dev docs` from the tables of recorder/wine. Don't edit. -->

# Wine as a host

`ddireplay record` runs a driver in the kernel of Wine 8, which is an ordinary process. Much of that
kernel is missing, or does nothing. The recorder, which owns the driver's import table anyway, supplies
what it can: a driver that imports such a routine gets the recorder's instead of Wine's. The trace says
of every import whether it was supplied, and of itself that its host was Wine. On Windows nothing is
supplied.

In the tables: `Wine's own` is what Wine does itself; `supplied` is the recorder's; `absent` is neither.
A call of what is absent is recorded and raises an exception; if that ends the driver, `record` and the
trace say so, with the name of the DDI and its caller.

## What is not as on Windows

- **Preemption.** DPCs, timers and dispatch routines run on threads of a process, scheduled by Linux. A
  thread at DISPATCH_LEVEL can be preempted, and several can be on one processor: what a driver guards by
  raising the IRQL alone, and not by a lock, is not guarded.
- **IRQL** is kept for each thread, in software. Reading and writing it inline works, and is recorded;
  DPCs, spin locks, fast mutexes and cancel routines have the levels that they have on Windows. Nothing
  stops code at a raised level from waiting or from touching paged memory: the run goes on, and finding
  it is the replay's work.
- **Interrupts.** There are no devices. An interrupt can be connected, and its synchronisation works, but
  its service routine never runs.
- **Paging.** All memory is resident. Pool is a heap; `Paged` and `NonPaged` differ in name only. Memory
  that was freed may be handed out again at once.
- **MDLs** describe the process's own memory. A page's frame number is its page number, a mapping
  into system space is the buffer's own address, and physical addresses are virtual ones.
- **Addresses** are a user process's. Probing for user mode, and checks that an address is the kernel's,
  don't mean what they mean on Windows.
- **Sessions, processes, security.** Requests come from ordinary Windows programs of the same Wine prefix,
  which run as one user. Impersonation and access checks are as far as Wine has them.
- **Cancel routines** that are set by the inline `IoSetCancelRoutine` are seen, and run at
  DISPATCH_LEVEL, if they are set before the dispatch routine returns STATUS_PENDING. Those that are set
  later (but for `IoStartPacket`'s) run at PASSIVE_LEVEL, and unrecorded.
- **Plug and Play and power.** A device that the registry has under `Enum\ROOT` is added and started when
  its driver loads; it has a PDO, and may register device interfaces, which programs find and open. No
  device arrives, leaves, sleeps or wakes by itself, and a driver that has such a device cannot be
  unloaded.
- **KMDF** drivers are seen at their direct imports only: calls through the framework's function table
  are not.

)";

constexpr std::string_view provider_name(Provider provider) {
  switch (provider) {
    case Provider::wine:
      return "Wine's own";
    case Provider::supplied:
      return "supplied";
    case Provider::absent:
      break;
  }
  return "absent";
}

void append_coverage(std::string& out, const std::vector<HostDdi>& table) {
  out +=
      "## How much there is\n\n"
      "Tier 1 are the DDIs that the best-known rules of Driver Verifier are about, tier 2 those of "
      "its other\nrules of 0xC4 and 0xC7. `EngAllocMem` and `EngFreeMem` are absent because they "
      "are "
      "win32k.sys's, for\ndisplay drivers, and Wine has no such module.\n\n"
      "| tier | DDIs | Wine's own | supplied | absent | there |\n|---|---|---|---|---|---|\n";
  for (const int tier : {1, 2}) {
    const Coverage counted = coverage(table, tier);
    append(out, "| {} | {} | {} | {} | {} | {:.1f} % |\n", tier, counted.all, counted.own,
           counted.supplied, counted.absent, 100 * counted.present());
  }
  out += "\n";
}

void append_table(std::string& out, const std::vector<HostDdi>& table, int tier) {
  out += "| DDI | answered by | not as on Windows |\n|---|---|---|\n";
  for (const HostDdi& ddi : table) {
    if (ddi.tier != tier) continue;
    append(out, "| {} | {} | {} |\n", cell_code(ddi.name), provider_name(ddi.provider),
           cell_text(ddi.not_faithful));
  }
}

}  // namespace

std::string wine_page() {
  const std::vector<HostDdi> table = host_table();
  std::string out(kIntroduction);
  append_coverage(out, table);
  for (const int tier : {1, 2}) {
    append(out, "## Tier {}\n\n", tier);
    append_table(out, table, tier);
    out += "\n";
  }
  out += "## Supplied besides\n\n";
  append_table(out, supplied_besides(), 0);
  return out;
}

}  // namespace ddireplay::tools
