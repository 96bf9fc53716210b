"""Runs every program on the same simulated fleet and writes Markdown tables to standard output.

    compare.py [--hosts 1000,5000,10000] [--delay 0,0.1] [--dead 0,0.01] [--in-flight 256] [--rounds 3] [--only NAME,…]
               --kubesweep PATH --bare-loop PATH --venv DIR --listing FILE --work DIR

The smallest and the largest fleet are run with every delay and share of dead hosts; sizes between only with the first of
each, to show how the cost of a host grows with their number. On the smallest with the first of each every program takes
its turn --rounds times, and the round with the median CPU counts.

CPU is what the kernel charged to the program and all its children, for each host; the server's is not in it. Memory is
the largest sum of resident pages of the program and its children, looked at twenty times a second. Ratios are to the lean
loop on the same fleet. Call it through Scripts/bench, which makes the namespace that it needs.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import threading
import time

import tools

PORT = 2222
USER = "audit"
PAGE = resource.getpagesize()
SECONDS_FOR_A_RUN = 1800
SECONDS_FOR_SERVERS = 60


@dataclasses.dataclass
class Result:
    name: str
    hosts: int
    whole: int
    expected: int
    wall: float
    cpu: float
    peak: int
    slowest: float | None = None
    """Seconds that the slowest host took, where the program tells."""

    @property
    def cpu_per_host(self):
        return self.cpu / self.hosts


def resident_bytes(root):
    """Of the process and all that descend from it."""
    children, resident = {}, {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = pathlib.Path(entry.path, "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.name))
        resident[int(entry.name)] = int(fields[21]) * PAGE
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        total += resident.get(process, 0)
        waiting += children.get(process, [])
    return total


class PeakMemory(threading.Thread):
    """Not wait4's ru_maxrss: that begins with what this program had when it forked."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.peak, self.is_over = process, 0, threading.Event()

    def run(self):
        while not self.is_over.wait(0.05):
            self.peak = max(self.peak, resident_bytes(self.process))


def run(tool, fleet, folder, limit, dead):
    folder.mkdir(parents=True)
    arguments = tool.arguments(fleet, folder, limit)
    with open(folder / "out", "wb") as out, open(folder / "err", "wb") as err:
        start = time.monotonic()
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=tools.environment_of(tool, folder)
        )
        memory = PeakMemory(process.pid)
        memory.start()
        alarm = threading.Timer(SECONDS_FOR_A_RUN, process.kill)
        alarm.start()
        _, _, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        alarm.cancel()
        memory.is_over.set()
        memory.join()
    try:
        whole = tool.whole(folder)
    except (ValueError, IndexError, KeyError, FileNotFoundError):
        whole = 0
    return Result(
        tool.name, len(fleet.addresses), whole, len(fleet.addresses) - dead, wall,
        usage.ru_utime + usage.ru_stime, memory.peak, tool.slowest(folder) if tool.slowest else None,
    )


def addresses(count):
    return [f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}" for number in range(count)]


def master_listing(path):
    """A small listing made as long as that of a busy master: 150 rows."""
    rows = path.read_text().splitlines()
    shim = f"/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id {'6a17b9af5b56' * 5} -address /run/containerd.sock"
    more = [
        f"root     {3000 + 7 * row:7d}       2  0 09:14 ?        00:00:07 {shim if row % 3 else '[kworker/0:1-events]'}"
        for row in range(151 - len(rows))
    ]
    return "".join(f"{row}\n" for row in rows[:-1] + more + rows[-1:]).encode()


def start_server(state, delay, dead):
    servers = os.cpu_count()
    log = state / "server.err"
    with open(log, "wb") as err:
        server = subprocess.Popen(
            [sys.executable, "-B", str(tools.HERE / "server.py"), str(state), str(PORT), str(delay), str(servers), *dead],
            stdout=subprocess.PIPE, stderr=err, start_new_session=True,
        )
    said = b""
    deadline = time.monotonic() + SECONDS_FOR_SERVERS
    while said.count(b"ready\n") < servers:
        ready, _, _ = select.select([server.stdout], [], [], max(0, deadline - time.monotonic()))
        more = os.read(server.stdout.fileno(), 4096) if ready else b""
        if not more:
            server.poll()
            stop_server(server)
            raise SystemExit(
                f"compare: the simulated fleet did not start (said {said!r}, status {server.returncode})\n"
                + log.read_text(errors="replace")
            )
        said += more
    return server


def stop_server(server):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@dataclasses.dataclass
class Kind:
    """A kind of fleet, and how it is asked."""
    hosts: int
    delay: float
    dead: float
    in_flight: int

    @property
    def title(self):
        return (
            f"{self.hosts:,} hosts, {self.delay * 1000:.0f} ms of delay, {self.dead:.0%} dead,"
            f" {self.in_flight} in flight"
        )


