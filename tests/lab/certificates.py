"""A small certificate authority for the lab: a CA, servers and clients with names of their own, files of mode 0600."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = dt.timedelta(days=1)
LOCALHOST = ("localhost", "127.0.0.1", "::1")


def appliance_uri(appliance: str) -> str:
    """The identity of an appliance in its client certificate."""
    return f"urn:cmsp:appliance:{appliance}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Paths of PEM files: a certificate and its private key."""

    certificate: Path
    key: Path


class Authority:
    """A CA that lives in a directory; its certificate is `ca.crt` there. What it signs was valid `before` now."""

    def __init__(self, directory: Path, name: str = "lab CA", before: dt.timedelta = DAY / 24) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._before = before
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.path = directory / "ca.crt"
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            self._builder(self._name, self._key.public_key(), DAY * 3650)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, name: str = "server", hosts: Sequence[str] = LOCALHOST, days: float = 1.0) -> Identity:
        """A server's certificate, valid for the host names and addresses; days below 0 make an expired one."""
        return self._issue(name, [_host(host) for host in hosts], ExtendedKeyUsageOID.SERVER_AUTH, DAY * days)

    def client(self, name: str, uri: str, days: float = 1.0) -> Identity:
        """A client's certificate with a URI as its identity; days below 0 make an expired one."""
        names = [x509.UniformResourceIdentifier(uri)]
        return self._issue(name, names, ExtendedKeyUsageOID.CLIENT_AUTH, DAY * days)

    def sign(self, csr: str, uri: str, days: float = 1.0) -> str:
        """A certificate for somebody else's key, PEM; for the client and the server that an appliance is."""
        request = x509.load_pem_x509_csr(csr.encode())
        key = request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert request.is_signature_valid
        names = [x509.UniformResourceIdentifier(uri), *(_host(host) for host in LOCALHOST)]
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
        certificate = (
            self._builder(request.subject, key, DAY * days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM).decode()

    def _issue(
        self, name: str, names: Sequence[x509.GeneralName], usage: x509.ObjectIdentifier, life: dt.timedelta
    ) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._builder(subject, key.public_key(), life)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        identity = Identity(self._directory / f"{name}.crt", self._directory / f"{name}.key")
        identity.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        identity.key.touch(mode=0o600)
        identity.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return identity

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, life: dt.timedelta
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        start = min(now - self._before, now + life - DAY / 24)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(now + life)
            # Python 3.13 and current OpenSSL ask for both key identifiers
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
