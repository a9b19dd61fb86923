#!/usr/bin/env python3
"""A fake cloud on loopback (README.md). Prints one JSON line and serves until stdin ends."""
import importlib
import json
import os
import re
import select
import socket
import ssl
import sys
import tempfile
import threading
import time
import traceback
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import certificates  # noqa: E402
import control  # noqa: E402
import faults  # noqa: E402
import sigv4  # noqa: E402
from wire import Request, Response, error_plain  # noqa: E402


class Cloud:
    def __init__(self):
        self.lock = threading.RLock()  # services hold it while they work
        self.logged = threading.Condition()
        self.faults = faults.Queue()
        self.keys, self.log = {}, []
        self.services = {}
        for name in sorted(os.listdir(os.path.join(HERE, "services"))):
            if re.fullmatch(r"[a-z0-9]+\.py", name):
                module = importlib.import_module("services." + name[:-3])
                service = module.Service(self)
                self.services[service.name] = service
        self.reset()

    def reset(self):
        with self.lock, self.logged:
            self.keys, self.log = {}, []
            self.faults.clear()
            self.add_key("AKIAKEYWATCHTEST0001", "secret/of+the=test", None, None,
                         "arn:aws:iam::111122223333:user/keywatch")
            for service in self.services.values():
                service.reset()

    def add_key(self, key_id, secret, token, expires, arn):
        self.keys[key_id] = {"id": key_id, "secret": secret, "token": token, "expires": expires,
                             "arn": arn}

    def verify(self, request, service, regions):
        return sigv4.verify(request.method, request.path, request.query, request.headers,
                            request.body, self.keys, time.time(), service, regions)

    def find_service(self, request):
        """Signed: whom the scope names. Else the first that knows the request."""
        scope = request.scope_service()
        for service in self.services.values():
            if service.first and service.matches(request):
                return service
        for service in self.services.values():
            if scope and service.signed_as == scope:
                return service
        return next((s for s in self.services.values() if s.matches(request)), None)

    def answer(self, request):
        try:
            if not request.service:
                return error_plain("NotFound", f"nobody serves {request.method} {request.path}", 404)
            return request.service.handle(request)
        except sigv4.Denied as denied:
            return request.service.error(denied.code, denied.message, denied.status,
                                         denied.extra)
        except Exception:  # a mistake of this fake: said, not hidden
            traceback.print_exc()
            return error_plain("FakeCloudFailed", traceback.format_exc(), 500)

    def write_down(self, request, fault, connection):
        """An entry of the log, as the request arrives."""
        with self.logged:
            entry = {
                "n": len(self.log), "time": time.time(), "listener": request.listener,
                "method": request.method, "path": request.path, "query": request.query,
                "headers": {n.lower(): v for n, v in request.headers},
                "body": request.body.decode("utf-8", "replace"),
                "service": request.service.name if request.service else "",
                "operation": request.operation, "fault": fault["kind"] if fault else "",
                "connection": connection, "answered": False, "signature": "none", "status": 0}
            self.log.append(entry)
            self.logged.notify_all()
        return entry

    def write_end(self, entry, request, response):
        with self.logged:
            entry.update(answered=True, signature=request.signature,
                         status=response.status if response else 0)
            self.logged.notify_all()


class Handler(BaseHTTPRequestHandler):
    """One connection; also the `connection` of faults.py."""

    protocol_version = "HTTP/1.1"
    numbers = iter(range(1 << 60))

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = next(self.numbers)
        self.gone = False

    def log_message(self, *_):
        pass

    def parse_request(self):
        ok = super().parse_request()
        words = self.requestline.split()
        if ok and len(words) > 1:
            self.path = words[1]  # as sent: the base class folds leading slashes
        return ok

    def send_bytes(self, data):
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            self.close()

    def send_head(self, response, length, chunked=False):
        names = {n.lower() for n in response.headers}
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('-',))[0]}"]
        if "date" not in names:
            lines.append("Date: " + formatdate(usegmt=True))
        lines += [f"{n}: {v}" for n, v in response.headers.items()]
        if response.status not in (204, 304):
            lines.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {length}")
        self.send_bytes(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def send(self, response):
        body = b"" if self.command == "HEAD" else response.body
        if response.chunked:
            self.send_head(response, 0, chunked=True)
            half = len(body) // 2
            for part in (body[:half], body[half:]):
                if part:
                    self.send_bytes(b"%x\r\n" % len(part) + part + b"\r\n")
            self.send_bytes(b"0\r\n\r\n")
            return
        self.send_head(response, len(response.body))
        self.send_bytes(body)

    def close(self):
        self.gone = self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def reset(self):
        self.gone = self.close_connection = True
        faults.reset_socket(self.connection)
        self.connection.close()

    def wait_for_hangup(self):
        while True:
            ready, _, _ = select.select([self.connection], [], [], 60)
            try:
                if not ready or not self.connection.recv(65536):
                    return
            except OSError:
                return

    def serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        cloud = self.server.cloud
        if self.path == "/_control":
            return self.send(self.control(cloud, body))
        request = Request(cloud, self.server.listener, self.command, self.path,
                          self.headers.items(), body)
        request.service = cloud.find_service(request)
        if request.service:
            request.operation = request.service.operation(request)
        self.serve_request(cloud, request)

    def serve_request(self, cloud, request):
        given = []

        def answer():
            given.append(cloud.answer(request))
            return given[0]

        fault = cloud.faults.take(request)
        entry = cloud.write_down(request, fault, self.number)
        if fault:
            response = faults.KINDS[fault["kind"]](self, request, fault, answer)
        else:
            response = answer()
        cloud.write_end(entry, request, response or (given[0] if given else None))
        if response and not self.gone:
            self.send(response)

    def control(self, cloud, body):
        try:
            return Response.json(control.run(cloud, json.loads(body)))
        except Exception as error:
            traceback.print_exc()
            return Response.json({"error": f"{type(error).__name__}: {error}"}, 500)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, cloud, listener, certificate=None, address="127.0.0.1"):
        self.cloud, self.listener = cloud, listener
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, 0), Handler)
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)

    def finish_request(self, request, client_address):
        """In the connection's own thread, so that a slow handshake holds up nobody."""
        if self.tls:
            request.settimeout(60)
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        kind = sys.exc_info()[0]
        if not issubclass(kind, (OSError, ssl.SSLError, ValueError)):
            super().handle_error(request, client_address)


def main():
    cloud = Cloud()
    with tempfile.TemporaryDirectory(prefix="keywatch-cloud.") as folder:
        authority, certs = certificates.make(folder)
        said = {"ca": authority, "pid": os.getpid(), "http6": 0}
        listeners = [("http", None, "127.0.0.1"), ("http6", None, "::1")]
        listeners += [(name, cert, "127.0.0.1") for name, cert in certs.items()]
        for name, cert, address in listeners:
            try:
                server = Server(cloud, name, cert, address)
            except OSError:
                if address != "::1":
                    raise
                continue  # a machine without IPv6
            said[name] = server.server_address[1]
            threading.Thread(target=server.serve_forever, daemon=True).start()
        print(json.dumps(said), flush=True)
        while sys.stdin.buffer.read(4096):
            pass


if __name__ == "__main__":
    main()
