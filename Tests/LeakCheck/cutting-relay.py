#!/usr/bin/env python3
"""Cuts sessions short: cutting-relay.py SERVER PORT NETWORK COUNT STEP

Listens at PORT of NETWORK.1, NETWORK.2 and so on, COUNT addresses, and passes what comes on to PORT of SERVER. Of what
the server says the first address lets STEP bytes through, the next twice as many, and so on; there the connection is
closed or reset, in turn; one in eight is left in silence. Prints "ready" once all listen, and ends with its input.
"""

import selectors
import socket
import struct
import sys
import threading

CLOSE, RESET, SILENCE = range(3)
ENDS = [CLOSE, RESET, CLOSE, RESET, CLOSE, RESET, CLOSE, SILENCE]


def relay(client, server, limit, end):
    selector = selectors.DefaultSelector()
    selector.register(client, selectors.EVENT_READ, server)
    selector.register(server, selectors.EVENT_READ, client)
    left = limit
    while left > 0:
        for key, _ in selector.select():
            try:
                chunk = key.fileobj.recv(min(left, 4096))
                key.data.sendall(chunk)
            except OSError:
                chunk = b""
            if key.fileobj is server:
                left -= len(chunk)
            if not chunk:
                return
    if end == SILENCE:
        while client.recv(4096):
            pass
    if end == RESET:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def serve(listener, target, limit, end):
    while True:
        client, _ = listener.accept()

        def run(client=client):
            with client, socket.create_connection(target) as server:
                relay(client, server, limit, end)

        threading.Thread(target=run, daemon=True).start()


def main():
    server, port, network, count, step = sys.argv[1:]
    for number in range(1, int(count) + 1):
        listener = socket.create_server((f"{network}.{number}", int(port)), backlog=16)
        arguments = (listener, (server, int(port)), number * int(step), ENDS[number % len(ENDS)])
        threading.Thread(target=serve, args=arguments, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


main()
