"""Certificates by openssl: one authority that tests name as ca_bundle, one that nobody knows."""
import os
import subprocess

NAMES = "DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE)


def authority(folder, name):
    key, cert = (os.path.join(folder, f"{name}.{end}") for end in ("key", "pem"))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", cert, "-days", "2", "-subj", f"/CN=keywatch test {name}",
            "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    return key, cert


def server(folder, name, ca, names):
    """A certificate for these names; key and chain in one file."""
    ca_key, ca_cert = ca
    key, request, cert, extensions, both = (
        os.path.join(folder, f"{name}.{end}") for end in ("key", "csr", "crt", "ext", "pem"))
    with open(extensions, "w", encoding="ascii") as f:
        f.write(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", request, "-subj", f"/CN=keywatch {name}")
    openssl("x509", "-req", "-in", request, "-CA", ca_cert, "-CAkey", ca_key, "-CAcreateserial",
            "-out", cert, "-days", "2", "-extfile", extensions)
    with open(both, "w", encoding="ascii") as f:
        for part in (key, cert):
            with open(part, encoding="ascii") as source:
                f.write(source.read())
    return both


def make(folder):
    """Returns (file of the known authority, {listener: certificate file})."""
    known, unknown = authority(folder, "known-ca"), authority(folder, "unknown-ca")
    return known[1], {
        "https": server(folder, "good", known, NAMES),
        "https_wrong_name": server(folder, "wrong-name", known, "DNS:wrong.example"),
        "https_unknown_ca": server(folder, "unknown", unknown, NAMES),
    }
