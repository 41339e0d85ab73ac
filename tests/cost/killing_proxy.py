#!/usr/bin/env python3
"""Stands between a client and a database, and kills the database at the client's Nth message.

usage: killing_proxy.py LISTEN TARGET PID N [late]

LISTEN and TARGET are sockets. Without `late` the Nth message does not arrive; with it, the database has answered it and is
killed before the answer arrives. N = 0 kills nothing. Takes one client, then prints how many messages it sent.
"""
import os
import signal
import socket
import sys
import threading

deaf = threading.Event()  # to the database's answers: the first one ends it


def answers(database, client, kill):
    try:
        while data := database.recv(65536):
            if deaf.is_set():
                kill()
            else:
                client.sendall(data)
    except OSError:
        pass
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def main(listen, target, pid, number, late):
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    server.listen(1)
    client, _ = server.accept()
    database = socket.socket(socket.AF_UNIX)
    database.connect(target)
    kill = lambda: os.kill(pid, signal.SIGKILL)
    threading.Thread(target=answers, args=(database, client, kill), daemon=True).start()
    sent = 0
    try:
        while data := client.recv(65536):
            sent += 1
            if sent == number and late:
                deaf.set()
            if sent == number + late and number > 0:  # late, and nothing was answered
                kill()
            database.sendall(data)
    except OSError:
        pass
    print(sent)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), len(sys.argv) > 5)
