"""Credentials as people have them, good and bad: certificates, tokens, and plugins that print either."""

import base64
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.controlplane.cluster import ControlPlane

Object = dict[str, Any]


def kubeconfig(path: Path, control_plane: ControlPlane, user: Object, **cluster: Object | str | bool) -> Path:
    """A kubeconfig with one cluster `there`, one user `someone` and one context `here` that is current."""
    authority = {"certificate-authority": str(control_plane.pki / "ca.crt")} if not cluster else {}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "clusters": [{"name": "there", "cluster": {"server": control_plane.url, **authority, **cluster}}],
        "users": [{"name": "someone", "user": user}],
        "contexts": [{"name": "here", "context": {"cluster": "there", "user": "someone"}}],
    }
    path.write_text(json.dumps(document))
    return path


def certificate_of(control_plane: ControlPlane, user: str) -> tuple[bytes, bytes]:
    """A user's client certificate and key, as PEM."""
    found = yaml.safe_load(control_plane.kubeconfig_of(user).read_text())["users"][0]["user"]
    certificate, key = (found[f"client-{what}-data"] for what in ("certificate", "key"))
    return base64.b64decode(certificate), base64.b64decode(key)


def expired_certificate(control_plane: ControlPlane, user: str) -> tuple[bytes, bytes]:
    """What the control plane's own authority issued, an hour ago, until a minute ago."""
    authority = x509.load_pem_x509_certificate((control_plane.pki / "ca.crt").read_bytes())
    signing = serialization.load_pem_private_key((control_plane.pki / "ca.key").read_bytes(), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user)]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now - timedelta(minutes=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(signing, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


def expired_token(control_plane: ControlPlane, issued: str) -> str:
    """A service account's token as the server signs them, but for its time: it ended a minute ago.

    `issued` is one that is good, for its claims; the signature is made anew (RFC 7515, ES256).
    """
    header, claims, _ = issued.split(".")
    then = int(time.time()) - 3600
    payload = {**json.loads(_decoded(claims)), "iat": then, "nbf": then, "exp": then + 3540}
    signed = f"{header}.{_encoded(json.dumps(payload).encode())}"
    key = serialization.load_pem_private_key((control_plane.pki / "service-account.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def plugin(path: Path, version: str, status: Object) -> Object:
    """A kubeconfig user whose exec plugin prints this status; it notes in `PATH.ran` that it ran."""
    document = {
        "apiVersion": f"client.authentication.k8s.io/{version}",
        "kind": "ExecCredential",
        "status": status,
    }
    path.write_text(
        f"#!{sys.executable}\nwith open({str(path) + '.ran'!r}, 'a') as ran:\n    ran.write('x')\nprint({json.dumps(document)!r})\n"
    )
    path.chmod(0o755)
    return {
        "exec": {
            "apiVersion": document["apiVersion"],
            "command": str(path),
            "interactiveMode": "Never",
            "installHint": "get it from your administrator",
        }
    }
