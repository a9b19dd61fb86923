"""The instance metadata service, version 2 only.

State: role (name; null: none), lifetime (seconds), version1 (answers without a token, as an
instance may be set up: nobody should ask), code ("Success").
"""
import datetime
import itertools
import time
import uuid

from service import Base
from wire import Response

ROLES = "/latest/meta-data/iam/security-credentials/"


class Service(Base):
    name = "imds"
    protocol = "plain"

    def reset(self):
        self.tokens, self.numbers = set(), itertools.count(1)
        self.state = {"role": "keywatch-role", "lifetime": 21600, "code": "Success"}

    def matches(self, request):
        return request.path.startswith("/latest/")

    def operation(self, request):
        return "token" if request.method == "PUT" else request.path[len("/latest/"):]

    def handle(self, request):
        if request.path == "/latest/api/token":
            return self.token(request)
        if request.header("x-aws-ec2-metadata-token") not in self.tokens:
            return Response(401, "<html>Unauthorized</html>", "text/html")
        role = self.state["role"]
        if request.method != "GET" or not role:
            return Response(404, "<html>Not Found</html>", "text/html")
        if request.path == ROLES:
            return Response(200, role, "text/plain")
        if request.path == ROLES + role:
            return self.credentials(role)
        return Response(404, "<html>Not Found</html>", "text/html")

    def token(self, request):
        ttl = request.header("x-aws-ec2-metadata-token-ttl-seconds") or ""
        if request.method != "PUT" or request.header("x-forwarded-for"):
            return Response(403, "", "text/plain")
        if not ttl.isdigit() or not 1 <= int(ttl) <= 21600:
            return Response(400, "", "text/plain")
        token = str(uuid.uuid4())
        self.tokens.add(token)
        return Response(200, token, "text/plain", {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": ttl})

    def credentials(self, role):
        n = next(self.numbers)
        key = {"id": f"ASIAIMDS{n:012}", "secret": f"imds+secret/{n}", "token": f"imds/token+{n}="}
        expires = time.time() + self.state["lifetime"]
        self.cloud.add_key(key["id"], key["secret"], key["token"], expires,
                           f"arn:aws:sts::111122223333:assumed-role/{role}/i-0123456789abcdef0")
        when = datetime.datetime.fromtimestamp(expires, datetime.timezone.utc)
        if self.state["code"] != "Success":
            return Response.json({"Code": self.state["code"], "LastUpdated": "2026-01-02T03:04:05Z"})
        return Response.json({
            "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-02T03:04:05Z",
            "AccessKeyId": key["id"], "SecretAccessKey": key["secret"], "Token": key["token"],
            "Expiration": f"{when:%Y-%m-%dT%H:%M:%SZ}"}, content_type="text/plain")
