"""Azure: the sign-in service, managed identities, the Log Analytics query API.

Every token belongs to an audience and ends; a query is answered only with one of the workspace's
cloud. Nothing here runs KQL, but of a survey for history the lists and the limit are read out of the
query (survey): `add` says which rows a rule's result holds, with the columns of the
table and those that the rule made, and a query that keywatch wrapped gets those of its timespan. Any
other query (a probe, another client's) gets the table's columns.

State: tenant, client, secret, assertion (null: none is taken), identity (null: the machine has
none), identity_header, audience (of the workspace's cloud), lifetime (seconds), workspace, denied
(no role), echo (refusals repeat the secret), max_rows (more: PartialError), pad (bytes that an
answer holds beside each row), semantic (a regular expression and a message: queries that match
are refused), answer (a JSON value given as it stands instead of rows), plain (rows as a peer
gives them that knows nothing of the wrapping: the rule's columns alone), expires_in_text (numbers
as texts, as IMDS does it).
"""
import base64
import datetime
import itertools
import json
import re
import time
import urllib.parse

from service import Base
from wire import Response

AUDIENCES = ("https://api.loganalytics.io", "https://api.loganalytics.us",
             "https://api.loganalytics.azure.cn")
TYPES = {"TimeGenerated": "datetime", "SessionCreationDate": "datetime", "ReadOnly": "bool",
         "ManagementEvent": "bool", "SessionMfaAuthenticated": "bool",
         "keywatch_arrived": "datetime", "keywatch_first": "datetime",
         "keywatch_last": "datetime"}
GRANT = re.compile(r"^/([^/]+)/oauth2/v2\.0/token$")
QUERY = re.compile(r"^/v1/workspaces/([^/]+)/query$")
LITERAL = r'"(?:[^"\\]|\\.)*"'
DISCOVERY = re.compile(r"^/([^/]+)/(v2\.0/\.well-known/openid-configuration|discovery/instance)$")


class Refused(Exception):
    def __init__(self, status, body, headers=None):
        super().__init__(body)
        self.status, self.body, self.headers = status, body, headers


def oauth_error(status, error, description, codes=()):
    return Refused(status, {"error": error, "error_description": description + "\r\nTrace ID: "
                            "00000000-0000-0000-0000-000000000000\r\nCorrelation ID: 0",
                            "error_codes": list(codes)})


def query_error(status, code, message, inner=None):
    error = {"message": message, "code": code, "correlationId": "0"}
    if inner:
        error["innererror"] = inner
    return Refused(status, {"error": error})


def seconds(text):
    return datetime.datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00").timestamp()


def literal(text):
    """A string literal of Kusto's; what it does not know is an error there, too."""
    def escape(found):
        known = {"\\\\": "\\", '\\"': '"'}
        if found[0] not in known:
            raise query_error(400, "BadArgumentError", "The request had some invalid properties",
                              {"code": "SyntaxError", "message": f"escape {found[0]}"})
        return known[found[0]]
    return re.sub(r"\\.", escape, text[1:-1])


def duration(text):
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    parts = [int(n or 0) for n in found.groups()]
    return ((parts[0] * 24 + parts[1]) * 60 + parts[2]) * 60 + parts[3]


def window(text):
    """ISO 8601: a duration up to now, start/end or start/duration."""
    begin, _, end = text.partition("/")
    if not end:
        return time.time() - duration(begin), time.time()
    return seconds(begin), seconds(begin) + duration(end) if end[0] == "P" else seconds(end)


