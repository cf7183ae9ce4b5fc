"""`cmsp-agent backup recover` as a partner runs it: a program, a key file, a copy of the storage."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import x25519

from cmsp_agent.model.backup import Backup
from cmsp_agent.services.backups.copies import ManifestFiles
from cmsp_agent.services.backups.sealed_notes import noted
from cmsp_agent.storage.sealed.blobs import BlobStore
from cmsp_agent.storage.sealed.master_key import keep_wrapped, master_key

TEXT = b"hostname gw-1\nend\n"
VERSION = Backup("b-1", "gw-1", 1_767_225_600_000, 0, "", 18, "")


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A partner's storage with one version, and the recovery key beside it."""
    private = x25519.X25519PrivateKey.generate()
    (tmp_path / "private.pem").write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    public = tmp_path / "recovery.pem"
    public.write_bytes(
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    backups = tmp_path / "backups"
    backups.mkdir()
    key = master_key(tmp_path)
    keep_wrapped(key, public, backups)
    address = BlobStore(backups, key).put("gw-1", TEXT, noted(VERSION))
    ManifestFiles(backups, key).write("gw-1", [replace(VERSION, blob=address)])
    return backups


def recover(storage: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "import sys; from cmsp_agent.cli.main import main; sys.exit(main())"]
    command = [*program, "backup", "recover", str(storage), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_everything_is_written_out(storage: Path, tmp_path: Path) -> None:
    done = recover(storage, "--key", str(tmp_path / "private.pem"), "--into", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["items"]
    assert (row["component"], row["taken_at"]) == ("gw-1", "2026-01-01T00:00:00.000Z")
    assert Path(row["path"]).read_text() == "hostname gw-1\nend\n"


def test_without_a_place_to_write_everything_is_verified(storage: Path, tmp_path: Path) -> None:
    done = recover(storage, "--key", str(tmp_path / "private.pem"))
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout
    assert not list(tmp_path.rglob("*.cfg"))
    path = next(storage.glob("??/*.cmsp"))
    path.write_bytes(path.read_bytes()[:-1])
    assert recover(storage, "--key", str(tmp_path / "private.pem")).returncode == 1


def test_what_is_missing_is_reported(storage: Path, tmp_path: Path) -> None:
    next(storage.glob("??/*.cmsp")).unlink()
    lost = recover(storage, "--key", str(tmp_path / "private.pem"), "--into", str(tmp_path / "out"))
    assert lost.returncode == 1
    assert "1 of 1 could not be recovered" in lost.stderr
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("garbage")
    wrong = recover(storage, "--key", str(garbage), "--into", str(tmp_path / "out"))
    assert wrong.returncode == 1
    assert "not a private key" in wrong.stderr


def test_a_lost_manifest_is_reported_and_its_contents_are_written_out(storage: Path, tmp_path: Path) -> None:
    next((storage / "manifests").iterdir()).unlink()
    into = tmp_path / "out"
    lost = recover(storage, "--key", str(tmp_path / "private.pem"), "--into", str(into))
    assert lost.returncode == 1
    assert "no manifest names it" in " ".join(lost.stdout.split())
    assert [path.read_bytes() for path in into.glob("gw-1/2026-01-01T000000Z-*.cfg")] == [TEXT]
