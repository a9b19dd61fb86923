"""What can go wrong with any request. One row a kind in KINDS.

A kind gets (connection, request, fault, answer): `answer()` lets the service do its work and
returns its Response. It returns a Response to send, or None when it dealt with the connection.
"""
import json
import re
import struct
import socket
import threading

from wire import ERRORS, Response

HTML = ("<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>"
        "<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>")


def status(connection, request, fault, answer):
    """status, body (text or JSON), headers, content_type as given."""
    body = fault.get("body", "")
    if not isinstance(body, str):
        body = json.dumps(body)
    return Response(fault.get("status", 500), body, fault.get("content_type"),
                    fault.get("headers"))


def error(connection, request, fault, answer):
    """code, message, status in the service's protocol (or in `form`)."""
    form = fault.get("form") or (request.service.protocol if request.service else "json-1.1")
    response = ERRORS[form](fault["code"], fault.get("message", fault["code"]),
                            fault.get("status", 400), extra=fault.get("extra"))
    response.headers.update(fault.get("headers", {}))
    return response


def throttle(connection, request, fault, answer):
    """As JSON services say it: 400 ThrottlingException."""
    return error(connection, request, {"code": "ThrottlingException", "message": "Rate exceeded",
                                       "status": 400, **fault}, answer)


def throttle_namespace(connection, request, fault, answer):
    return error(connection, request, {**fault, "form": "json-1.1", "code":
                 "com.amazonaws.shared#ThrottlingException", "message": "Rate exceeded"}, answer)


def throttle_header(connection, request, fault, answer):
    """The type in x-amzn-errortype only, with a URI behind it."""
    return Response(400, json.dumps({"Message": "Rate exceeded"}), "application/x-amz-json-1.1",
                    {"x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/"})


def throttle_429(connection, request, fault, answer):
    headers = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
    return Response(429, '{"error":{"code":"TooManyRequests","message":"slow down"}}',
                    "application/json", headers)


def slow_down(connection, request, fault, answer):
    """S3's: 503 SlowDown in XML."""
    return ERRORS["rest-xml"]("SlowDown", "Please reduce your request rate.", 503)


def html_502(connection, request, fault, answer):
    return Response(502, HTML, "text/html")


def redirect(connection, request, fault, answer):
    return Response(fault.get("status", 301), "", None, {"Location": fault["location"]})


def cut(connection, request, fault, answer):
    """The right answer, but the connection ends in its middle. `keep`: bytes of the body."""
    response = answer()
    keep = fault.get("keep", len(response.body) // 2)
    connection.send_head(response, len(response.body), chunked=fault.get("chunked", False))
    part = response.body[:keep]
    if fault.get("chunked"):
        part = b"%x\r\n" % len(part) + part + b"\r\n"
    connection.send_bytes(part)
    connection.close()


def hang(connection, request, fault, answer):
    """Nothing, until the peer goes away. With `after`, the service has done its work."""
    if fault.get("after"):
        answer()
    connection.wait_for_hangup()
    connection.close()


def stall(connection, request, fault, answer):
    """The head and half the body, then nothing until the peer goes away."""
    response = answer()
    connection.send_head(response, len(response.body))
    connection.send_bytes(response.body[:len(response.body) // 2])
    connection.wait_for_hangup()
    connection.close()


def slow(connection, request, fault, answer):
    """The right answer in pieces: `bytes` (16) every `pause_ms` (20)."""
    response = answer()
    connection.send_head(response, len(response.body))
    piece, pause = fault.get("bytes", 16), fault.get("pause_ms", 20) / 1000
    for at in range(0, len(response.body), piece):
        connection.send_bytes(response.body[at:at + piece])
        threading.Event().wait(pause)


def late(connection, request, fault, answer):
    """The right answer after `delay_ms`."""
    threading.Event().wait(fault.get("delay_ms", 100) / 1000)
    return answer()


def reset(connection, request, fault, answer):
    """RST. With `after`, the service has done its work and its answer is lost."""
    if fault.get("after"):
        answer()
    connection.reset()


def close(connection, request, fault, answer):
    """The connection ends without an answer."""
    if fault.get("after"):
        answer()
    connection.close()


def garbage(connection, request, fault, answer):
    """Bytes that are no HTTP."""
    connection.send_bytes(b"\x00\x01\x02 this is no HTTP\r\n\r\n")
    connection.close()


def empty(connection, request, fault, answer):
    return Response(fault.get("status", 200), "")


def chunked(connection, request, fault, answer):
    """The right answer, chunked."""
    response = answer()
    response.chunked = True
    return response


def gzip_body(connection, request, fault, answer):
    """The right answer under Content-Encoding: gzip, which nobody asked for."""
    import gzip
    response = answer()
    response.body = gzip.compress(response.body)
    response.headers["Content-Encoding"] = "gzip"
    return response


def headers(connection, request, fault, answer):
    """The right answer with `headers` added (a Date of another clock, for one)."""
    response = answer()
    response.headers.update(fault["headers"])
    return response


KINDS = {
    "status": status, "error": error, "throttle": throttle,
    "throttle-namespace": throttle_namespace, "throttle-header": throttle_header,
    "throttle-429": throttle_429, "slow-down": slow_down, "html-502": html_502,
    "redirect": redirect, "cut": cut, "hang": hang, "stall": stall, "slow": slow, "late": late,
    "reset": reset, "close": close, "garbage": garbage, "empty": empty, "chunked": chunked,
    "gzip": gzip_body, "headers": headers,
}


class Queue:
    def __init__(self):
        self.lock = threading.Lock()
        self.list = []

    def add(self, fault):
        if fault["kind"] not in KINDS:
            raise ValueError(f"no kind of fault: {fault['kind']}; there are {sorted(KINDS)}")
        with self.lock:
            self.list.append(dict(fault))

    def clear(self):
        with self.lock:
            self.list.clear()

    def take(self, request):
        """The first that fits, counted down; or None."""
        with self.lock:
            for fault in self.list:
                if not self.fits(fault, request):
                    continue
                if fault.get("skip", 0) > 0:
                    fault["skip"] -= 1
                    continue
                left = fault.get("count", 1)
                if left > 0:
                    fault["count"] = left - 1
                    if left == 1:
                        self.list.remove(fault)
                return fault
        return None

    @staticmethod
    def fits(fault, request):
        name = request.service.name if request.service else ""
        return (fault.get("service") in (None, name)
                and fault.get("operation") in (None, request.operation)
                and ("path" not in fault or re.search(fault["path"],
                                                      request.path + "?" + request.query))
                and ("asks" not in fault
                     or re.search(fault["asks"], request.body.decode("utf-8", "replace"))))


def reset_socket(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
