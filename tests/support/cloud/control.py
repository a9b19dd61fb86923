"""POST /_control (README.md)."""
import time


def reset(cloud, op):
    cloud.reset()
    return {}


def keys(cloud, op):
    for key in op.get("add", []):
        cloud.add_key(key["id"], key["secret"], key.get("token"),
                      time.time() + key["expires_in"] if "expires_in" in key else None,
                      key.get("arn", "arn:aws:iam::111122223333:user/keywatch"))
    for key_id in op.get("remove", []):
        cloud.keys.pop(key_id, None)
    return {"count": len(cloud.keys)}


def set_state(cloud, op):
    cloud.services[op["service"]].state.update(op["state"])
    return {}


def get_state(cloud, op):
    return cloud.services[op["service"]].state


def call(cloud, op):
    method = getattr(cloud.services[op["service"]], "control_" + op["method"])
    return method(**op.get("arguments", {})) or {}


def fault(cloud, op):
    cloud.faults.add({k: v for k, v in op.items() if k != "op"})
    return {}


def faults(cloud, op):
    if op.get("clear"):
        cloud.faults.clear()
    return {"faults": cloud.faults.list}


def chosen(cloud, op):
    return [entry for entry in cloud.log[op.get("since", 0):]
            if (entry["answered"] or op.get("arrived") or op["op"] == "log")
            and op.get("service") in (None, entry["service"])
            and op.get("operation") in (None, entry["operation"])]


def log(cloud, op):
    with cloud.logged:
        return {"log": chosen(cloud, op), "next": len(cloud.log)}


def wait(cloud, op):
    with cloud.logged:
        came = cloud.logged.wait_for(lambda: len(chosen(cloud, op)) >= op.get("count", 1),
                                     op.get("timeout_ms", 30000) / 1000)
        return {"came": came, "count": len(chosen(cloud, op)), "next": len(cloud.log)}


OPS = {"reset": reset, "keys": keys, "set": set_state, "get": get_state, "call": call,
       "fault": fault, "faults": faults, "log": log, "wait": wait}


def run(cloud, body):
    if isinstance(body, list):
        return [run(cloud, op) for op in body]
    return OPS[body["op"]](cloud, body)
