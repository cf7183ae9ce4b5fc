"""What the backups take of their storage."""

from pathlib import Path

from cmsp_agent.services.backups import storage_watch


def test_a_small_configuration_takes_what_it_takes_of_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "3f"
    folder.mkdir()
    (folder / "3f9a.cmsp").write_bytes(b"x" * 100)
    (tmp_path / "master.key.id").write_bytes(b"x" * 100)
    used, free = storage_watch._room(tmp_path)
    assert used == (folder / "3f9a.cmsp").stat().st_blocks * 512 >= 512
    assert free > 0
