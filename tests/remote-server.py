#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A web server with faults, for tests of the remote cache.

    remote-server.py FOLDER PORT-FILE [REDIRECT-TO]

Its port on 127.0.0.1 is written to PORT-FILE. The first part of a path says
what happens to objects of FOLDER: a number is the status of every answer;
cut ends GET in the middle; stall stops in the middle of GET and of PUT; mute
never answers; redirect sends to REDIRECT-TO. Each request is a line on standard
output, with its Authorization.
"""
import http.server
import os
import pathlib
import sys
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", promise=None, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(promise or len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()

    def do_HEAD(self):
        print(self.command, self.path,
              self.headers.get("Authorization", "-"), flush=True)
        fault, _, name = self.path[1:].partition("/")
        if self.command == "PUT":
            length = int(self.headers["Content-Length"])
            if fault == "stall":
                self.send_response(201)
                self.rfile.read(length // 2)
                time.sleep(600)
            self.rfile.read(length)
        if fault.isdigit():
            return self.answer(int(fault), b"sorry\n")
        if fault == "mute":
            time.sleep(600)
        if fault == "redirect":
            return self.answer(302, headers=[
                ("Location", sys.argv[3] + "/" + name)])
        path = pathlib.Path(sys.argv[1], name)
        if self.command == "PUT" or not path.exists():
            return self.answer(404)
        body = path.read_bytes()
        if self.command == "HEAD":
            return self.answer(200, promise=len(body))
        half = body[:len(body) // 2]
        self.answer(200, half, promise=len(body))
        if fault == "stall":
            time.sleep(600)
        self.close_connection = True

    do_GET = do_PUT = do_HEAD


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(sys.argv[2] + ".new", "w") as f:
    f.write(str(server.server_address[1]))
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
