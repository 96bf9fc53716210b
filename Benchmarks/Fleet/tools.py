"""The programs that are compared: how each is called on one fleet, and how many hosts its answer is whole for."""

import dataclasses
import json
import os
import pathlib
import re
import typing

HERE = pathlib.Path(__file__).resolve().parent
COMMAND = "ps -efww"
ALL = 1_000_000
FEW = 100


@dataclasses.dataclass
class Fleet:
    state: pathlib.Path
    addresses: list[str]
    port: int
    user: str

    def write(self):
        """The same hosts in every program's own form; every form names the host keys that are to be trusted."""
        key = " ".join((self.state / "host_key.pub").read_text().split()[:2])
        lines = "".join(f"[{address}]:{self.port} {key}\n" for address in self.addresses)
        (self.state / "known_hosts").write_text(lines)
        (self.state / "hosts").write_text("".join(f"{address}\n" for address in self.addresses))
        clusters = []
        for first in range(0, len(self.addresses), 3):
            masters = "".join(f"      - {address}\n" for address in self.addresses[first : first + 3])
            clusters.append(f"  c{first // 3:05d}:\n    masters:\n{masters}")
        (self.state / "inventory.yaml").write_text(
            f"version: 1\ndefaults:\n  user: {self.user}\n  port: {self.port}\n"
            f"  identity_file: client_key\n  known_hosts: known_hosts\nclusters:\n{''.join(clusters)}"
        )
        (self.state / "ssh_config").write_text(
            f"Host *\n  User {self.user}\n  Port {self.port}\n  IdentityFile {self.state}/client_key\n"
            f"  IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile {self.state}/known_hosts\n"
            "  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n  BatchMode yes\n  ConnectTimeout 5\n"
            "  ControlMaster no\n  LogLevel ERROR\n"
        )
        (self.state / "ansible.ini").write_text("".join(f"{address}\n" for address in self.addresses))


@dataclasses.dataclass
class Tool:
    name: str
    arguments: typing.Callable[[Fleet, pathlib.Path, int], list[str]]
    whole: typing.Callable[[pathlib.Path], int]
    """The hosts whose whole listing is in the folder of the run, whose standard output is there as `out`."""
    most_hosts: int
    """CPU for each host does not depend on their number; what starts processes for each is run on fewer."""
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    slowest: typing.Callable[[pathlib.Path], float] | None = None
    """The seconds of the slowest host, from the folder of the run."""


def lines_with(pattern):
    """Counts the lines of standard output that the end of a whole listing leaves."""
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda run: len(compiled.findall((run / "out").read_text(errors="replace")))


def bare_loop(kind, program):
    return Tool(
        f"bare libssh2 loop in C, {kind}",
        lambda fleet, run, limit: [
            program, kind, str(fleet.state / "hosts"), str(fleet.port), fleet.user, str(fleet.state / "client_key"),
            str(limit), COMMAND,
        ],
        lambda run: int((run / "out").read_text().split()[0]),
        ALL,
    )


def judged_hosts(run):
    return json.loads((run / "out").read_bytes())["summary"]["hosts"]["evaluated"]


def slowest_host(run):
    clusters = json.loads((run / "out").read_bytes())["clusters"]
    hosts = [host for cluster in clusters for host in cluster["hosts"] if host["evidence"]]
    return max((host["evidence"]["milliseconds"] for host in hosts), default=0) / 1000


def kubesweep_scan(name, program, history):
    return Tool(
        name,
        lambda fleet, run, limit: [
            str(program), "scan", "--inventory", str(fleet.state / "inventory.yaml"), "--format", "json",
            "--concurrency", str(limit), *history(run),
        ],
        judged_hosts,
        ALL,
        slowest=slowest_host,
    )


# The listing's last row.
LAST_ROW = r"\d ps -ef$"


def tools(kubesweep, bare, venv):
    return [
        bare_loop("lean", str(bare)),
        bare_loop("naive", str(bare)),
        kubesweep_scan("kubesweep scan", kubesweep, lambda run: ["--state-dir", str(run / "history")]),
        kubesweep_scan("kubesweep scan, no history", kubesweep, lambda run: ["--no-history"]),
        Tool(
            "parallel-ssh (libssh2)",
            lambda fleet, run, limit: [
                str(venv / "bin" / "python"), str(HERE / "parallel_ssh.py"), str(fleet.state / "hosts"), str(fleet.port),
                fleet.user, str(fleet.state / "client_key"), str(limit), COMMAND,
            ],
            lambda run: int((run / "out").read_text().split()[0]),
            ALL,
        ),
        Tool(
            "ClusterShell (ssh)",
            lambda fleet, run, limit: [
                str(venv / "bin" / "clush"), "-N", "-f", str(limit), "--hostfile", str(fleet.state / "hosts"),
                "-o", f"-F {fleet.state}/ssh_config", COMMAND,
            ],
            lines_with(LAST_ROW),
            FEW,
        ),
        Tool(
            "pssh (ssh)",
            lambda fleet, run, limit: [
                "parallel-ssh", "-h", str(fleet.state / "hosts"), "-p", str(limit), "-t", "120", "-P",
                "-x", f"-F {fleet.state}/ssh_config", COMMAND,
            ],
            lines_with(LAST_ROW),
            FEW,
        ),
        Tool(
            "Ansible (raw)",
            lambda fleet, run, limit: [
                str(venv / "bin" / "ansible"), "all", "-i", str(fleet.state / "ansible.ini"), "-m", "raw", "-a", COMMAND,
                "-f", str(min(limit, 50)), "--ssh-common-args", f"-F {fleet.state}/ssh_config",
            ],
            lines_with(LAST_ROW),
            FEW,
            {"ANSIBLE_HOST_KEY_CHECKING": "True", "ANSIBLE_LOCALHOST_WARNING": "False"},
        ),
    ]


def environment_of(tool, run):
    return {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(run), "TMPDIR": str(run), **tool.environment}
