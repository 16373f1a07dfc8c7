#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""stops.py - in gdb's place: stop at each call of a function, then tell what the
machine is like where the run ends.

    STOPS=FUNCTION... COUNT=N END=FUNCTION stops.py ... VMLINUX

The connection is descriptor 9. Says how many stops there were on how many CPUs, on
standard error, and for each CPU its registers and run queue, and the clock, on
standard output. Steps are for one CPU, and the others go on.
"""
import hashlib
import os
import socket
import struct
import subprocess
import sys


class Stub:
    def __init__(self, fd):
        self.socket, self.text = socket.socket(fileno=fd), b""
        self.ask("qSupported:multiprocess+;vContSupported+")
        self.ask("Qqemu.sstep=0x1")

    def send(self, packet):
        self.socket.sendall(f"${packet}#{sum(packet.encode()) & 255:02x}".encode())

    def receive(self):
        while True:
            self.text = self.text.lstrip(b"+")
            end = self.text.find(b"#")
            if end >= 0 and len(self.text) >= end + 3:
                packet, self.text = self.text[1:end].decode(), self.text[end + 3 :]
                self.socket.sendall(b"+")
                return packet
            more = self.socket.recv(65536)
            if not more:
                sys.exit("stops.py: the machine has ended")
            self.text += more

    def ask(self, packet):
        self.send(packet)
        return self.receive()

    def breakpoint(self, at, on):
        assert self.ask(f"{'Z' if on else 'z'}0,{at:x},1") == "OK"

    def registers(self, thread):
        assert self.ask("Hg" + thread) == "OK"
        return struct.unpack("<17Q", bytes.fromhex(self.ask("g"))[:136])

    def memory(self, at, size):
        return b"".join(
            bytes.fromhex(self.ask(f"m{at + i:x},{min(512, size - i):x}")) for i in range(0, size, 512)
        )


def symbols(path):
    lines = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
    return {f[2]: int(f[0], 16) for f in map(str.split, lines.splitlines()) if len(f) == 3}


def main():
    symbol, stub = symbols(sys.argv[-1]), Stub(9)
    places = {symbol[f] for f in os.environ.get("STOPS", "").split()}
    end, count, on = symbol[os.environ["END"]], int(os.environ.get("COUNT", "0")), set()
    to_step, hits = set(), 0
    for at in places | {end}:
        stub.breakpoint(at, True)
    while True:
        steps = "".join(f";s:{t}" for t in sorted(to_step))
        stop = stub.ask(f"vCont{steps};c" if steps else "c")
        thread = stop.partition("thread:")[2].partition(";")[0]
        pc = stub.registers(thread)[16]
        if pc == end and thread not in to_step:
            break
        to_step.discard(thread)
        if hits < count and pc in places:
            hits += 1
            on.add(thread)
            to_step.add(thread)
            if hits == count:
                for at in places:
                    stub.breakpoint(at, False)
    print(f"{hits} stops on {' '.join(sorted(on)) or 'none'}", file=sys.stderr)
    offsets = struct.unpack("<4Q", stub.memory(symbol["__per_cpu_offset"], 32))
    for cpu, offset in enumerate(offsets):
        print(cpu, hashlib.sha256(stub.memory(symbol["runqueues"] + offset, 3072)).hexdigest())
    print(thread, stub.registers(thread), stub.memory(symbol["tk_core"], 128).hex())
    stub.send("k")


main()
