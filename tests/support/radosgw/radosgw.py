#!/usr/bin/env python3
"""A real S3 and STS on loopback: Ceph's monitor, one storage daemon in memory and its gateway, all
in a private folder on free ports. Prints one JSON line (port, key, secret, role) once it answers
and serves until its standard input ends; then everything is gone.

Debian: ceph-mon ceph-osd radosgw ceph-common.
"""
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid

KEY, SECRET = "RGWKEYWATCHTEST00001", "rgw/secret+of=the/test"
ROLE = "arn:aws:iam:::role/reader"
START_SECONDS = 120

CONF = """[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{mon}
public addr = 127.0.0.1
ms bind msgr1 = false
ms bind port min = {low}
ms bind port max = {high}
mon data = {folder}/mon
osd data = {folder}/osd
keyring = {folder}/keyring
admin socket =
pid file =
run dir = {folder}
log file = {folder}/$name.log
mon cluster log file = {folder}/cluster.log
osd objectstore = memstore
memstore device bytes = 268435456
osd memory target = 939524096
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
mgr initial modules =
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{http}
rgw s3 auth use sts = true
rgw sts key = abcdefghijklmnop
rgw dns name = localhost
rgw max listing results = 20
rgw data = {folder}/rgw
"""
ANYBODY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/keywatch"]},
     "Action": ["sts:AssumeRole"]}]}
READING = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"],
     "Resource": ["arn:aws:s3:::*"]}]}


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Cluster:
    def __init__(self, folder):
        self.folder, self.daemons = folder, []
        mon, self.http, low = free_ports(3)
        for name in ("mon", "osd", "rgw"):
            os.mkdir(os.path.join(folder, name))
        self.conf = os.path.join(folder, "ceph.conf")
        self.fsid, self.mon = str(uuid.uuid4()), mon
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(CONF.format(fsid=self.fsid, mon=mon, http=self.http, low=low, high=low + 200,
                                folder=folder))

    def run(self, *words):
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def ceph(self, *words):
        return self.run("ceph", "-c", self.conf, "--connect-timeout", "30", *words)

    def admin(self, *words):
        return self.run("radosgw-admin", "-c", self.conf, "-n", "client.rgw", *words)

    def start(self, *words):
        self.daemons.append(subprocess.Popen([*words, "-c", self.conf, "-f"],
                                             preexec_fn=die_with_parent, stdin=subprocess.DEVNULL,
                                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def make_keys(self):
        keyring, caps = os.path.join(self.folder, "keyring"), ["--cap", "mon", "allow *"]
        everything = [*caps, "--cap", "osd", "allow *", "--cap", "mgr", "allow *"]
        self.run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", *caps)
        for name in ("client.admin", "client.rgw"):
            self.run("ceph-authtool", keyring, "--gen-key", "-n", name, *everything)
        return keyring

    def up(self):
        keyring, monmap = self.make_keys(), os.path.join(self.folder, "monmap")
        self.run("monmaptool", "--create", "--addv", "a", f"[v2:127.0.0.1:{self.mon}]", "--fsid",
                 self.fsid, monmap)
        self.run("ceph-mon", "-c", self.conf, "--mkfs", "-i", "a", "--monmap", monmap, "--keyring",
                 keyring)
        self.start("ceph-mon", "-i", "a")
        with open(keyring, "ab") as f:
            f.write(self.ceph("auth", "get-or-create", "osd.0", "mon", "allow profile osd", "osd",
                              "allow *", "mgr", "allow profile osd"))
        osd = str(uuid.uuid4())
        self.ceph("osd", "new", osd, "0")
        self.run("ceph-osd", "-c", self.conf, "-i", "0", "--mkfs", "--osd-uuid", osd)
        self.start("ceph-osd", "-i", "0")
        self.start("radosgw", "-n", "client.rgw")
        self.wait()
        self.admin("user", "create", "--uid=keywatch", "--display-name=keywatch",
                   f"--access-key={KEY}", f"--secret-key={SECRET}")
        self.admin("role", "create", "--role-name=reader",
                   "--assume-role-policy-doc=" + json.dumps(ANYBODY))
        self.admin("role-policy", "put", "--role-name=reader", "--policy-name=reading",
                   "--policy-doc=" + json.dumps(READING))

    def wait(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if any(d.poll() is not None for d in self.daemons):
                raise RuntimeError("a daemon of Ceph ended: " + self.last_words())
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.http}/", timeout=1).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                self.wait_for_an_end(0.2)
        raise RuntimeError("the gateway does not answer: " + self.last_words())

    def wait_for_an_end(self, seconds):
        try:
            self.daemons[-1].wait(seconds)
        except subprocess.TimeoutExpired:
            pass

    def last_words(self):
        words = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".log"):
                with open(os.path.join(self.folder, name), errors="replace") as f:
                    words += [f"== {name}", *f.read().splitlines()[-15:]]
        return "\n".join(words)

    def down(self):
        for daemon in reversed(self.daemons):
            daemon.kill()
            daemon.wait()


def main():
    os.environ.pop("CEPH_CONF", None)
    folder = tempfile.mkdtemp(prefix="keywatch-rgw.")
    cluster = Cluster(folder)
    try:
        cluster.up()
        print(json.dumps({"port": cluster.http, "key": KEY, "secret": SECRET, "role": ROLE}),
              flush=True)
        while sys.stdin.buffer.read(4096):
            pass
    finally:
        cluster.down()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
