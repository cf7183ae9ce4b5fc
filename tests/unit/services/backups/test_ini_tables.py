"""Tables of an ini file: what a column's name says is secret is hidden, and nothing else."""

import pytest

from cmsp_agent.services.backups.ini_tables import hide_columns

TABLE = """\
[ {name} ]

FORMAT {name}_Index = {columns};
{name} 0 = {values};
[ \\{name} ]
"""


@pytest.mark.parametrize(
    ("columns", "values", "shown"),
    [
        ("Username, Password, Status", '"Admin", "$1$HUSH", 1', '"Admin", <hidden>, 1'),
        ("X_Username, X_AuthKey, X_PrivKey", '"nms", "HU,SH", "HU\\"SH"', '"nms", <hidden>, <hidden>'),
        ("IPAddress, SharedSecret", "192.0.2.1, 'HUSH'", "192.0.2.1, <hidden>"),
        ("CommunityString, Group", "HUSH, 1", "<hidden>, 1"),
        ("Username, Password", '"bob", ""', '"bob", ""'),
        ("PublicKey, KeySize, PasswordAge", '"abc", 2048, 90', '"abc", 2048, 90'),
    ],
)
def test_secret_columns_are_hidden(columns: str, values: str, shown: str) -> None:
    text = TABLE.format(name="Accounts", columns=columns, values=values)
    assert hide_columns(f"A = 1\n{text}B = 2\n") == f"A = 1\n{text.replace(values, shown)}B = 2\n"


def test_what_is_no_table_stays() -> None:
    text = "FORMAT x = Password;\nx 0 = 1;\n"
    assert hide_columns(text) == text


@pytest.mark.parametrize("rest", ["", "[ B ]\n", "[ \\B ]\n"])
def test_a_table_without_its_end_hides_its_secrets_too(rest: str) -> None:
    text = f"[ A ]\nFORMAT A = Name, Password;\nA 0 = x, HUSH;\n{rest}"
    assert hide_columns(text) == text.replace("HUSH", "<hidden>")
