"""The history of the site file's versions: no number is used twice, whatever became of the index."""

from pathlib import Path

import pytest

from cmsp_agent.storage.revisions import FOLDER, INDEX, RevisionFiles


@pytest.mark.parametrize("index", [None, "", "{", "[]", '{"a": 1}', '{"last": "x", "revisions": []}'])
def test_numbers_go_on_where_the_index_is_lost_or_damaged(tmp_path: Path, index: str | None) -> None:
    kept = RevisionFiles(tmp_path)
    kept.add("a: 1\n", 1, "noc", "applied")
    kept.add("a: 2\n", 2, "noc", "applied")
    (tmp_path / FOLDER / "a copy.yaml").write_text("not ours")
    if index is None:
        (tmp_path / FOLDER / INDEX).unlink()
    else:
        (tmp_path / FOLDER / INDEX).write_text(index)
    again = RevisionFiles(tmp_path)
    assert again.add("a: 3\n", 3, "noc", "applied").number == 3
    assert [again.text(number) for number in (1, 2, 3)] == ["a: 1\n", "a: 2\n", "a: 3\n"]
