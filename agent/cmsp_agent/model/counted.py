"""A number with its noun, for people: `1 site`, `2 sites`. Knows English plurals that end in s."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 record`, `0 records`.

    Args:
        number: how many.
        noun: in the singular.
        plural: where it is not the noun with an s.
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
