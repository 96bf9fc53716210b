"""Runs every program on the same simulated fleet and writes one Markdown table for each kind of fleet.

    compare.py [--hosts 1000,10000] [--delay 0,0.1] [--dead 0,0.01] [--in-flight 256] [--only NAME,…]
               --kubesweep PATH --bare-loop PATH --venv DIR --listing FILE --work DIR

CPU is what the kernel charged to the program and all its children, for each host; the server's is not in it. Memory is
the largest sum of resident pages of the program and its children, looked at ten times a second. Ratios are to the lean
loop of the same fleet, run just before. Call it through Scripts/bench, which makes the namespace that it needs.
"""

import argparse
import dataclasses
import os
import pathlib
import resource
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


@dataclasses.dataclass
class Result:
    name: str
    hosts: int
    whole: int
    expected: int
    wall: float
    cpu: float
    peak: int

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
    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.peak, self.is_over = process, 0, threading.Event()

    def run(self):
        while not self.is_over.wait(0.1):
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
    peak = max(memory.peak, usage.ru_maxrss * 1024)
    try:
        whole = tool.whole(folder)
    except (ValueError, IndexError, KeyError, FileNotFoundError):
        whole = 0
    return Result(
        tool.name, len(fleet.addresses), whole, len(fleet.addresses) - dead, wall, usage.ru_utime + usage.ru_stime, peak
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
    server = subprocess.Popen(
        [sys.executable, str(tools.HERE / "server.py"), str(state), str(PORT), str(delay), "2", *dead],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    for _ in range(2):
        if server.stdout.readline() != b"ready\n":
            raise SystemExit("compare: the simulated fleet did not start")
    return server


def stop_server(server):
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def table(title, results):
    lean = next((result for result in results if "lean" in result.name), results[0])
    rows = [
        f"**{title}**",
        "",
        "| | hosts | whole | CPU a host | to the lean loop | wall | peak memory |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for result in results:
        note = "" if result.whole == result.expected else f" of {result.expected}"
        rows.append(
            f"| {result.name} | {result.hosts} | {result.whole}{note} | {result.cpu_per_host * 1000:.2f} ms"
            f" | {result.cpu_per_host / lean.cpu_per_host:.2f} | {result.wall:.1f} s | {result.peak / 1e6:.0f} MB |"
        )
    return "\n".join(rows) + "\n"


def numbers(kind):
    return lambda text: [kind(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=numbers(int), default=[1000, 10_000])
    parser.add_argument("--delay", type=numbers(float), default=[0.0, 0.1])
    parser.add_argument("--dead", type=numbers(float), default=[0.0, 0.01])
    parser.add_argument("--in-flight", type=int, default=256)
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
    for count in options.hosts:
        for delay in options.delay:
            for share in options.dead:
                everyone = addresses(count)
                # Spread over the fleet, and among the first of it, so that a smaller run has its share too.
                dead = everyone[50 :: round(1 / share)] if share else []
                server = start_server(state, delay, dead)
                results = []
                for tool in compared:
                    fleet = tools.Fleet(state, everyone[: tool.most_hosts], PORT, USER)
                    fleet.write()
                    folder = options.work / f"{count}-{delay}-{share}-{len(results)}"
                    result = run(tool, fleet, folder, options.in_flight, len(set(dead) & set(fleet.addresses)))
                    results.append(result)
                    print(f"{delay} s, {share:.0%} dead: {result}", file=sys.stderr, flush=True)
                    shutil.rmtree(folder, ignore_errors=True)
                stop_server(server)
                title = f"{count} hosts, {delay * 1000:.0f} ms of delay, {share:.0%} dead, {options.in_flight} in flight"
                print(table(title, results), flush=True)


main()
