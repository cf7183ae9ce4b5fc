"""Files of TLS that can't be used: the one at fault is named, with what is wrong with it."""

import ssl
from pathlib import Path

import pytest

from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.transports.tls_server import ServerCertificates, server_context
from tests.lab.certificates import Authority


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificates:
    authority = Authority(tmp_path_factory.mktemp("pki"))
    server = authority.server("api")
    return ServerCertificates(server.certificate, server.key, authority.path)


def refusal(certificate: Path, key: Path, ca: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        server_context(ServerCertificates(certificate, key, ca), "api.tls", ssl.TLSVersion.TLSv1_3)
    (problem,) = caught.value.problems
    return problem.text


def test_the_file_that_is_missing_is_the_one_that_is_named(files: ServerCertificates, tmp_path: Path) -> None:
    gone = tmp_path / "gone.pem"
    assert refusal(gone, files.key, files.ca) == f"certificate: there is no file {gone}"
    assert refusal(files.certificate, gone, files.ca) == f"key: there is no file {gone}"
    assert refusal(files.certificate, files.key, gone) == f"ca: there is no file {gone}"


def test_what_is_no_file_and_what_holds_something_else_is_said(files: ServerCertificates, tmp_path: Path) -> None:
    junk = tmp_path / "junk"
    junk.write_text("junk")
    assert refusal(files.certificate, tmp_path, files.ca) == f"key: {tmp_path} is a directory, not a file"
    assert refusal(files.certificate, files.key, junk) == f"ca: {junk} holds no certificate in PEM"
    assert refusal(files.key, files.key, files.ca) == f"certificate: {files.key} holds no certificate in PEM"


def test_a_key_of_another_certificate_is_called_so(files: ServerCertificates, tmp_path: Path) -> None:
    other = Authority(tmp_path).server("other")
    said = refusal(files.certificate, other.key, files.ca)
    assert said.startswith(f"key: {other.key} is not the private key of {files.certificate}")
