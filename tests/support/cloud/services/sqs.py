"""SQS (JSON 1.0): ReceiveMessage, DeleteMessage, DeleteMessageBatch, GetQueueAttributes,
ChangeMessageVisibility. One queue a URL path.

State: visibility (seconds, instead of what is asked; null), redrive (RedrivePolicy of every queue;
null: none), denied (list of operations that are refused).

control_send(bodies, queue): messages that become visible now; returns their ids.
control_queue(queue): [{id, receives, deleted}] of all that were ever sent.
control_await_deleted(count, queue): waits until so many are.
"""
import hashlib
import json
import threading
import time
import urllib.parse
import uuid

from service import Base
from sigv4 import Denied
from wire import Response


class Service(Base):
    name = signed_as = "sqs"
    protocol = "json-1.0"

    def __init__(self, cloud):
        self.arrived = threading.Condition()
        super().__init__(cloud)

    def reset(self):
        self.queues = {}
        self.state = {"visibility": None, "redrive": None, "denied": []}

    def operation(self, request):
        return (request.header("x-amz-target") or "").rpartition(".")[2]

    def error(self, code, message, status, extra=None):
        return super().error("com.amazonaws.sqs#" + code if "." not in code else code, message,
                             status, extra)

    # ---- control ----

    def control_send(self, bodies, queue="/111122223333/keywatch", sent=None):
        with self.arrived:
            messages = [{"id": str(uuid.uuid4()), "body": body if isinstance(body, str)
                         else json.dumps(body), "sent": sent or int(time.time() * 1000),
                         "receives": 0, "visible_at": 0, "receipt": None, "deleted": False}
                        for body in bodies]
            self.queues.setdefault(queue, []).extend(messages)
            self.arrived.notify_all()
        return {"ids": [m["id"] for m in messages]}

    def control_queue(self, queue="/111122223333/keywatch"):
        return {"messages": [{k: m[k] for k in ("id", "receives", "deleted")}
                             for m in self.queues.get(queue, [])]}

    def control_await_deleted(self, count, queue="/111122223333/keywatch"):
        """Until so many messages of it are deleted, for 30 s at most."""
        with self.arrived:
            came = self.arrived.wait_for(
                lambda: sum(m["deleted"] for m in self.queues.get(queue, [])) >= count, 30)
        return {"came": came}

    # ---- the API ----

    def handle(self, request):
        if request.header("content-type") != "application/x-amz-json-1.0":
            raise Denied("InvalidAction", "content type", 400)
        request.authenticate("sqs")
        operation = self.operation(request)
        asked = json.loads(request.body)
        if operation in self.state["denied"]:
            raise Denied("AccessDenied", f"not authorized to perform: sqs:{operation.lower()}", 400)
        path = urllib.parse.urlsplit(asked.get("QueueUrl", "")).path
        if path not in self.queues:
            raise Denied("QueueDoesNotExist", "The specified queue does not exist.", 400)
        actions = {"ReceiveMessage": self.receive, "DeleteMessageBatch": self.delete_batch,
                   "DeleteMessage": self.delete_one, "GetQueueAttributes": self.attributes}
        if operation not in actions:
            raise Denied("InvalidAction", operation, 400)
        answer = actions[operation](self.queues[path], asked)
        return Response.json(answer, content_type="application/x-amz-json-1.0")

    def visible(self, queue):
        now = time.monotonic()
        return [m for m in queue if not m["deleted"] and m["visible_at"] <= now]

    def receive(self, queue, asked):
        until = time.monotonic() + asked.get("WaitTimeSeconds", 0)
        count = asked.get("MaxNumberOfMessages", 1)
        if not 1 <= count <= 10:
            raise Denied("InvalidParameterValue", "MaxNumberOfMessages", 400)
        with self.arrived:
            while not self.visible(queue) and time.monotonic() < until:
                self.arrived.wait(0.05)
            chosen = self.visible(queue)[:count]
            for message in chosen:
                self.take(message, asked)
        wanted = asked.get("MessageSystemAttributeNames") or asked.get("AttributeNames") or []
        return {"Messages": [self.shown(m, wanted) for m in chosen]} if chosen else {}

    def take(self, message, asked):
        hidden = self.state["visibility"]
        hidden = asked.get("VisibilityTimeout", 30) if hidden is None else hidden
        message["receives"] += 1
        message["receipt"] = f"{message['id']}/{message['receives']}+="
        message["visible_at"] = time.monotonic() + hidden

    @staticmethod
    def shown(message, wanted):
        every = {"ApproximateReceiveCount": str(message["receives"]),
                 "SentTimestamp": str(message["sent"])}
        return {"MessageId": message["id"], "ReceiptHandle": message["receipt"],
                "MD5OfBody": hashlib.md5(message["body"].encode()).hexdigest(),
                "Body": message["body"],
                "Attributes": {k: v for k, v in every.items() if k in wanted or "All" in wanted}}

    def delete(self, queue, receipt):
        for message in queue:
            if message["receipt"] == receipt:
                with self.arrived:
                    message["deleted"] = True
                    self.arrived.notify_all()
                return True
        return False

    def delete_one(self, queue, asked):
        if not self.delete(queue, asked["ReceiptHandle"]):
            raise Denied("ReceiptHandleIsInvalid", "", 400)
        return {}

    def delete_batch(self, queue, asked):
        done, failed = [], []
        if not 1 <= len(asked["Entries"]) <= 10:
            raise Denied("TooManyEntriesInBatchRequest", "", 400)
        for entry in asked["Entries"]:
            if self.delete(queue, entry["ReceiptHandle"]):
                done.append({"Id": entry["Id"]})
            else:
                failed.append({"Id": entry["Id"], "SenderFault": True,
                               "Code": "ReceiptHandleIsInvalid"})
        return {"Successful": done, "Failed": failed}

    def attributes(self, queue, asked):
        every = {"ApproximateNumberOfMessages": str(len(self.visible(queue)))}
        if self.state["redrive"]:
            every["RedrivePolicy"] = json.dumps(self.state["redrive"])
        wanted = asked.get("AttributeNames", [])
        return {"Attributes": {k: v for k, v in every.items() if k in wanted or "All" in wanted}}
