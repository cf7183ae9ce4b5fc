"""Who the agent runs as, and what that user may read and write: a check by root must judge by that user's rights."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from cmsp_agent.config.file_kind import nearest_there

PACKAGE_USER = "cmsp-agent"
READ, WRITE, ENTER = 4, 2, 1


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """A user with its groups; root may do everything."""

    name: str
    uid: int
    groups: frozenset[int]

    def why_unreadable(self, file: Path) -> str:
        """Why this user can't read a file; empty where it can."""
        try:
            for folder in reversed(file.absolute().parents):
                if not self.may(folder, ENTER):
                    return f"{file} can't be read by the user {self.name}: {folder} is closed to it"
            if not stat.S_ISREG(file.stat().st_mode):
                return f"{file} is not a regular file"
            if not self.may(file, READ):
                return f"{file} can't be read by the user {self.name}; as root: chown {self.name}: {file}"
        except (FileNotFoundError, NotADirectoryError):
            return f"there is no file {file}"
        except OSError as error:
            return f"{file} can't be read: {error.strerror}"
        return ""

    def why_unusable(self, folder: Path) -> str:
        """Why this user can't use a folder, or make it where there is none; empty where it can."""
        try:
            there = nearest_there(folder.absolute())
            if not there.exists():
                return f"{there} is a link to {there.readlink()}, which is not there"
            if not there.is_dir():
                return f"{there} is not a directory"
            if os.statvfs(there).f_flag & os.ST_RDONLY:
                return f"{folder} can't be written: its file system is mounted read-only"
            if not self.may(there, WRITE | ENTER):
                doing = "written" if there == folder.absolute() else f"made in {there}"
                return f"{folder} can't be {doing} by the user {self.name}"
        except OSError as error:
            return f"{folder} can't be used: {error.strerror}"
        return ""

    def may(self, path: Path, wanted: int) -> bool:
        """Whether this user has these rights (READ, WRITE, ENTER together) on what is there."""
        found = path.stat()  # what is not there is no matter of rights
        if self.uid == os.geteuid():
            return os.access(path, wanted)
        if self.uid == 0:
            return True
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid in self.groups else 0
        return (found.st_mode >> shift) & wanted == wanted


def service_user(state: Path) -> ServiceUser:
    """The owner of the state directory; before there is one, the package's user where root asks, else the caller."""
    if os.geteuid() != 0:
        return _user(os.geteuid())
    try:
        return _user(state.stat().st_uid)
    except OSError:
        pass
    try:
        return _user(pwd.getpwnam(PACKAGE_USER).pw_uid)
    except KeyError:
        return _user(0)


def _user(uid: int) -> ServiceUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return ServiceUser(str(uid), uid, frozenset())
    return ServiceUser(entry.pw_name, uid, frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid)))
