"""parallel-ssh's native client as its documentation shows it: one command everywhere, all output read.

    parallel_ssh.py HOSTS PORT USER KEY IN-FLIGHT COMMAND

It has no host key check of its own to switch on: the keys of the fleet are not verified here.
"""

import pathlib
import sys

from pssh.clients import ParallelSSHClient

hosts, port, user, key, limit, command = sys.argv[1:]
client = ParallelSSHClient(
    pathlib.Path(hosts).read_text().split(),
    port=int(port),
    user=user,
    pkey=key,
    allow_agent=False,
    pool_size=int(limit),
    num_retries=1,
    timeout=30,
)
whole = 0
for output in client.run_command(command, stop_on_errors=False):
    if output.exception is None:
        rows = sum(1 for _ in output.stdout)
        whole += rows > 0 and output.exit_code == 0
print(whole, "whole")
