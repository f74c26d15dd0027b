# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""User profiles: the list of them, their directories and registry hives, what a first logon makes.

Microsoft, "User Profiles": a profile is created at the first logon as a copy of the default profile, the directory gets
the user's name, with the domain's or the computer's name behind it when there is such a directory already; the hive
NTUSER.DAT is loaded below HKEY_USERS for as long as something of the user's runs.
"""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import permissions, security_identifiers
from .environment import profile_directory
from .registry import HiveError, acting_as
from .security_identifiers import LOCAL_SERVICE, NETWORK_SERVICE, SERVICE_ACCOUNTS, SYSTEM

if TYPE_CHECKING:
    from .disk import Disk

PROFILE_LIST = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
DEFAULT_PROFILE = "C:\\Users\\Default"
HIVE_FILE = "NTUSER.DAT"
_CONFIG = "C:\\Windows\\System32\\config"
# Hives of the service accounts, which are loaded from boot on.
SERVICE_HIVES = {
    SYSTEM: f"{_CONFIG}\\DEFAULT",
    LOCAL_SERVICE: f"C:\\Windows\\ServiceProfiles\\LocalService\\{HIVE_FILE}",
    NETWORK_SERVICE: f"C:\\Windows\\ServiceProfiles\\NetworkService\\{HIVE_FILE}",
}
SERVICE_PROFILES = {
    SYSTEM: f"{_CONFIG}\\systemprofile",
    LOCAL_SERVICE: "C:\\Windows\\ServiceProfiles\\LocalService",
    NETWORK_SERVICE: "C:\\Windows\\ServiceProfiles\\NetworkService",
}

# Writes to the journal: kind and fields.
Record = Callable[..., Any]


class ProfileInUseError(Exception):
    """The profile's hive is loaded."""


def directory_of(disk: Disk, identifier: str) -> str | None:
    """The directory of an account's profile; None when it has none yet."""
    value = disk.registry.get(f"{PROFILE_LIST}\\{identifier}", "ProfileImagePath")
    return value.data if value is not None and isinstance(value.data, str) else None


def directory_of_user(disk: Disk, computer_name: str, user: str) -> str:
    """The directory of a user's profile, or, if it has none yet, the one it would most likely get."""
    identifier = security_identifiers.of_logon(disk.accounts, computer_name, user)
    return directory_of(disk, identifier) or profile_directory(user)


def all_profiles(disk: Disk) -> dict[str, str]:
    """Directories by the identifiers of the accounts, as ProfileList has them."""
    found = {name: directory_of(disk, name) for name in disk.registry.key_names(PROFILE_LIST)}
    return {identifier: directory for identifier, directory in found.items() if directory}


def create(disk: Disk, identifier: str, name: str, suffix: str) -> str:
    """Make a profile of this base name as a copy of the default profile; gives its directory.

    Args:
        suffix: what is put behind the name when there is such a directory: the domain's or the computer's name.

    Raises:
        PermissionError: a hive of the default profile is loaded by somebody.
    """
    directory = next(item for item in _candidates(name, suffix) if not disk.exists(item))
    disk.copy_tree(DEFAULT_PROFILE, directory)
    disk.set_security(directory, permissions.of_profile(identifier))
    disk.registry.set(f"{PROFILE_LIST}\\{identifier}", "ProfileImagePath", directory, "ExpandString")
    for value in ("Flags", "State"):
        disk.registry.set(f"{PROFILE_LIST}\\{identifier}", value, 0, "DWord")
    return directory


def _candidates(name: str, suffix: str) -> Iterator[str]:
    base = profile_directory(name)
    yield base
    yield f"{base}.{suffix}"
    for number in range(1000):
        yield f"{base}.{suffix}.{number:03}"


def delete(disk: Disk, identifier: str) -> None:
    """Remove a profile: its directory and its place in the list.

    Raises:
        ProfileInUseError: its hive is loaded.
    """
    directory = directory_of(disk, identifier)
    if disk.registry.is_loaded("HKU", identifier):
        raise ProfileInUseError(identifier)
    if directory is not None and disk.exists(directory):
        disk.remove(directory)
    disk.registry.delete_key(f"{PROFILE_LIST}\\{identifier}")