def measure(kind, compared, rounds, options):
    """The results on one kind of fleet, in the order of `compared`."""
    state = options.work / "fleet"
    everyone = addresses(kind.hosts)
    # Spread over the fleet, and among the first of it, so that a smaller run has its share too.
    dead = everyone[50 :: round(1 / kind.dead)] if kind.dead else []
    server = start_server(state, kind.delay, dead)
    results = {tool.name: [] for tool in compared}
    try:
        for number in range(rounds):
            for tool in compared:
                if number > 0 and tool.most_hosts < kind.hosts:
                    continue
                fleet = tools.Fleet(state, everyone[: tool.most_hosts], PORT, USER)
                fleet.write()
                folder = options.work / "run"
                result = run(tool, fleet, folder, kind.in_flight, len(set(dead) & set(fleet.addresses)))
                results[tool.name].append(result)
                print(f"{kind.title}: {result}", file=sys.stderr, flush=True)
                if result.whole != result.expected:
                    words = (folder / "err").read_text(errors="replace").splitlines()
                    print(*words[-5:], sep="\n", file=sys.stderr, flush=True)
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        stop_server(server)
    return [sorted(several, key=lambda one: one.cpu)[len(several) // 2] for several in results.values()]


def lean_of(results):
    return next((result for result in results if "lean" in result.name), None)


def row(label, result, lean):
    note = "" if result.whole == result.expected else f" of {result.expected:,}"
    ratio = f"{result.cpu_per_host / lean.cpu_per_host:.2f}" if lean else ""
    return (
        f"| {label} | {result.hosts:,} | {result.whole:,}{note} | {result.cpu_per_host * 1000:.2f} ms"
        f" | {ratio} | {result.wall:.1f} s | {result.peak / 1e6:.0f} MB |"
    )


def table(title, labelled, note=""):
    """`labelled`: (label, result, the lean loop's result) for each row."""
    rows = [
        f"**{title}**", "",
        "| | hosts | whole | CPU a host | to the lean loop | wall | peak memory |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join(rows + [row(*parts) for parts in labelled] + ([f"\n{note}"] if note else [])) + "\n"


def growth(base):
    """How the cost of a host changes with their number, from the results by number of hosts."""
    rows = [
        (result.name, result, lean_of(results))
        for name in ["lean", "kubesweep"]
        for results in base.values()
        for result in results
        if name in result.name
    ]
    return table("The same with more hosts", rows)


def memory_of_a_connection(kubesweep, options):
    """What one more connection in flight costs: all hosts in flight, each held up for seconds, against a few."""
    held, few, hosts = 3.0, 16, 1000
    many = measure(Kind(hosts, held, 0, hosts), [kubesweep], 1, options)[0]
    none = measure(Kind(hosts, 0, 0, few), [kubesweep], 1, options)[0]
    each = (many.peak - none.peak) / (hosts - few)
    return (
        f"**Memory of a connection in flight**\n\n{each / 1000:.0f} KB: {hosts:,} hosts of which all are in flight, each"
        f" for {held:.0f} s, take {many.peak / 1e6:.0f} MB at most; {few} at a time, {none.peak / 1e6:.0f} MB.\n"
    )


def wall_against_the_slowest(kubesweep, options):
    """How much longer a sweep takes than its slowest host, where nothing bounds how many are under way."""
    held, hosts = 3.0, 200
    result = measure(Kind(hosts, held, 0, hosts), [kubesweep], 1, options)[0]
    return (
        f"**Wall time against the slowest host**\n\n{result.wall:.1f} s for {hosts} hosts that are all in flight, each for"
        f" {held:.0f} s; the slowest took {result.slowest:.1f} s: {result.wall / result.slowest - 1:.0%} more.\n"
    )


def machine():
    model = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    system = re.search(r'^PRETTY_NAME="(.*)"$', pathlib.Path("/etc/os-release").read_text(), re.MULTILINE)
    words = [f"{os.cpu_count()} cores", model and model[1], system and system[1]]
    return f"Measured on {', '.join(filter(None, words))}, {time.strftime('%Y-%m-%d')}.\n"


def numbers(kind):
    return lambda text: [kind(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=numbers(int), default=[1000, 5000, 10_000])
    parser.add_argument("--delay", type=numbers(float), default=[0.0, 0.1])
    parser.add_argument("--dead", type=numbers(float), default=[0.0, 0.01])
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=numbers(str), default=[], help="parts of names")
    for name in ["--kubesweep", "--bare-loop", "--venv", "--listing", "--work"]:
        parser.add_argument(name, type=pathlib.Path, required=True)
    options = parser.parse_args()

    state = options.work / "fleet"
    state.mkdir(parents=True)
    (state / "listing").write_bytes(master_listing(options.listing))
    for name in ["host_key", "client_key"]:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(state / name)], check=True)
    compared = tools.tools(options.kubesweep, options.bare_loop, options.venv)
    if options.only:
        compared = [tool for tool in compared if any(word in tool.name for word in options.only)]
    sizes = sorted(options.hosts)
    base = {}
    print(machine(), flush=True)
    for hosts in sizes:
        is_between = hosts not in (sizes[0], sizes[-1])
        for delay in options.delay[:1] if is_between else options.delay:
            for dead in options.dead[:1] if is_between else options.dead:
                kind = Kind(hosts, delay, dead, options.in_flight)
                taking_part = [tool for tool in compared if hosts == sizes[0] or tool.most_hosts >= hosts]
                if is_between:
                    taking_part = [tool for tool in taking_part if "lean" in tool.name or "kubesweep" in tool.name]
                is_base = (delay, dead) == (options.delay[0], options.dead[0])
                rounds = options.rounds if is_base and hosts == sizes[0] else 1
                results = measure(kind, taking_part, rounds, options)
                if is_base:
                    base[hosts] = results
                if not is_between:
                    lean = lean_of(results)
                    print(table(kind.title, [(result.name, result, lean) for result in results]), flush=True)
    if len(base) > 1:
        print(growth(base), flush=True)
    for tool in compared:
        if tool.name == "kubesweep scan":
            print(memory_of_a_connection(tool, options), flush=True)
            print(wall_against_the_slowest(tool, options), flush=True)


main()
