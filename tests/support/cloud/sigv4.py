"""AWS Signature Version 4, recomputed from what came over the wire.

Written from the AWS General Reference ("Create a signed AWS API request"), independently of
libcurl and botocore. Nothing is taken from a client's own idea of its canonical request.
"""
import datetime
import hashlib
import hmac
import re
import urllib.parse

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW_SECONDS = 300
UNRESERVED = "-._~"


class Denied(Exception):
    """The request is not accepted: an AWS error code, a message, a status."""

    def __init__(self, code, message, status=403, **extra):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.extra = code, message, status, extra


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=UNRESERVED + safe)


def canonical_path(path, service):
    """S3 signs the path as it is, once encoded; everybody else encodes what was sent again."""
    raw = urllib.parse.unquote_to_bytes(path) if service == "s3" else path
    return quote(raw, safe="/") or "/"


def canonical_query(query):
    pairs = []
    for pair in query.split("&") if query else []:
        name, _, value = pair.partition("=")
        pairs.append((quote(urllib.parse.unquote_to_bytes(name)),
                      quote(urllib.parse.unquote_to_bytes(value))))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def canonical_headers(headers, names):
    """headers: list of (name, value) as received."""
    lines = []
    for name in names:
        values = [" ".join(v.split()) for n, v in headers if n.lower() == name]
        lines.append(f"{name}:{','.join(values)}\n")
    return "".join(lines)


def signature(secret, date, region, service, text):
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def canonical_request(method, path, query, headers, signed, payload_hash, service):
    return "\n".join([method, canonical_path(path, service), canonical_query(query),
                      canonical_headers(headers, signed), ";".join(signed), payload_hash])


def string_to_sign(when, scope, canonical):
    return "\n".join([ALGORITHM, when, scope, hashlib.sha256(canonical.encode()).hexdigest()])


class Authorization:
    """The parsed Authorization header."""

    PATTERN = re.compile(
        ALGORITHM + r" Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, ?"
        r"SignedHeaders=([a-z0-9;_.-]+), ?Signature=([0-9a-f]{64})")

    def __init__(self, text):
        match = self.PATTERN.fullmatch(text)
        if not match:
            raise Denied("IncompleteSignature", "the Authorization header is not complete", 400)
        (self.key_id, self.date, self.region, self.service, signed, self.signature) = match.groups()
        self.signed = signed.split(";")


def single(headers, name):
    values = [v for n, v in headers if n.lower() == name]
    if len(values) > 1:
        raise Denied("InvalidSignatureException", f"{name} was sent {len(values)} times", 400)
    return values[0] if values else None


def check_signed_headers(headers, signed):
    if signed != sorted(set(signed)):
        raise Denied("SignatureDoesNotMatch", "SignedHeaders are not sorted or repeat a name")
    present = {n.lower() for n, _ in headers}
    for name in signed:
        if name not in present:
            raise Denied("SignatureDoesNotMatch", f"{name} is signed but was not sent")
    for name in present:
        must = name in ("host", "content-type") or name.startswith("x-amz-")
        if must and name not in signed:
            raise Denied("SignatureDoesNotMatch", f"{name} was sent but is not signed")


def payload_hash(headers, body, service):
    actual = hashlib.sha256(body).hexdigest()
    if service != "s3":
        return actual
    said = single(headers, "x-amz-content-sha256")
    if said is None:
        raise Denied("InvalidRequest", "Missing required header: x-amz-content-sha256", 400)
    if said not in (actual, "UNSIGNED-PAYLOAD"):
        raise Denied("XAmzContentSHA256Mismatch", "the body is not what was signed", 400)
    return said


def check_time(when, authorization, now):
    try:
        signed_at = datetime.datetime.strptime(when or "", "%Y%m%dT%H%M%SZ")
    except ValueError:
        raise Denied("IncompleteSignature", "x-amz-date is missing or no date", 400) from None
    if when[:8] != authorization.date:
        raise Denied("SignatureDoesNotMatch", "the scope's date is not x-amz-date's")
    age = now - signed_at.replace(tzinfo=datetime.timezone.utc).timestamp()
    if abs(age) > SKEW_SECONDS:
        raise Denied("RequestTimeTooSkewed" if authorization.service == "s3" else
                     "SignatureDoesNotMatch", f"Signature expired: {when} is {age:.0f} s off")


def check_token(headers, key, now):
    token = single(headers, "x-amz-security-token")
    if token != key.get("token"):
        raise Denied("InvalidClientTokenId", "The security token included in the request is "
                     "invalid" if token else "a session token is needed for this key")
    if key.get("expires") is not None and key["expires"] <= now:
        raise Denied("ExpiredToken", "The security token included in the request is expired")


def verify(method, path, query, headers, body, keys, now, service, regions):
    """Returns (key, authorization) or raises Denied. keys: id -> {secret, token, expires}."""
    text = single(headers, "authorization")
    if not text:
        raise Denied("MissingAuthenticationToken", "the request is not signed")
    authorization = Authorization(text)
    if authorization.service != service:
        raise Denied("SignatureDoesNotMatch", f"Credential should be scoped to service {service}, "
                     f"not {authorization.service}")
    if regions and authorization.region not in regions:
        raise Denied("AuthorizationHeaderMalformed" if service == "s3" else
                     "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not "
                     f"{authorization.region}", 400 if service == "s3" else 403, region=regions[0])
    key = keys.get(authorization.key_id)
    if not key:
        raise Denied("InvalidAccessKeyId" if service == "s3" else "UnrecognizedClientException"
                     if service != "sts" else "InvalidClientTokenId",
                     "The security token included in the request is invalid")
    check_signed_headers(headers, authorization.signed)
    when = single(headers, "x-amz-date")
    check_time(when, authorization, now)
    scope = f"{authorization.date}/{authorization.region}/{service}/aws4_request"
    canonical = canonical_request(method, path, query, headers, authorization.signed,
                                  payload_hash(headers, body, service), service)
    expected = signature(key["secret"], authorization.date, authorization.region, service,
                         string_to_sign(when, scope, canonical))
    if not hmac.compare_digest(expected, authorization.signature):
        raise Denied("SignatureDoesNotMatch", "The request signature we calculated does not match "
                     f"the signature you provided. Canonical request:\n{canonical}")
    check_token(headers, key, now)
    return key, authorization


def self_test():
    """The worked example of the AWS General Reference."""
    headers = [("Host", "iam.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z"),
               ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
    canonical = canonical_request("GET", "/", "Action=ListUsers&Version=2010-05-08", headers,
                                  ["content-type", "host", "x-amz-date"],
                                  hashlib.sha256(b"").hexdigest(), "iam")
    got = signature("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam",
                    string_to_sign("20150830T123600Z", "20150830/us-east-1/iam/aws4_request",
                                   canonical))
    assert got == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7", got


if __name__ == "__main__":
    self_test()
    print("the worked example agrees")