@contextmanager
def logged_on(disk: Disk, computer_name: str, user: str, record: Record) -> Iterator[None]:
    """While in this context the user's profile exists, his hive is loaded, and HKEY_CURRENT_USER is his.

    A profile that cannot be made or loaded is journalled; HKEY_CURRENT_USER does not exist then. (Windows would give
    the user a temporary one.)
    """
    identifier = security_identifiers.of_logon(disk.accounts, computer_name, user)
    with acting_as(identifier):
        if identifier in SERVICE_ACCOUNTS:
            yield
            return
        try:
            with disk.logons:
                _begin(disk, computer_name, identifier, user)
        except (HiveError, OSError) as error:
            record("error", what=f"user profile of {user}", error=str(error))
            yield
            return
        try:
            yield
        finally:
            # Not loaded any more: the machine was restarted meanwhile.
            with disk.logons:
                if not disk.registry.use(identifier, -1) and disk.registry.is_loaded("HKU", identifier):
                    unload(disk, "HKU", identifier)


def _begin(disk: Disk, computer_name: str, identifier: str, user: str) -> None:
    if disk.registry.use(identifier, 1):
        return
    directory = directory_of(disk, identifier)
    if directory is None:
        domain, _backslash, name = user.rpartition("\\")
        suffix = domain if domain not in ("", ".") else computer_name
        directory = create(disk, identifier, name.partition("@")[0], suffix.upper())
    elif not disk.is_file(f"{directory}\\{HIVE_FILE}"):
        disk.copy_tree(DEFAULT_PROFILE, directory)
    load(disk, "HKU", identifier, f"{directory}\\{HIVE_FILE}")
    disk.registry.use(identifier, 1)


def load(disk: Disk, root: str, name: str, path: str) -> None:
    """Load a hive file below HKLM or HKU.

    Raises:
        registry.HiveError: there is no such file, or it is in use or no hive, or the name is taken.
    """
    if disk.registry.in_use(path):
        raise HiveError(32, "The process cannot access the file because it is being used by another process")
    if not disk.is_file(path):
        raise HiveError(2, "The system cannot find the file specified")
    disk.registry.load(root, name, disk.stat(path).path, disk.read(path))


def unload(disk: Disk, root: str, name: str) -> None:
    """Unload a hive; what has changed is written to its file.

    Raises:
        registry.HiveError: the key is no hive that was loaded from a file.
    """
    path, data = disk.registry.unload(root, name)
    if data is not None:
        disk.save_hive(path, data)


def boot(disk: Disk) -> None:
    """What is true after a start: no hives are loaded but those of the service accounts."""
    for root, name in disk.registry.loaded():
        unload(disk, root, name)
    for identifier, path in SERVICE_HIVES.items():
        load(disk, "HKU", identifier, path)


def change_machine(disk: Disk, identifier: str) -> None:
    """Give the disk's Windows another machine identifier, as the generalisation of an image does.

    Accounts keep their relative identifiers, and so their profiles, permissions and rights.
    """
    before, accounts = disk.accounts.machine_identifier, disk.accounts
    if before == identifier:
        return
    accounts.machine_identifier = identifier
    for sid, directory in all_profiles(disk).items():
        if sid.startswith(f"{before}-"):
            disk.registry.delete_key(f"{PROFILE_LIST}\\{sid}")
            renamed = identifier + sid.removeprefix(before)
            disk.registry.set(f"{PROFILE_LIST}\\{renamed}", "ProfileImagePath", directory, "ExpandString")
    for store in (disk, disk.registry):
        store.change_security(lambda descriptor: permissions.renamed(descriptor, before, identifier))
    for task in disk.scheduled_tasks.values():
        if task.user and task.user.startswith(f"{before}-"):
            task.user = identifier + task.user.removeprefix(before)
    accounts.rights = {
        right: [identifier + sid.removeprefix(before) if sid.startswith(f"{before}-") else sid for sid in holders]
        for right, holders in accounts.rights.items()
    }


def owner_of(disk: Disk, directory: str) -> str | None:
    """Whose profile a directory is: the account's identifier, None when it is nobody's."""
    wanted = ntpath.normpath(directory).lower()
    return next((sid for sid, path in all_profiles(disk).items() if path.lower() == wanted), None)
