"""S3 (path style): ListObjectsV2, GetObject, HeadObject, HeadBucket.

State: max_page (1000); expire_tokens (every continuation token is refused once); denied (regular
expression of keys whose GetObject is refused); denied_message; archived (the same, in Glacier);
denied_operations.

control_bucket(name, region, elsewhere, requester_pays): makes or changes one. elsewhere: how a
request to a wrong region is answered: header (301 with x-amz-bucket-region), body (400 with
<Region>), silent (301 without either; HEAD tells), temporary (307 with the header).
control_put(bucket, key, records | text, gzip, repeat): an object; records are wrapped as CloudTrail
does, so many times.
control_remove(bucket, key).
"""
import base64
import datetime
import gzip as gz
import hashlib
import itertools
import json
import re
import urllib.parse
from xml.sax.saxutils import escape

from service import Base
from sigv4 import Denied
from wire import Response

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Service(Base):
    name = signed_as = "s3"
    protocol = "rest-xml"

    def reset(self):
        self.buckets = {}
        self.refused = set()
        self.numbers = itertools.count(1)
        self.state = {"max_page": 1000, "expire_tokens": False, "denied": None, "archived": None,
                      "denied_message": "Access Denied", "denied_operations": []}

    # ---- control ----

    def control_bucket(self, name, region="us-east-1", elsewhere="header", requester_pays=False):
        bucket = self.buckets.setdefault(name, {"objects": {}})
        bucket.update(region=region, elsewhere=elsewhere, requester_pays=requester_pays)

    def control_put(self, bucket, key, records=None, text=None, gzip=True, base64_body=None,
                    repeat=1):
        if bucket not in self.buckets:
            self.control_bucket(bucket)
        if base64_body is not None:
            body = base64.b64decode(base64_body)
        else:
            body = (json.dumps({"Records": records * repeat}) if records is not None else text).encode()
        body = gz.compress(body) if gzip else body
        self.buckets[bucket]["objects"][key.encode()] = {
            "body": body, "modified": datetime.datetime.now(datetime.timezone.utc)}

    def control_remove(self, bucket, key):
        del self.buckets[bucket]["objects"][key.encode()]

    # ---- the API ----

    @staticmethod
    def split(request):
        bucket, _, key = request.path[1:].partition("/")
        return urllib.parse.unquote(bucket), urllib.parse.unquote_to_bytes(key)

    def operation(self, request):
        key = self.split(request)[1]
        if request.method == "HEAD":
            return "HeadObject" if key else "HeadBucket"
        if key:
            return "GetObject"
        return "ListObjectsV2" if "list-type=2" in request.query else "ListObjects"

    def handle(self, request):
        name, key = self.split(request)
        request.authenticate("s3")
        bucket = self.buckets.get(name)
        if not bucket:
            raise Denied("NoSuchBucket", "The specified bucket does not exist", 404)
        operation = self.operation(request)
        if request.region != bucket["region"]:
            return self.elsewhere(bucket, operation)
        if bucket["requester_pays"] and request.header("x-amz-request-payer") != "requester":
            raise Denied("AccessDenied", "Access Denied", 403)
        if operation in self.state["denied_operations"]:
            raise Denied("AccessDenied", self.state["denied_message"], 403)
        if operation == "ListObjectsV2":
            return self.list(name, bucket, request)
        if operation in ("GetObject", "HeadObject"):
            return self.get(bucket, key)
        if operation == "HeadBucket":
            return Response(200, "", None, {"x-amz-bucket-region": bucket["region"]})
        raise Denied("NotImplemented", operation, 501)

    def elsewhere(self, bucket, operation):
        """As a region answers for a bucket of another one."""
        how, region = bucket["elsewhere"], bucket["region"]
        headers = {"x-amz-bucket-region": region}
        if operation == "HeadBucket":
            return Response(301, "", None, headers)
        if how == "body":
            return Response.xml("<Error><Code>AuthorizationHeaderMalformed</Code><Message>The "
                                "authorization header is malformed; the region is wrong; "
                                f"expecting '{region}'</Message><Region>{region}</Region></Error>",
                                400)
        code, status = ("TemporaryRedirect", 307) if how == "temporary" else ("PermanentRedirect",
                                                                               301)
        if how == "silent":
            headers = {}
        headers["Location"] = "http://127.0.0.1:1/must-not-be-followed"
        return Response.xml(f"<Error><Code>{code}</Code><Message>The bucket you are attempting to "
                            "access must be addressed using the specified endpoint.</Message>"
                            "<Endpoint>elsewhere.example</Endpoint></Error>", status, headers)

    def get(self, bucket, key):
        text = key.decode("utf-8", "replace")
        if key not in bucket["objects"]:
            raise Denied("NoSuchKey", "The specified key does not exist.", 404)
        if self.state["denied"] and re.search(self.state["denied"], text):
            raise Denied("AccessDenied", self.state["denied_message"], 403)
        if self.state["archived"] and re.search(self.state["archived"], text):
            raise Denied("InvalidObjectState", "The operation is not valid for the object's "
                         "storage class", 403)
        found = bucket["objects"][key]
        return Response(200, found["body"], "application/json",
                        {"ETag": self.etag(found), "Content-Encoding": "gzip"})

    @staticmethod
    def etag(found):
        return '"' + hashlib.md5(found["body"]).hexdigest() + '"'

    # ---- listing ----

    @staticmethod
    def encoded(key, asked):
        if asked.get("encoding-type") != "url":
            return escape(key.decode())
        return urllib.parse.quote_plus(key, safe="/-._~*")

    def after(self, asked):
        token = asked.get("continuation-token")
        if token is None:
            return asked.get("start-after", "").encode()
        if self.state["expire_tokens"] and token not in self.refused:
            self.refused.add(token)
            raise Denied("InvalidArgument", "The continuation token provided is incorrect", 400)
        return base64.b64decode(token.partition(".")[2])

    def entries(self, bucket, asked):
        """(key, object or None for a common prefix), in order, each once."""
        prefix = asked.get("prefix", "").encode()
        delimiter = asked.get("delimiter", "").encode()
        last, after = None, self.after(asked)
        for key in sorted(bucket["objects"]):
            if not key.startswith(prefix) or key <= after:
                continue
            at = key.find(delimiter, len(prefix)) if delimiter else -1
            if at < 0:
                yield key, bucket["objects"][key]
                continue
            common = key[:at + len(delimiter)]
            if common != last and not (common <= after and "continuation-token" in asked):
                last = common
                yield common, None

    def list(self, name, bucket, request):
        asked = dict(urllib.parse.parse_qsl(request.query, keep_blank_values=True,
                                            encoding="utf-8"))
        size = min(int(asked.get("max-keys", 1000)), self.state["max_page"])
        chosen = list(itertools.islice(self.entries(bucket, asked), size + 1))
        truncated, chosen = len(chosen) > size, chosen[:size]
        inner = []
        for key, found in chosen:
            if found is None:
                inner.append(f"<CommonPrefixes><Prefix>{self.encoded(key, asked)}</Prefix>"
                             "</CommonPrefixes>")
                continue
            inner.append(f"<Contents><Key>{self.encoded(key, asked)}</Key><LastModified>"
                         f"{found['modified']:%Y-%m-%dT%H:%M:%S.000Z}</LastModified><ETag>"
                         f"{escape(self.etag(found))}</ETag><Size>{len(found['body'])}</Size>"
                         "<StorageClass>STANDARD</StorageClass></Contents>")
        token = ""
        if truncated:
            last = base64.b64encode(chosen[-1][0]).decode()
            token = (f"<NextContinuationToken>{next(self.numbers)}.{last}"
                     "</NextContinuationToken>")
        encoding = "<EncodingType>url</EncodingType>" if "encoding-type" in asked else ""
        return Response.xml(
            f'<ListBucketResult xmlns="{NAMESPACE}"><Name>{escape(name)}</Name><Prefix>'
            f"{self.encoded(asked.get('prefix', '').encode(), asked)}</Prefix>{token}<KeyCount>"
            f"{len(chosen)}</KeyCount><MaxKeys>{size}</MaxKeys>{encoding}<IsTruncated>"
            f"{'true' if truncated else 'false'}</IsTruncated>{''.join(inner)}"
            "</ListBucketResult>")
