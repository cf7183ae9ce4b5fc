"""The site that all pollers poll: devices on loopback, and what is asked of each."""

from collections.abc import Iterator

MIB_2 = "1.3.6.1.2.1"
SCALARS = tuple(
    f"{MIB_2}.{object_}.0"
    for object_ in (
        *(f"1.{number}" for number in range(1, 7)),
        "2.1",
        *(f"4.{number}" for number in (1, 2, 3, 6, 8, 9, 10, 11, 12, 13)),
        "7.1",
        "11.1",
        "11.3",
    )
)
COLUMNS = tuple(
    f"{MIB_2}.{column}"
    for column in (
        *(f"2.2.1.{number}" for number in (2, 7, 8, 14, 20)),
        *(f"31.1.1.1.{number}" for number in (1, 6, 10, 15, 18)),
    )
)
ROWS = 49
USEFUL = len(SCALARS) + len(COLUMNS) * ROWS
"""Values that one poll of one device is for: 510."""

LOOPBACK, LINK = "127.10", "10.10"
"""The first octets of the devices: on loopback, whose datagrams may be large, and behind a link of MTU 1500."""

USER, AUTH, PRIV = "bench", "bench-auth-password", "bench-priv-password"


def addresses(devices: int, network: str = LOOPBACK) -> Iterator[str]:
    """Where the devices are."""
    for number in range(devices):
        yield f"{network}.{number // 250}.{1 + number % 250}"
