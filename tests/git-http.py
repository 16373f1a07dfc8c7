#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""git-http.py ROOT PORTFILE: serve git repositories below ROOT on loopback.

PORTFILE gets the port once it listens; "GET" and "POST" lines of what is asked
go to standard error.
"""
import http.server
import os
import subprocess
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def serve(self):
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        env = dict(
            os.environ,
            GIT_PROJECT_ROOT=sys.argv[1],
            GIT_HTTP_EXPORT_ALL="1",
            PATH_INFO=path,
            QUERY_STRING=query,
            REQUEST_METHOD=self.command,
            CONTENT_TYPE=self.headers.get("Content-Type") or "",
            CONTENT_LENGTH=str(length),
            GIT_PROTOCOL=self.headers.get("Git-Protocol") or "",
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding") or "",
            REMOTE_ADDR="127.0.0.1",
        )
        if path.startswith("/private/"):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
            return
        out = subprocess.run(
            ["git", "http-backend"], env=env, stdout=subprocess.PIPE,
            input=self.rfile.read(length), check=False).stdout
        head, _, body = out.partition(b"\r\n\r\n")
        fields = [line.split(b": ", 1) for line in head.split(b"\r\n")]
        status = [v for k, v in fields if k == b"Status"]
        self.send_response(int(status[0].split()[0]) if status else 200)
        for key, value in fields:
            if key != b"Status":
                self.send_header(key.decode(), value.decode())
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = serve


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[2] + ".new", "w", encoding="ascii") as f:
    f.write(str(server.server_address[1]))
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
