"""EC2: DescribeRegions (query protocol, XML).

State: enabled (the names that are given), denied (true: UnauthorizedOperation), regions (where it
may be asked; null: any).
"""
import urllib.parse
import uuid
from xml.sax.saxutils import escape

from service import Base
from sigv4 import Denied
from wire import Response

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


class Service(Base):
    name = signed_as = "ec2"
    protocol = "query"

    def reset(self):
        self.state = {"enabled": ["us-east-1"], "denied": False, "regions": None}

    @staticmethod
    def parameters(request):
        return dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))

    def operation(self, request):
        return self.parameters(request).get("Action", "")

    def handle(self, request):
        asked = self.parameters(request)
        if asked.get("Version") != "2016-11-15" or asked.get("Action") != "DescribeRegions":
            raise Denied("InvalidAction", "Could not find operation for that version", 400)
        request.authenticate("ec2", self.state["regions"])
        if self.state["denied"]:
            raise Denied("UnauthorizedOperation",
                         "You are not authorized to perform this operation.", 403)
        items = "".join(
            f"<item><regionName>{escape(name)}</regionName>"
            f"<regionEndpoint>ec2.{escape(name)}.amazonaws.com</regionEndpoint>"
            "<optInStatus>opt-in-not-required</optInStatus></item>"
            for name in self.state["enabled"])
        return Response.xml(
            f'<DescribeRegionsResponse xmlns="{NAMESPACE}"><requestId>{uuid.uuid4()}</requestId>'
            f"<regionInfo>{items}</regionInfo></DescribeRegionsResponse>")

    def error(self, code, message, status, extra=None):
        """EC2's own form."""
        return Response.xml(
            f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}"
            f"</Message></Error></Errors><RequestID>{uuid.uuid4()}</RequestID></Response>", status)
