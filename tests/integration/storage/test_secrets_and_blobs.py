"""The vault, the master key and the contents of backups on real files."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import x25519

from cmsp_agent.model.errors import ConfigurationError, StorageError, StorageFull
from cmsp_agent.storage.sealed import master_key as keys
from cmsp_agent.storage.sealed.blobs import Blobs, BlobStore
from cmsp_agent.storage.sealed.master_key import MasterKey, master_key
from cmsp_agent.storage.sealed.vault import Vault

CONFIG = b"hostname gw-paris-1\nenable secret 9 $9$xyz\nend\n" * 200


@pytest.fixture
def key(tmp_path: Path) -> MasterKey:
    return master_key(tmp_path)


class TestMasterKey:
    def test_made_once_for_its_owner_only(self, tmp_path: Path, key: MasterKey) -> None:
        path = tmp_path / "master.key"
        assert path.stat().st_mode & 0o777 == 0o600
        assert master_key(tmp_path) == key
        assert path.read_text().strip() not in repr(key)
        assert list(tmp_path.iterdir()) == [path]

    def test_a_key_that_others_may_read_is_refused(self, tmp_path: Path, key: MasterKey) -> None:
        (tmp_path / "master.key").chmod(0o640)
        with pytest.raises(ConfigurationError, match="chmod 600"):
            master_key(tmp_path)

    @pytest.mark.parametrize("content", ["", "nothex", "ab" * 31])
    def test_no_key(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "master.key").touch(mode=0o600)
        (tmp_path / "master.key").write_text(content)
        with pytest.raises(ConfigurationError):
            master_key(tmp_path)

    def test_a_systemd_credential_comes_first(self, tmp_path: Path, key: MasterKey) -> None:
        (tmp_path / "cmsp-master-key").write_text("ab" * 32 + "\n")
        given = master_key(tmp_path, credentials=tmp_path)
        assert given != key
        assert given.source.endswith("cmsp-master-key")

    def test_two_processes_that_make_it_agree(self, tmp_path: Path) -> None:
        code = "import sys; from pathlib import Path; from cmsp_agent.storage.sealed.master_key import master_key as m;"
        code += "print(m(Path(sys.argv[1])).derived('x').hex())"
        processes = [
            subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(4)
        ]
        assert len({process.communicate()[0] for process in processes}) == 1

    def test_the_partner_gets_everything_back_with_the_recovery_key(self, tmp_path: Path, key: MasterKey) -> None:
        private = x25519.X25519PrivateKey.generate()
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        secret = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (tmp_path / "recovery.pub").write_bytes(public)
        disk = tmp_path / "disk"
        disk.mkdir()
        address = BlobStore(disk, key).put("gw-1", CONFIG)
        wrapped = keys.keep_wrapped(key, tmp_path / "recovery.pub", disk)
        # the appliance is gone; only the disk and the partner's key are left
        (tmp_path / "master.key").unlink()
        replacement = tmp_path / "replacement"
        replacement.mkdir()
        keys.install(keys.recovered(wrapped, secret), replacement)
        assert BlobStore(disk, master_key(replacement)).get(address) == CONFIG
        with pytest.raises(StorageError, match="already"):
            keys.install(keys.recovered(wrapped, secret), replacement)

    def test_a_missing_or_wrong_recovery_key_is_a_mistake_in_the_configuration(
        self, tmp_path: Path, key: MasterKey
    ) -> None:
        with pytest.raises(ConfigurationError, match="no such file"):
            keys.keep_wrapped(key, tmp_path / "none.pub", tmp_path)
        (tmp_path / "bad.pub").write_text("no key")
        with pytest.raises(ConfigurationError):
            keys.keep_wrapped(key, tmp_path / "bad.pub", tmp_path)


class TestVault:
    def test_secrets_are_kept_sealed(self, tmp_path: Path, key: MasterKey) -> None:
        vault = Vault(tmp_path / "vault.json", key)
        vault.set("ro-auth", "s3cret-value")
        vault.set("old-community", "public")
        content = (tmp_path / "vault.json").read_bytes()
        assert b"s3cret" not in content
        assert (tmp_path / "vault.json").stat().st_mode & 0o777 == 0o600
        other = Vault(tmp_path / "vault.json", master_key(tmp_path))
        assert other.names() == ["old-community", "ro-auth"]
        assert other.find("ro-auth") == "s3cret-value"
        assert other.find("none") is None

    def test_a_change_is_seen_by_who_has_it_open(self, tmp_path: Path, key: MasterKey) -> None:
        mine, other = Vault(tmp_path / "vault.json", key), Vault(tmp_path / "vault.json", key)
        mine.set("a", "1")
        assert other.find("a") == "1"
        mine.set("a", "2")
        assert other.find("a") == "2"
        assert other.delete("a")
        assert not other.delete("a")
        assert mine.find("a") is None

    def test_another_key_opens_nothing_and_shows_nothing(self, tmp_path: Path, key: MasterKey) -> None:
        Vault(tmp_path / "vault.json", key).set("a", "s3cret-value")
        (tmp_path / "other").mkdir()
        with pytest.raises(ConfigurationError, match="set it again") as caught:
            Vault(tmp_path / "vault.json", master_key(tmp_path / "other")).find("a")
        assert "s3cret" not in str(caught.value)

    def test_a_secret_moved_to_another_name_does_not_open(self, tmp_path: Path, key: MasterKey) -> None:
        vault = Vault(tmp_path / "vault.json", key)
        vault.set("ab", "1")
        content = (tmp_path / "vault.json").read_text().replace('"ab"', '"cd"')
        (tmp_path / "vault.json").write_text(content)
        with pytest.raises(ConfigurationError):
            vault.find("cd")

    @pytest.mark.parametrize("content", ["", "{", '{"secrets": 3}', '{"a": 1}', "[]"])
    def test_a_damaged_vault_is_reported(self, tmp_path: Path, key: MasterKey, content: str) -> None:
        (tmp_path / "vault.json").write_text(content)
        with pytest.raises(StorageError):
            Vault(tmp_path / "vault.json", key).set("a", "1")

    @pytest.mark.parametrize(("name", "value"), [("", "x"), ("a" * 129, "x"), ("a\n", "x"), ("a", "")])
    def test_bad_names_and_values(self, tmp_path: Path, key: MasterKey, name: str, value: str) -> None:
        with pytest.raises(ValueError, match="secret"):
            Vault(tmp_path / "vault.json", key).set(name, value)


class TestBlobs:
    def test_stored_once_sealed_and_small(self, tmp_path: Path, key: MasterKey) -> None:
        store = BlobStore(tmp_path / "blobs", key)
        address = store.put("gw-1", CONFIG)
        path = next((tmp_path / "blobs").glob("??/*"))
        before = path.stat()
        assert store.put("gw-1", CONFIG) == address
        assert path.stat().st_ino == before.st_ino
        assert store.get(address) == CONFIG
        assert b"hostname" not in path.read_bytes()
        assert before.st_size < len(CONFIG) / 20
        assert list(store.addresses()) == [address]
        assert store.size() == before.st_size

    def test_the_address_needs_the_key(self, tmp_path: Path, key: MasterKey) -> None:
        (tmp_path / "other").mkdir()
        mine, other = BlobStore(tmp_path / "a", key), BlobStore(tmp_path / "b", master_key(tmp_path / "other"))
        assert mine.put("gw-1", CONFIG) != other.put("gw-1", CONFIG)
        assert mine.fingerprint("gw-1", CONFIG) != other.fingerprint("gw-1", CONFIG)
        assert mine.fingerprint("gw-1", CONFIG) == mine.fingerprint("gw-1", CONFIG) != mine.put("gw-1", CONFIG)

    @pytest.mark.parametrize("damage", ["flip", "cut", "empty", "swap"])
    def test_damage_is_noticed_and_mended_by_the_next_put(self, tmp_path: Path, key: MasterKey, damage: str) -> None:
        store = BlobStore(tmp_path / "blobs", key)
        address = store.put("gw-1", CONFIG)
        path = tmp_path / "blobs" / address[:2] / f"{address}.cmsp"
        content = bytearray(path.read_bytes())
        if damage == "flip":
            content[20] ^= 1
        elif damage == "swap":
            other = store.put("gw-1", b"another")
            content = bytearray((tmp_path / "blobs" / other[:2] / f"{other}.cmsp").read_bytes())
        path.write_bytes(bytes({"cut": content[:-1], "empty": bytearray()}.get(damage, content)))
        with pytest.raises(StorageError):
            store.get(address)
        assert store.put("gw-1", CONFIG) == address
        assert store.get(address) == CONFIG

    @pytest.mark.parametrize("address", ["", "../../etc/passwd", "0" * 63, "G" * 64])
    def test_no_address(self, tmp_path: Path, key: MasterKey, address: str) -> None:
        with pytest.raises(StorageError):
            BlobStore(tmp_path, key).get(address)

    def test_missing(self, tmp_path: Path, key: MasterKey) -> None:
        with pytest.raises(StorageError, match="no such content"):
            BlobStore(tmp_path, key).get("0" * 64)
        assert not BlobStore(tmp_path, key).delete("0" * 64)

    async def test_for_the_loop(self, tmp_path: Path, key: MasterKey) -> None:
        blobs = Blobs(tmp_path / "blobs", key)
        first, second = await asyncio.gather(blobs.put("gw-1", CONFIG), blobs.put("gw-1", b"other"))
        assert await blobs.delete(second)
        assert await blobs.get(first) == CONFIG
        with pytest.raises(StorageError):
            await blobs.get(second)
        assert await blobs.size() > 0
        await blobs.close()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 128 KiB."""
    target = tmp_path / "tiny"
    target.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(target)], check=True)
    yield target
    subprocess.run(["umount", str(target)], check=True)


@pytest.mark.root
def test_a_full_disk_leaves_no_half_file(tiny_disk: Path, key: MasterKey) -> None:
    store = BlobStore(tiny_disk, key)
    address = store.put("gw-1", CONFIG)
    with pytest.raises(StorageFull):
        store.put("gw-1", os.urandom(200_000))
    assert [path.name for path in tiny_disk.glob("??/*")] == [f"{address}.cmsp"]
    assert store.get(address) == CONFIG


@pytest.mark.root
def test_a_full_disk_leaves_the_vault_as_it_was(tiny_disk: Path, key: MasterKey) -> None:
    vault = Vault(tiny_disk / "vault.json", key)
    vault.set("a", "1")
    (tiny_disk / "ballast").write_bytes(bytes(100_000))
    with pytest.raises(StorageFull):
        vault.set("big", "x" * 60_000)
    assert vault.find("a") == "1"
    assert vault.names() == ["a"]
