# One small exchange between nodes, for the doctor. Writes no file.
#   listen ADDRESS                        says the port, then sends back what comes, until standard input ends
#   ask NAME HOST PORT [NAME HOST PORT]   says for each: NAME ok SECONDS, or NAME failed WHY
import concurrent.futures
import os
import socket
import sys
import threading
import time

BYTES = 65536
PATIENCE_SECONDS = 3
LIFE_SECONDS = 120


def received(stream, wanted):
    got = b""
    while len(got) < wanted:
        part = stream.recv(wanted - len(got))
        if not part:
            raise OSError("closed by the other end")
        got += part
    return got


def answer(stream):
    with stream:
        stream.settimeout(PATIENCE_SECONDS)
        try:
            stream.sendall(received(stream, BYTES))
        except OSError:
            pass  # The one that asked says what went wrong.


def listen(address):
    info = socket.getaddrinfo(address or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    server = socket.socket(info[0], info[1])
    server.bind(info[4])
    server.listen(64)
    print(server.getsockname()[1], flush=True)

    def serve():
        while True:
            threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    threading.Timer(LIFE_SECONDS, os._exit, (1,)).start()
    sys.stdin.read()
    os._exit(0)


def ask(name, host, port):
    content = os.urandom(BYTES)
    begin = time.monotonic()
    try:
        with socket.create_connection((host, int(port)), PATIENCE_SECONDS) as stream:
            connected = time.monotonic()
            stream.settimeout(PATIENCE_SECONDS)
            stream.sendall(content)
            back = received(stream, BYTES)
    except OSError as failed:
        return "%s failed %s after %.1f s" % (name, failed, time.monotonic() - begin)
    if back != content:
        return "%s failed other bytes came back" % name
    return "%s ok %.6f" % (name, time.monotonic() - connected)


if sys.argv[1] == "listen":
    listen(sys.argv[2])
else:
    words = sys.argv[2:]
    with concurrent.futures.ThreadPoolExecutor(32) as threads:
        for line in threads.map(ask, words[0::3], words[1::3], words[2::3]):
            print(line, flush=True)
