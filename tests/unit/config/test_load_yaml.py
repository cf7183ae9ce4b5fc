"""The form of the file: what is not YAML, or too much of it, is reported by line and echoes no content."""

import pytest

from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.tree import line_of, plain


def complaints(text: str) -> list[str]:
    return [f"{problem.line}: {problem.text}" for problem in parse_yaml(text, "f")[1]]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [1, 2", "1: not valid YAML: a '[' that is not closed"),
        ("a: {b: 1", "1: not valid YAML: a '{' that is not closed"),
        ("a: b: c", "1: not valid YAML: a ':' where no key can stand"),
        ('a: "x', "1: not valid YAML: a quote that is not closed"),
        ("a: 1\n b: 2", "2: not valid YAML: a ':' where no key can stand"),
        ("- a\nb: c", "2: not valid YAML: indented otherwise"),
        ("a: @x", "1: not valid YAML: text that starts with @ goes in quotes"),
        ("a: *x", "1: an alias (*)"),
        ("a: - b", "1: not valid YAML: a list item"),
        ("a: 1\n---\nb: 1", "2: a second document"),
        ("? [a]\n: b", "1: a key must be plain text"),
        ("a: !include x", "1: unknown tag"),
        ("a: !secret [x]", "1: !secret wants the name of one secret"),
    ],
)
def test_what_is_not_yaml(text: str, complaint: str) -> None:
    assert complaints(text)[0].startswith(complaint)


def test_every_tab_and_every_duplicate_key_at_once() -> None:
    assert [text[:8] for text in complaints("a:\n\tb: 1\n\tc: 1\n")] == ["2: a tab", "3: a tab"]
    assert [text[:16] for text in complaints("a: 1\na: 2\nb: {c: 1, c: 2}\n")] == [
        "2: duplicate key",
        "3: duplicate key",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "password: !canary x",
        "password: !canary!x y",
        "password: *canary",
        "password: &canary",
        "password: !secret can ary",
        "password: canary: canary",
        'password: "canary',
        'password: "canary\\q"',
        "password: [canary",
        "password: @canary",
        "password: |canary",
        "password: canary\n canary\ncanary",
    ],
)
def test_no_content_is_echoed(text: str) -> None:
    tree, problems = parse_yaml(text, "f")
    assert problems or tree
    assert "canary" not in " ".join(str(problem) for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200,
        "{a: " * 500,
        "".join(f"{' ' * depth}a:\n" for depth in range(400)),
        "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)),
        "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{k: *a{n - 1}, l: *a{n - 1}}}\n" for n in range(1, 40)),
    ],
    ids=["brackets", "braces", "indentation", "bomb of lists", "bomb of mappings"],
)
def test_depth_and_aliases_are_bounded(text: str) -> None:
    tree, problems = parse_yaml(text, "f")
    assert tree is None
    assert "nested deeper" in problems[-1].text or "more than 100000 values" in problems[-1].text


def test_scalars_of_the_core_schema() -> None:
    tree, _ = parse_yaml(
        "{a: 1, b: 1.5, c: true, d: null, e: no, f: '1', g: 2026-01-10, h: 08:00, i: 0x10, j: !!str 1}", "f"
    )
    assert tree
    assert plain(tree) == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": "no",
        "f": "1",
        "g": "2026-01-10",
        "h": "08:00",
        "i": "0x10",
        "j": "1",
    }


def test_lines_and_merged_anchors() -> None:
    tree, problems = parse_yaml("x: &x\n  b: 1\ny:\n  <<: *x\n  c:\n    - 1\n    - 2\n", "f")
    assert tree
    assert not problems
    assert plain(tree) == {"x": {"b": 1}, "y": {"b": 1, "c": [1, 2]}}
    assert line_of(tree, ("y", "c", 1)) == 7
    assert line_of(tree, ("y", "nowhere", "deep")) == 3
