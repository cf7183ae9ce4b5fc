"""The project of a new plugin: files that work as they are, to be changed."""

from importlib.resources import files
from pathlib import Path

from cmsp_agent.model.errors import PluginError
from cmsp_agent.plugin.notation import NAME

TEMPLATES = ("README.md", "pyproject.toml", "plugin.py", "sample.yaml", "traps.toml", "polls.toml", "test_plugin.py")
PLACES = {
    "plugin.py": "src/{name}/plugin.py",
    "sample.yaml": "src/{name}/sample.yaml",
    "traps.toml": "src/{name}/cases/traps.toml",
    "polls.toml": "src/{name}/cases/polls.toml",
    "test_plugin.py": "tests/test_plugin.py",
}


def write(into: Path, name: str, like: str) -> Path:
    """Write the project, and return its folder.

    Raises:
        PluginError: the name is none, or the folder is there already.
    """
    if not NAME.match(name) or "-" in name:
        raise PluginError(f"{name!r} is no name: a letter, then lower case, digits and _")
    folder = into / name.replace("_", "-")
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise PluginError(f"{folder} is there already; nothing was written") from error
    templates = files("cmsp_agent.cli.plugin") / "skeleton"
    for template in TEMPLATES:
        text = (templates / f"{template}.txt").read_text("utf-8")
        target = folder / PLACES.get(template, template).format(name=name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("@NAME@", name).replace("@LIKE@", like), "utf-8")
    (folder / "src" / name / "__init__.py").write_text(f'"""The device type `{name}`."""\n', "utf-8")
    return folder
