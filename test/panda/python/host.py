"""Serves the PanDA server's WSGI application and a directory of files on loopback.

    python host.py PORT PUBLIC

What Apache does in production: the whole path goes to the application as SCRIPT_NAME; /cache, /auth, /oidc, /trf and
/logs are files below PUBLIC. Plain HTTP: a bearer token counts as a secure connection.
"""

import mimetypes
import os
import sys

import waitress
from pandaserver.server.panda import application

PORT, PUBLIC = int(sys.argv[1]), os.path.realpath(sys.argv[2])
FILES = ("/cache/", "/auth/", "/oidc/", "/trf/", "/logs/")


def file_answer(path, start_response):
    full = os.path.realpath(PUBLIC + path)
    if not full.startswith(PUBLIC + "/") or not os.path.isfile(full):
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"not found\n"]
    kind = mimetypes.guess_type(full)[0] or "application/octet-stream"
    with open(full, "rb") as file:
        body = file.read()
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def serve(environ, start_response):
    path = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
    if path.startswith(FILES):
        return file_answer(path, start_response)
    environ["SCRIPT_NAME"], environ["PATH_INFO"] = path, ""
    environ["CONTENT_LENGTH"] = environ.get("CONTENT_LENGTH") or "0"
    environ["REMOTE_HOST"] = environ.get("REMOTE_ADDR", "")
    return application(environ, start_response)


waitress.serve(serve, host="127.0.0.1", port=PORT, threads=8, max_request_body_size=1 << 30)