class Service(Base):
    name = "azure"
    protocol = "plain"

    def reset(self):
        self.tokens, self.numbers, self.rows = {}, itertools.count(1), []
        self.state = {
            "tenant": "11111111-0000-0000-0000-000000000001",
            "client": "22222222-0000-0000-0000-000000000002",
            "secret": "azure+secret/~&=1", "assertion": None, "identity": "system",
            "identity_header": "identity-secret/1", "audience": AUDIENCES[0], "lifetime": 3599,
            "workspace": "33333333-0000-0000-0000-000000000003", "denied": False, "echo": False,
            "max_rows": 500000, "pad": 0, "semantic": None, "answer": None, "plain": False,
            "expires_in_text": True}

    # ---- control ----

    def control_add(self, rows):
        """rows: {row: the table's columns, made: the rule's, arrived: ISO, other: it is not in the
        rule's result}."""
        self.rows += rows

    def control_fill(self, count, first, row):
        """So many of them, a second each."""
        at = datetime.datetime.fromisoformat(first.rstrip("Z"))
        for i in range(count):
            time = (at + datetime.timedelta(seconds=i)).isoformat() + "Z"
            self.rows.append({"other": True, "row": {
                "TimeGenerated": time, "AwsEventId": f"fill-{i}", **row}})

    def control_revoke(self):
        self.tokens.clear()

    # ---- which ----

    def operation_of(self, request):
        for name, known in (("token", GRANT), ("query", QUERY), ("discovery", DISCOVERY)):
            if known.match(request.path):
                return name
        return {"/metadata/identity/oauth2/token": "machine",
                "/msi/token": "app-service"}.get(request.path)

    def matches(self, request):
        return self.operation_of(request) is not None

    def operation(self, request):
        name = self.operation_of(request) or ""
        return "survey" if name == "query" and b"keywatch_times" in request.body else name

    def handle(self, request):
        try:
            return {"token": self.grant, "query": self.query, "discovery": self.discover,
                    "machine": self.machine, "app-service": self.app_service}[
                        self.operation_of(request)](request)
        except Refused as refused:
            return Response.json(refused.body, refused.status, headers=refused.headers)

    # ---- tokens ----

    def issue(self, audience):
        if audience not in AUDIENCES:
            raise oauth_error(400, "invalid_resource", f"AADSTS500011: The resource principal named "
                              f"{audience} was not found in the tenant.", [500011])
        head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        token = f"{head}.azure-token-{next(self.numbers):06}.c2lnbmF0dXJl"
        self.tokens[token] = (audience, time.time() + self.state["lifetime"])
        return token

    def grant(self, request):
        if request.method != "POST" or not (request.header("content-type") or "").startswith(
                "application/x-www-form-urlencoded"):
            raise oauth_error(400, "invalid_request", "AADSTS900144: The request body must contain "
                              "the following parameter: 'grant_type'.", [900144])
        asked = dict(urllib.parse.parse_qsl(request.body.decode(), strict_parsing=True))
        if GRANT.match(request.path)[1] != self.state["tenant"]:
            raise oauth_error(400, "invalid_request", "AADSTS90002: Tenant not found.", [90002])
        if asked.get("grant_type") != "client_credentials":
            raise oauth_error(400, "unsupported_grant_type", "AADSTS70003", [70003])
        if asked.get("client_id") != self.state["client"]:
            raise oauth_error(400, "unauthorized_client", "AADSTS700016: Application with "
                              f"identifier '{asked.get('client_id')}' was not found.", [700016])
        self.check_secret(asked)
        scope = [s for s in asked.get("scope", "").split() if s.endswith("/.default")]
        token = self.issue(scope[0][:-len("/.default")] if scope else "")
        return Response.json({"token_type": "Bearer", "expires_in": self.state["lifetime"],
                              "ext_expires_in": self.state["lifetime"], "access_token": token})

    def check_secret(self, asked):
        echo = " " + json.dumps(asked) if self.state["echo"] else ""
        if "client_assertion" in asked:
            jwt = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            if (asked.get("client_assertion_type") != jwt
                    or asked["client_assertion"] != self.state["assertion"]):
                raise oauth_error(401, "invalid_client", "AADSTS70021: No matching federated "
                                  "identity record found." + echo, [70021])
        elif asked.get("client_secret") != self.state["secret"]:
            raise oauth_error(401, "invalid_client", "AADSTS7000215: Invalid client secret "
                              "provided." + echo, [7000215])

    def identity_answer(self, request, arguments):
        if not self.state["identity"] or arguments.get("client_id", self.state["identity"]) not in (
                self.state["identity"], self.state["client"]):
            raise Refused(400, {"error": "invalid_request",
                                "error_description": "Identity not found"})
        token, left = self.issue(arguments.get("resource", "")), self.state["lifetime"]
        text = str if self.state["expires_in_text"] else int
        return {"access_token": token, "client_id": self.state["client"], "token_type": "Bearer",
                "expires_on": text(int(time.time() + left)), "resource": arguments["resource"]}

    @staticmethod
    def arguments(request, version):
        arguments = dict(urllib.parse.parse_qsl(request.query))
        if request.method != "GET" or arguments.get("api-version") != version:
            raise Refused(400, {"error": "bad_request_102", "error_description": "api-version"})
        return arguments

    def machine(self, request):
        arguments = self.arguments(request, "2018-02-01")
        if request.header("metadata") != "true" or request.header("x-forwarded-for"):
            raise Refused(400, {"error": "bad_request_102", "error_description":
                                "Required metadata header not specified"})
        answer = self.identity_answer(request, arguments)
        answer["expires_in"] = str(self.state["lifetime"])
        return Response.json(answer)

    def app_service(self, request):
        arguments = self.arguments(request, "2019-08-01")
        if request.header("x-identity-header") != self.state["identity_header"]:
            raise Refused(401, {"error": "unauthorized", "error_description": "header"})
        return Response.json(self.identity_answer(request, arguments))

    def discover(self, request):
        """What MSAL asks first."""
        base = f"https://{request.header('host')}/{DISCOVERY.match(request.path)[1]}"
        configuration = base + "/v2.0/.well-known/openid-configuration"
        if request.path.endswith("instance"):
            return Response.json({"tenant_discovery_endpoint": configuration, "metadata": []})
        return Response.json({"token_endpoint": base + "/oauth2/v2.0/token",
                              "authorization_endpoint": base + "/oauth2/v2.0/authorize",
                              "issuer": base + "/v2.0", "jwks_uri": base + "/keys"})

    # ---- queries ----

    def query(self, request):
        if request.method != "POST" or not (request.header("content-type") or "").startswith(
                "application/json") or not request.body:
            return Response(200, b"", "application/json")
        self.check_token(request)
        if QUERY.match(request.path)[1] != self.state["workspace"]:
            raise query_error(404, "WorkspaceNotFoundError", "The workspace could not be found")
        if self.state["denied"]:
            raise query_error(403, "InsufficientAccessError", "The provided credentials have "
                              "insufficient access to perform the requested operation")
        asked = request.json()
        self.check_query(request, asked)
        return Response.json(self.run(asked))

    def check_token(self, request):
        kind, _, token = (request.header("authorization") or "").partition(" ")
        audience, ends = self.tokens.get(token, (None, 0))
        if kind != "Bearer" or ends < time.time():
            echo = f": {token}" if self.state["echo"] else ""
            raise query_error(401, "AuthenticationFailed", "Valid authentication was not provided"
                              + echo)
        if audience != self.state["audience"]:
            raise query_error(403, "InvalidAuthenticationTokenAudience", "The access token is for "
                              f"the wrong audience: {audience}")

    def check_query(self, request, asked):
        prefer = request.header("prefer") or ""
        waits = re.findall(r"wait=(\d+)", prefer)
        if any(int(w) > 600 for w in waits) or not isinstance(asked.get("query"), str):
            raise query_error(400, "BadArgumentError", "The request had some invalid properties")
        if self.state["semantic"] and re.search(self.state["semantic"][0], asked["query"]):
            raise query_error(
                400, "BadArgumentError", "The request had some invalid properties",
                {"code": "SemanticError", "message": "A semantic error occurred.",
                 "innererror": {"code": "SEM0100", "message": self.state["semantic"][1]}})

    def run(self, asked):
        if self.state["answer"] is not None:
            return self.state["answer"]
        begin, end = window(asked["timespan"]) if asked.get("timespan") else (0, 1 << 40)
        rows = [r for r in self.rows if begin <= seconds(r["row"]["TimeGenerated"]) <= end]
        surveyed = "keywatch_times" in asked["query"]
        rows = [r for r in rows if surveyed or not r.get("other")]
        flat = (self.survey(asked["query"], [r["row"] for r in rows]) if surveyed else
                [self.flatten(r, "keywatch_row" in asked["query"]) for r in rows])
        names = list(dict.fromkeys(["AwsEventId"] * surveyed + [n for r in flat for n in r])) or [
            "AwsEventId"]
        most = self.state["max_rows"]
        answer = {"tables": [{
            "name": "PrimaryResult",
            "columns": [{"name": n, "type": TYPES.get(n, "string")} for n in names],
            "rows": [[r.get(n, "") for n in names] for r in flat[:most]]}]}
        if len(flat) > most:
            answer["error"] = self.too_large(most)
        if self.state["pad"]:
            answer["statistics"] = {"query": "x" * (self.state["pad"] * len(flat))}
        return answer

    @staticmethod
    def survey(query, rows):
        """The rows that its conditions are true of, and the times of all."""
        text = r"\((" + LITERAL + r"(?:, " + LITERAL + r")*)\)"
        lists = {name.lstrip("("): [literal(t) for t in re.findall(LITERAL, values)]
                 for name, _, values in re.findall(
                     r"(?:where|or|\() ?([A-Za-z_().]+) (in|has_any) " + text, query)}
        user = "tostring(parse_json(RequestParameters).userName)"
        columns = ("UserIdentityArn", "UserIdentityPrincipalid", "UserIdentityInvokedBy",
                   "SourceIpAddress", "UserIdentityUserName")

        def about(row):
            keys = lists.get("UserIdentityAccessKeyId", [])
            return (row["EventName"] == "CreateAccessKey"
                    or row.get("UserIdentityAccessKeyId") in keys
                    or any(k in row.get(c, "") for k in keys
                           for c in ("RequestParameters", "ResponseElements"))
                    or row["EventName"] in lists["EventName"] and (
                        any(row.get(c) in lists.get(c, []) for c in columns)
                        or json.loads(row.get("RequestParameters") or "{}").get("userName")
                        in lists.get(user, [])
                        or 'UserIdentityType == "Root"' in query
                        and row["UserIdentityType"] == "Root"))

        firsts = {}
        for row in sorted(rows, key=lambda r: r["TimeGenerated"]):
            if row.get("SourceIpAddress") in lists.get("SourceIpAddress", []):
                firsts.setdefault(tuple(row.get(c) for c in columns[:4]), row)
        found = [r for r in rows if about(r)] + list(firsts.values())
        found.sort(key=lambda r: r["TimeGenerated"])
        times = {}
        for row in rows:
            times.setdefault(row.get("RecipientAccountId", ""), []).append(row["TimeGenerated"])
        ledger = [{"RecipientAccountId": account, "keywatch_first": min(of), "keywatch_last": max(of)}
                  for account, of in times.items()]
        return found[:int(re.search(r"take (\d+)", query)[1])] + ledger

    def flatten(self, row, wrapped):
        if not wrapped:
            return row["row"]
        arrived = {"keywatch_arrived": row["arrived"]} if row.get("arrived") else {}
        made = row.get("made") or {}
        if self.state["plain"]:
            return {**made, **arrived}
        return {"keywatch_event": row["row"].get("AwsEventId", ""),
                "keywatch_row": json.dumps({**row["row"], **made}), **row["row"], **arrived}

    @staticmethod
    def too_large(most):
        return {"code": "PartialError", "message": "There were some errors when processing your "
                "query.", "details": [{"code": "EngineError", "message": "Something went wrong "
                "processing your query on the server.", "innererror": {
                    "code": "-2133196797", "message": f"The results of this query exceed the set "
                    f"limit of {most} records, so not all records were returned "
                    "(E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0001).", "severity": 2,
                    "severityName": "Error"}}]}
