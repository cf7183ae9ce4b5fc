"""What the documentation shows is true."""

import re
from pathlib import Path

from tests.unit.config.builders import Known, load_configuration, write


def test_the_examples_of_the_guide_load_together(tmp_path: Path, repository: Path) -> None:
    guide = (repository / "docs" / "configuration.md").read_text()
    examples = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    configuration = load_configuration(write(tmp_path, "".join(examples)), Known())
    assert [note.path for note in configuration.notes] == ["sites.paris.hours"]
    assert configuration.identified("gw-paris-1", "cisco_ios").poll.every == 60
