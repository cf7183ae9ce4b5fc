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


@pytest.mark.parametrize(
    "text", ["FORMAT x = Password;\nx 0 = 1;\n", "[ A ]\nFORMAT A = Password;\nA 0 = 1;\n[ \\B ]\n"]
)
def test_what_is_no_table_stays(text: str) -> None:
    assert hide_columns(text) == text


def test_each_table_has_its_own_columns_and_rows_end_as_they_did() -> None:
    one = "[ A ]\r\nFORMAT A_Index = Key;\r\nA 0 = HUSH;\r\nA 1 = HUSH;\r\n[ \\A ]\r\n"
    two = "[ B ]\r\nFORMAT B_Index = Name;\r\nB 0 = plain;\r\n[ \\B ]\r\n"
    assert hide_columns(one + two) == one.replace("HUSH", "<hidden>") + two
