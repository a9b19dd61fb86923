"""What every service is (services/NAME.py holds a class Service(Base))."""
from wire import ERRORS, Response


class Base:
    name = ""
    protocol = "json-1.1"  # of its errors: a key of wire.ERRORS
    signed_as = None       # the SigV4 service name, when requests of it are signed
    first = False          # its matches() goes before the scope of a signature

    def __init__(self, cloud):
        self.cloud = cloud
        self.reset()

    def reset(self):
        self.state = {}

    def matches(self, request):
        """Whether an unsigned request (or one of another scope) is this service's."""
        return False

    def operation(self, request):
        """The name of what is asked, for faults and the log."""
        return request.method

    def handle(self, request) -> Response:
        raise NotImplementedError

    def error(self, code, message, status, extra=None):
        return ERRORS[self.protocol](code, message, status, extra=extra)
