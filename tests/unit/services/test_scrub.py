"""What leaves in a support bundle carries no secret, in whatever form a text holds it."""

import base64
import json
import tarfile
from io import BytesIO
from urllib.parse import quote

import pytest

from cmsp_agent.services.support.archive import packed
from cmsp_agent.services.support.scrub import Scrubber

VALUE = 'canary "7&é/x'


def form(text: str, how: str) -> str:
    octets = text.encode()
    return {
        "plain": text,
        "json": json.dumps(text),
        "json with é": json.dumps(text, ensure_ascii=False),
        "hex": octets.hex(),
        "HEX": octets.hex().upper(),
        "url": quote(text, safe=""),
        "base64": base64.b64encode(octets).decode(),
        "base64 after 1": base64.b64encode(b"x" + octets).decode(),
        "base64 after 2": base64.b64encode(b"user:pw" + octets + b"tail").decode(),
    }[how]


@pytest.mark.parametrize(
    "how",
    ["plain", "json", "json with é", "hex", "HEX", "url", "base64", "base64 after 1", "base64 after 2"],
)
def test_a_known_secret_is_hidden_in_each_form(how: str) -> None:
    clean = Scrubber([VALUE])
    said = clean.cleaned({"rows": [{form(VALUE, how): [f"before {form(VALUE, how)} after"]}]})
    text = json.dumps(said)
    core = form(VALUE, how).strip('"=')
    assert core not in text
    assert core[4:-4] not in text
    assert "<hidden>" in text
    if how == "plain":
        assert "before <hidden> after" in text


def test_what_looks_like_a_secret_is_hidden_too_and_other_text_stays() -> None:
    clean = Scrubber([])
    said = clean.cleaned({"a": "enable secret 5 $1$abc$def", "b": "the password expired", "n": 7, "z": None})
    assert said == {"a": "enable secret 5 <hidden>", "b": "the password expired", "n": 7, "z": None}


def test_a_short_value_does_not_blank_every_text() -> None:
    assert Scrubber(["x"]).clean("x marks it") == "x marks it"


def test_the_archive_lists_its_files_with_their_digests() -> None:
    with tarfile.open(fileobj=BytesIO(packed("b", {"a.json": "{}"}, 1_000_000))) as archive:
        manifest, document = (archive.extractfile(entry) for entry in archive)
        assert manifest is not None
        assert document is not None
        assert json.loads(manifest.read())["a.json"].startswith("44136fa3")
        assert document.read() == b"{}"
