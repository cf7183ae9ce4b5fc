"""Pagers of many makers: recognised, gone on from, and taken out whole with what erases them."""

import pytest

from cmsp_agent.transports.ssh import paging

PAGERS = (
    (" --More-- ", "\r          \r"),
    ("<--- More --->", "\r              \r"),
    ("\x1b[7m--More--\x1b[27m", "\r\x1b[K"),
    ("--More--(42%)", "\x08" * 12 + "\x1b[K"),
    ("  ---- More ----", "\x1b[42D" + " " * 42 + "\x1b[42D"),
    ("-- MORE --, next page: Space, next line: Enter, quit: Control-C", "\x1b[24;1H\x1b[2K\x1b[24;1H"),
    ("More: <space>,  Quit: q or CTRL+Z, One line: <return> ", "\r" + " " * 54 + "\r"),
    ("Press any key to continue (Q to quit)", "\x08" * 37 + " " * 37 + "\x08" * 37),
    ("<--- Hit space for more --->", "\x1b[28D\x1b[K"),
    (":", "\r\x1b[K"),
    (" --More-- ", "\r\n"),
    (" --More-- ", "\r\n\x1b[1A\x1b[2K"),
    ("---- More ----", "\n\x1b[A\r              \r"),
    ("--More--", "\x1b[u\x1b8\x1b[J"),
    (" --More-- ", ""),
    ("more...", "\r       \r"),
    ("<space> for more, q to quit", "\r\x1b[K"),
)


@pytest.mark.parametrize(("pager", "erased"), PAGERS)
def test_nothing_of_a_pager_is_left(pager: str, erased: str) -> None:
    shown = pager.replace("\x1b[7m", "").replace("\x1b[27m", "")
    assert paging.is_pager(shown)
    assert paging.key_for(shown) == " "
    text = paging.marked(f"interface Fa0/0\r\n{pager}") + f"{erased}  no shutdown\r\n"
    assert paging.without_pagers(text, expected=True) == "interface Fa0/0\r\n  no shutdown\r\n"


@pytest.mark.parametrize("line", ["description --More--", " one more thing", "!", "more system:running-config", "gw: "])
def test_no_pager(line: str) -> None:
    assert not paging.is_pager(line)


def test_a_line_that_only_looks_like_one_stays_where_paging_is_off() -> None:
    text = paging.marked("banner motd ^C\r\n --More-- ") + "\r\n^C\r\n"
    assert paging.without_pagers(text, expected=False) == "banner motd ^C\r\n --More-- \r\n^C\r\n"


def test_return_is_typed_where_only_return_goes_on() -> None:
    assert paging.key_for("Press <Enter> to continue") == "\n"


@pytest.mark.parametrize(
    "line", ["weiter mit <Space>", "(more 12%)", "[space] next page, [q] quit", "-- press SPACE --"]
)
def test_a_line_like_a_pager_may_be_one(line: str) -> None:
    assert paging.may_be_pager(line)


@pytest.mark.parametrize("line", ["", "!", "interface Gi0/0", "gw-more#", "description anymore"])
def test_a_line_unlike_a_pager_is_none(line: str) -> None:
    assert not paging.may_be_pager(line)
