"""Answers what came, whatever service it is signed for: for tests of signing itself. /_echo/…"""
from service import Base
from wire import Response


class Service(Base):
    name = "echo"
    protocol = "plain"
    first = True

    def matches(self, request):
        return request.path.startswith("/_echo")

    def handle(self, request):
        if request.header("authorization"):
            request.authenticate(request.scope_service())
        return Response.json({"method": request.method, "path": request.path,
                              "query": request.query, "headers": request.headers,
                              "body": request.body.decode("utf-8", "replace")})
