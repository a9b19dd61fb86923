"""CloudTrail: LookupEvents (JSON 1.1, both official targets).

State: regions (list or null: any), max_page (50), expire_tokens (true: the next page token that
comes is refused, once), rate (requests a second and region that are allowed; null: any), denied
and throttled (regions that always answer so).

control_add(records, region): records are events of that region from now on, each with the
eventTime that it bears. Events without a CloudTrailEvent can be added with raw=true as they stand.
control_forget(id): the events of that eventID are not known any more.
"""
import datetime
import hashlib
import json
import time

from service import Base
from sigv4 import Denied
from wire import Response

TARGETS = ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.", "CloudTrail_20131101.")
KEYS = {"EventName": "eventName", "EventId": "eventID", "EventSource": "eventSource"}


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def resources(record):
    """The user and the key that an IAM call is about."""
    asked, answered = record.get("requestParameters") or {}, record.get("responseElements") or {}
    made = answered.get("accessKey") or {}
    names = [asked.get("userName"), asked.get("accessKeyId"), made.get("accessKeyId")]
    return [n for n in names if n]


def username(identity):
    """As CloudTrail has it: a user's name, a role session's, root."""
    if identity.get("type") == "Root":
        return "root"
    arn = identity.get("arn", "")
    return identity.get("userName") or (arn.rpartition("/")[2] if "/" in arn else "")


def has(event, key, value):
    if key == "ResourceName":
        return value in [r["ResourceName"] for r in event.get("Resources", [])]
    return event.get(key) == value


class Service(Base):
    name = signed_as = "cloudtrail"
    protocol = "json-1.1"

    def reset(self):
        self.events, self.recent = {}, {}
        self.state = {"regions": None, "max_page": 50, "expire_tokens": False, "rate": None,
                      "denied": [], "throttled": []}

    def operation(self, request):
        return (request.header("x-amz-target") or "").rpartition(".")[2]

    def control_add(self, records, region="us-east-1", raw=False):
        for record in records:
            event = record if raw else self.event(record)
            self.events.setdefault(region, []).append(event)

    def control_forget(self, id):
        for region in self.events:
            self.events[region] = [e for e in self.events[region] if e["EventId"] != id]

    @staticmethod
    def event(record):
        identity = record.get("userIdentity") or {}
        return {"EventId": record.get("eventID", ""), "EventName": record.get("eventName", ""),
                "ReadOnly": "false", "EventTime": seconds(record["eventTime"]),
                "EventSource": record.get("eventSource", "iam.amazonaws.com"),
                "Username": username(identity),
                "AccessKeyId": identity.get("accessKeyId", ""),
                "Resources": [{"ResourceName": name} for name in resources(record)],
                "CloudTrailEvent": json.dumps(record)}

    def handle(self, request):
        target = request.header("x-amz-target") or ""
        if target not in [t + "LookupEvents" for t in TARGETS]:
            raise Denied("UnknownOperationException", "", 400)
        if request.header("content-type") != "application/x-amz-json-1.1":
            raise Denied("SerializationException", "content type", 400)
        request.authenticate("cloudtrail", self.state["regions"])
        region = request.region
        if region in self.state["denied"]:
            raise Denied("AccessDeniedException", "an explicit deny in a policy", 400)
        if region in self.state["throttled"]:
            raise Denied("ThrottlingException", "Rate exceeded", 400)
        self.count_rate(region)
        return self.lookup(json.loads(request.body), region)

    def count_rate(self, region):
        rate, now = self.state["rate"], time.monotonic()
        recent = [t for t in self.recent.get(region, []) if now - t < 1] + [now]
        self.recent[region] = recent
        if rate and len(recent) > rate:
            raise Denied("ThrottlingException", "Rate exceeded", 400)

    def chosen(self, asked, region):
        attributes = asked.get("LookupAttributes", [])
        if len(attributes) > 1:
            raise Denied("InvalidLookupAttributesException", "You can only use one", 400)
        start, end = asked.get("StartTime", 0), asked.get("EndTime", 1 << 40)
        if start > end:
            raise Denied("InvalidTimeRangeException", "The start is after the end", 400)
        wanted = {a["AttributeKey"]: a["AttributeValue"] for a in attributes}
        return sorted((e for e in self.events.get(region, [])
                       if start <= e["EventTime"] <= end
                       and all(has(e, k, v) for k, v in wanted.items())),
                      key=lambda e: -e["EventTime"])

    def lookup(self, asked, region):
        size = asked.get("MaxResults", 50)
        if not isinstance(size, int) or not 1 <= size <= 50:
            raise Denied("InvalidMaxResultsException", "1 to 50", 400)
        token = asked.pop("NextToken", None)
        frozen = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        at = self.read_token(token, frozen) if token else 0
        events = self.chosen(asked, region)
        size = min(size, self.state["max_page"])
        answer = {"Events": events[at:at + size]}
        if at + size < len(events):
            answer["NextToken"] = f"{frozen}/{at + size}="
        return Response.json(answer, content_type="application/x-amz-json-1.1")

    def read_token(self, token, frozen):
        was, _, at = token.rstrip("=").partition("/")
        if self.state["expire_tokens"] or was != frozen:
            self.state["expire_tokens"] = False
            raise Denied("InvalidNextTokenException", "The token is not valid", 400)
        return int(at)
