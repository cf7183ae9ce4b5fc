"""A secret known by its name. Its value is in no `repr`, no error and no JSON."""

from collections.abc import Callable


class Secret:
    """A reference to a secret and the way to read it.

    Equal to another of the same name and stamp. The stamp is a digest of the value at the time of loading, so that
    whoever compares two configurations sees that a password was changed, and nobody sees the password.
    """

    __slots__ = ("_read", "_stamp", "name")

    def __init__(self, name: str, read: Callable[[], str], stamp: bytes = b"") -> None:
        self.name = name
        self._read = read
        self._stamp = stamp

    def reveal(self) -> str:
        """The value itself, for the moment of use.

        Raises:
            ConfigurationError: no source has a secret of this name.
        """
        return self._read()

    def __repr__(self) -> str:
        return f"Secret({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (other.name, other._stamp) == (self.name, self._stamp)

    def __hash__(self) -> int:
        return hash(self.name)

    def __reduce__(self) -> str:
        raise TypeError("a secret does not travel")
