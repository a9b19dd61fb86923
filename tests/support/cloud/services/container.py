"""The credentials endpoint of ECS and EKS Pod Identity: /container/…

State: authorization (the header that must come; null: any), lifetime (seconds; null: keys that
never expire).
"""
import datetime
import itertools
import time

from service import Base
from wire import Response


class Service(Base):
    name = "container"
    protocol = "plain"

    def reset(self):
        self.numbers = itertools.count(1)
        self.state = {"authorization": None, "lifetime": 21600}

    def matches(self, request):
        return request.path.startswith("/container/")

    def operation(self, request):
        return "credentials"

    def handle(self, request):
        wanted = self.state["authorization"]
        if wanted is not None and request.header("authorization") != wanted:
            return Response.json({"code": "AccessDenied", "message": "no such token"}, 403)
        n = next(self.numbers)
        lifetime = self.state["lifetime"]
        expires = time.time() + lifetime if lifetime else None
        answer = {"AccessKeyId": f"ASIACTNR{n:012}", "SecretAccessKey": f"container+secret/{n}",
                  "Token": f"container/token+{n}=", "RoleArn": "arn:aws:iam::111122223333:role/task"}
        if expires:
            when = datetime.datetime.fromtimestamp(expires, datetime.timezone.utc)
            answer["Expiration"] = f"{when:%Y-%m-%dT%H:%M:%SZ}"
        self.cloud.add_key(answer["AccessKeyId"], answer["SecretAccessKey"], answer["Token"],
                           expires, "arn:aws:sts::111122223333:assumed-role/task/container")
        return Response.json(answer)
