#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP server on loopback that misbehaves as it is told.

usage: http-server.py FOLDER

It serves FOLDER/www, and publishes its port in FOLDER/port. Each line of
FOLDER/control, read anew for each request, is

    PATTERN TIMES ACTION [ARGUMENT]

The first line whose pattern matches the path, and which was not used TIMES
times yet ("*": no limit), says what is done:

    status N [SECONDS]  answer N, with Retry-After
    html                answer 200 with a web page
    cut N               promise all, close after N bytes
    stall N             send N bytes, then nothing
    redirect URL        answer 302
    endless             a body without an end
    plain               ignore Range, send no validator
    wrong-piece         answer a Range with a piece that begins elsewhere
    headers             headers without an end

FOLDER/log gets a line for each request: method, path, "range=" and "auth=".
With FOLDER/cert.pem, a certificate and its key, it speaks TLS.
As a proxy it serves the path of whatever host it is asked for.
"""
import fnmatch
import hashlib
import http.server
import os
import ssl
import sys
import threading
import urllib.parse

folder = sys.argv[1]
used = {}
lock = threading.Lock()


def action(path):
    """What the control file says about a path: a list of words."""
    try:
        with open(os.path.join(folder, "control")) as f:
            lines = f.read().splitlines()
    except FileNotFoundError:
        return []
    with lock:
        for line in lines:
            words = line.split()
            if len(words) < 3 or not fnmatch.fnmatchcase(path, words[0]):
                continue
            used[line] = used.get(line, 0) + 1
            if words[1] == "*" or used[line] <= int(words[1]):
                return words[2:]
    return []


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def note(self, path):
        proxy = "proxy " if self.path.startswith("http") else ""
        with lock, open(os.path.join(folder, "log"), "a") as f:
            f.write("%s%s %s range=%s auth=%s\n" % (
                proxy, self.command, path, self.headers.get("Range", ""),
                self.headers.get("Authorization", "")))

    def head(self, status, size, *fields):
        self.send_response(status)
        if size is not None:
            self.send_header("Content-Length", str(size))
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()

    def send(self, data):
        if self.command != "HEAD":
            self.wfile.write(data)

    def stall(self):
        """Say nothing until the other side has enough."""
        self.wfile.flush()
        self.connection.recv(1)

    def endless(self):
        self.head(200, None)
        while True:
            self.wfile.write(b"x" * 65536)

    def endless_headers(self):
        self.send_response(200)
        while True:
            self.send_header("X-More", "x" * 1000)
            self.flush_headers()

    def answer(self, path, todo):
        name = os.path.join(folder, "www", path.lstrip("/"))
        what = todo[0] if todo else ""
        if what == "status":
            after = [("Retry-After", todo[2])] if len(todo) > 2 else []
            return self.head(int(todo[1]), 0, *after)
        if what == "redirect":
            return self.head(302, 0, ("Location", todo[1]))
        if what == "html":
            page = b"<html>404</html>"
            self.head(200, len(page), ("Content-Type", "text/html; charset=x"))
            return self.send(page)
        if what == "endless":
            return self.endless()
        if what == "headers":
            return self.endless_headers()
        if not os.path.isfile(name):
            return self.head(404, 0, ("Content-Type", "text/html"))
        with open(name, "rb") as f:
            data = f.read()
        return self.file(data, what, int(todo[1]) if len(todo) > 1 else 0)

    def file(self, data, what, count):
        tag = '"%s"' % hashlib.sha1(data).hexdigest()
        wanted = self.headers.get("Range")
        fields = [("ETag", tag)] if what != "plain" else []
        status, start = 200, 0
        if wanted and what != "plain" and \
                self.headers.get("If-Range", tag) == tag:
            start = int(wanted[len("bytes="):].split("-")[0])
            if what == "wrong-piece":
                start += 1
            status = 206
            fields.append(("Content-Range", "bytes %d-%d/%d" % (
                start, len(data) - 1, len(data))))
        body = data[start:]
        self.head(status, len(body), *fields)
        if what in ("cut", "stall"):
            self.send(body[:count])
            return self.stall() if what == "stall" else None
        return self.send(body)

    def do_GET(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        self.note(path)
        self.close_connection = True
        try:
            self.answer(path, action(path))
        except (BrokenPipeError, ConnectionResetError):
            pass

    def do_PUT(self):
        path = urllib.parse.urlsplit(self.path).path
        self.note(path)
        size = int(self.headers.get("Content-Length", 0))
        todo = action(path)
        data = self.rfile.read(size)
        if todo:
            return self.answer(path, todo)
        name = os.path.join(folder, "www", path.lstrip("/"))
        if os.path.exists(name) and self.headers.get("If-None-Match") == "*":
            return self.head(412, 0)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "wb") as f:
            f.write(data)
        return self.head(201, 0)

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


server = Server(("127.0.0.1", 0), Handler)
certificate = os.path.join(folder, "cert.pem")
if os.path.exists(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False)
with open(os.path.join(folder, "port.new"), "w") as f:
    f.write("%d\n" % server.server_address[1])
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
