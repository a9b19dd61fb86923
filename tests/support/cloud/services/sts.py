"""STS: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity (query protocol, XML).

State: lifetime (seconds; as asked when null), roles {arn: external id or null}: null allows any
role; identity_token: the web identity token that is accepted (null: any); regions.
"""
import datetime
import itertools
import time
import urllib.parse
from xml.sax.saxutils import escape

from service import Base
from sigv4 import Denied
from wire import Response

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


class Service(Base):
    name = signed_as = "sts"
    protocol = "query"

    def reset(self):
        self.numbers = itertools.count(1)
        self.state = {"lifetime": None, "roles": None, "identity_token": None, "regions": None}

    @staticmethod
    def parameters(request):
        if (request.header("content-type") or "").partition(";")[0] != \
                "application/x-www-form-urlencoded":
            return {}
        return dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))

    def matches(self, request):
        return request.method == "POST" and b"Version=2011-06-15" in request.body

    def operation(self, request):
        return self.parameters(request).get("Action", "")

    def handle(self, request):
        asked = self.parameters(request)
        if asked.get("Version") != "2011-06-15":
            raise Denied("InvalidAction", "Could not find operation for that version", 400)
        actions = {"AssumeRole": self.assume_role, "GetCallerIdentity": self.caller,
                   "AssumeRoleWithWebIdentity": self.web_identity}
        if asked.get("Action") not in actions:
            raise Denied("InvalidAction", f"Could not find operation {asked.get('Action')}", 400)
        return actions[asked["Action"]](request, asked)

    def caller(self, request, asked):
        key = request.authenticate("sts", self.state["regions"])
        return self.result("GetCallerIdentity", f"<Arn>{escape(key['arn'])}</Arn>"
                           "<UserId>AIDATEST</UserId><Account>111122223333</Account>")

    def assume_role(self, request, asked):
        key = request.authenticate("sts", self.state["regions"])
        self.check_role(asked, key["arn"])
        return self.result("AssumeRole", self.credentials(asked))

    def web_identity(self, request, asked):
        if request.header("authorization"):
            raise Denied("InvalidAction", "AssumeRoleWithWebIdentity is not signed", 400)
        token = asked.get("WebIdentityToken")
        if not token or self.state["identity_token"] not in (None, token):
            raise Denied("InvalidIdentityToken", "the web identity token is not valid", 400)
        self.check_role(asked, "web identity")
        return self.result("AssumeRoleWithWebIdentity", self.credentials(asked))

    def check_role(self, asked, who):
        arn, name = asked.get("RoleArn", ""), asked.get("RoleSessionName", "")
        if not arn.startswith("arn:") or not 2 <= len(name) <= 64:
            raise Denied("ValidationError", "RoleArn or RoleSessionName is not valid", 400)
        roles = self.state["roles"]
        if roles is not None and (arn not in roles or roles[arn] != asked.get("ExternalId")):
            raise Denied("AccessDenied", f"{who} is not authorized to perform: sts:AssumeRole "
                         f"on resource: {arn}")

    def credentials(self, asked):
        seconds = self.state["lifetime"] or int(asked.get("DurationSeconds", 3600))
        n = next(self.numbers)
        key_id, secret = f"ASIATEST{n:012}", f"as+long+as+those+of/AWS+sts+secret/{n}="
        token = f"sts-token/{n}+" + "t" * 700 + f"+end/of/{n}="
        expires = time.time() + seconds
        arn = f"arn:aws:sts::111122223333:assumed-role/{asked['RoleArn'].rpartition('/')[2]}/" + \
            asked["RoleSessionName"]
        self.cloud.add_key(key_id, secret, token, expires, arn)
        when = datetime.datetime.fromtimestamp(expires, datetime.timezone.utc)
        return (f"<AssumedRoleUser><AssumedRoleId>AROATEST:{escape(asked['RoleSessionName'])}"
                f"</AssumedRoleId><Arn>{escape(arn)}</Arn></AssumedRoleUser><Credentials>"
                f"<AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
                f"<SessionToken>{token}</SessionToken><Expiration>{when:%Y-%m-%dT%H:%M:%SZ}"
                "</Expiration></Credentials>")

    @staticmethod
    def result(action, inner):
        return Response.xml(f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{inner}'
                            f"</{action}Result><ResponseMetadata><RequestId>r</RequestId>"
                            f"</ResponseMetadata></{action}Response>")
