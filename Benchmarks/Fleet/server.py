"""A simulated fleet: one SSH server that answers on every address of 127.0.0.0/8.

    server.py STATE-DIR PORT DELAY-SECONDS SERVERS [DEAD-ADDRESS ...]

It answers every exec request with STATE-DIR/listing, in which @ADDRESS@ is the host's own address, as no two masters
of a real fleet have the same lines; and with the end marker where the command asks for one. Answers are held back by
DELAY-SECONDS. A dead address is one where connecting never ends: a listening socket whose queue is full, so that the
kernel drops every further SYN, as a firewall would. SERVERS processes share the work. Each says "ready" on standard
output. Run it in a network namespace of its own: it listens on every address there is.
"""

import asyncio
import os
import pathlib
import resource
import socket
import sys

import asyncssh


class Account(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True


def dead_socket(address, port):
    """The socket, with two connections that fill its queue; all three must be kept."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((address, port))
    listener.listen(0)
    fillers = []
    for _ in range(2):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex((address, port))
        fillers.append(filler)
    return [listener, *fillers]


async def serve(state, port, delay):
    listing = (state / "listing").read_bytes()

    async def answer(process):
        if delay:
            await asyncio.sleep(delay)
        address = process.get_extra_info("sockname")[0]
        process.stdout.write(listing.replace(b"@ADDRESS@", address.encode()))
        if "kubesweep-end" in (process.command or ""):
            process.stdout.write(b"\nkubesweep-end status=0\n")
        process.exit(0)

    await asyncssh.listen(
        host="0.0.0.0",
        port=port,
        reuse_port=True,
        backlog=4096,
        server_factory=Account,
        server_host_keys=[str(state / "host_key")],
        authorized_client_keys=str(state / "client_key.pub"),
        process_factory=answer,
        encoding=None,
        login_timeout=120,
        allow_scp=False,
        compression_algs=None,
    )
    # In one write: several servers share the pipe.
    os.write(1, b"ready\n")
    await asyncio.Event().wait()


def main():
    state, port, delay, servers = pathlib.Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    dead = [dead_socket(address, port) for address in sys.argv[5:]]
    for _ in range(servers - 1):
        if os.fork() == 0:
            break
    asyncio.run(serve(state, port, delay))
    del dead


main()
