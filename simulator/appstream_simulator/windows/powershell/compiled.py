# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""C# that a script brings along, and what Add-Type makes of it.

Known is one kind: a search for secrets. Source of the errors: the help of Add-Type in Windows PowerShell 5.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..machine import secret_scan
from ..mono import CompilationError
from .errors import NetError, UnknownError, failure
from .session import Session
from .values import Secret, as_list, to_text

SEARCH = "Euc.AppStream.SecretScan"
TYPES = frozenset({SEARCH})


def add(session: Session, source: str) -> None:
    """Compile a text. Raises UnknownError for C# that the simulator cannot run."""
    if not secret_scan.is_search(source):
        raise UnknownError("Add-Type with C# other than a search for secrets")
    session.compiled[SEARCH] = source


def _run(
    session: Session, secrets: Any, groups: Any, folders: Any, keys: Any, maximum_file_size: Any, seconds: Any
) -> str:
    source = session.compiled.get(SEARCH)
    if source is None:
        raise failure(f"Unable to find type [{SEARCH}].")
    texts = [item.text for item in as_list(secrets) if isinstance(item, Secret)]
    if len(texts) != len(as_list(secrets)):
        raise NetError("System.ArgumentException", "Cannot convert the value to type SecureString[].")
    wanted = secret_scan.Wanted(
        texts,
        [int(group) for group in as_list(groups)],
        [to_text(folder) for folder in as_list(folders)],
        [to_text(key) for key in as_list(keys)],
        int(maximum_file_size),
        int(seconds),
    )
    try:
        return secret_scan.search(session.disk, source, wanted)
    except CompilationError as error:
        raise failure(f"Cannot add type. Compilation errors occurred. {error}") from error


METHODS: dict[tuple[str, str], Callable[..., Any]] = {(SEARCH, "run"): _run}
