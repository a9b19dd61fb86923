"""What goes over the wire: a request as it came, a response as it goes, errors in each protocol."""
import json
import uuid
from xml.sax.saxutils import escape


class Response:
    def __init__(self, status=200, body=b"", content_type=None, headers=None):
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = dict(headers or {})
        if content_type:
            self.headers["Content-Type"] = content_type
        self.chunked = False

    @staticmethod
    def json(value, status=200, content_type="application/json", headers=None):
        return Response(status, json.dumps(value), content_type, headers)

    @staticmethod
    def xml(text, status=200, headers=None):
        return Response(status, '<?xml version="1.0" encoding="UTF-8"?>\n' + text,
                        "text/xml", headers)


def error_json(code, message, status, version="1.1", extra=None):
    return Response.json({"__type": code, "message": message}, status,
                         f"application/x-amz-json-{version}")


def error_query(code, message, status, extra=None):
    who = "Sender" if status < 500 else "Receiver"
    return Response.xml(
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
        f"<Type>{who}</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"</Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>", status)


def error_s3(code, message, status, extra=None):
    region = (extra or {}).get("region")
    inner = f"<Region>{escape(region)}</Region>" if region else ""
    headers = {"x-amz-bucket-region": region} if region else None
    return Response.xml(f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
                        f"{inner}<RequestId>{uuid.uuid4()}</RequestId></Error>", status, headers)


def error_plain(code, message, status, extra=None):
    return Response.json({"code": code, "message": message}, status)


ERRORS = {
    "json-1.0": lambda *a, **k: error_json(*a, version="1.0", **k),
    "json-1.1": error_json,
    "query": error_query,
    "rest-xml": error_s3,
    "plain": error_plain,
}


class Request:
    """As it came: nothing decoded, nothing normalised. headers: list of (name, value)."""

    def __init__(self, cloud, listener, method, target, headers, body):
        self.cloud, self.listener, self.method = cloud, listener, method
        self.path, _, self.query = target.partition("?")
        self.headers, self.body = headers, body
        self.service = None
        self.operation = ""
        self.signature = "none"

    def header(self, name):
        for n, v in self.headers:
            if n.lower() == name.lower():
                return v
        return None

    def scope_service(self):
        """The service that a signed request names, or None."""
        text = self.header("authorization") or ""
        parts = text.partition("Credential=")[2].partition(",")[0].split("/")
        return parts[3] if len(parts) == 5 else None

    def json(self):
        return json.loads(self.body or b"{}")

    def authenticate(self, service, regions=None):
        """The key that signed it, or Denied (sigv4.py)."""
        try:
            key, authorization = self.cloud.verify(self, service, regions)
        except Exception as error:
            self.signature = f"bad: {error}"
            raise
        self.signature = "ok"
        self.region = authorization.region
        return key
