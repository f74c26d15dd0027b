# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The user's project: the folder of the playbook that imports ours, and where relative files of a recipe are found.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ansible import context
from ansible.utils.path import unfrackpath

_IMPORT = re.compile(r"import_playbook['\"]?\s*:\s*['\"]?([^\s'\"#,}]+)")


def project_folder(playbooks: Iterable[str] | None = None) -> str:
    """Folder of the user's playbook that imports this collection's, the current folder when that is run by its name.

    ``playbooks`` are those of the command line, whose imports are followed.
    """
    named = context.CLIARGS.get("args") or () if playbooks is None else playbooks
    files = [Path(unfrackpath(name)) for name in named if Path(unfrackpath(name)).is_file()]
    importing = (found for path in files for found in _importing(path, set()))
    chosen = next(importing, next(iter(files), None))
    return str(chosen.parent if chosen else Path.cwd())


def _importing(playbook: Path, seen: set[Path]) -> Iterator[Path]:
    """The playbook and those it imports, as far as they import one of this collection."""
    if playbook in seen or not playbook.is_file():
        return
    seen.add(playbook)
    for imported in _IMPORT.findall(playbook.read_text(encoding="utf-8", errors="replace")):
        if imported.startswith("euc.appstream."):
            yield playbook
        else:
            yield from _importing(playbook.parent / imported, seen)


def search_folders(inventories: Iterable[str] = ()) -> list[Path]:
    """Folders in which relative files of a recipe are looked up: project, current folder, folders of the inventory."""
    inventory_folders = [_folder_of(Path(source)) for source in inventories if Path(source).exists()]
    folders = [Path(project_folder()), Path.cwd(), *inventory_folders]
    return list(dict.fromkeys(folder.resolve() for folder in folders))


def find_file(name: str, folders: Sequence[Path]) -> Path:
    """A file or folder of the controller, in ``files/`` of each folder and then in the folder itself.

    Raises ValueError that names the folders searched.
    """
    given = _expanded(name)
    candidates = [given] if given.is_absolute() else [below for folder in folders for below in _places(folder, name)]
    found = next((path for path in candidates if is_there(path)), None)
    if found is not None:
        return found.resolve()
    searched = f" in {', '.join(map(str, folders))}, nor in files/ of these" if not given.is_absolute() else ""
    raise ValueError(f"the controller has no {name}{searched}")


def _expanded(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # no such user
        return Path(name)


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder, and whether it has a name that one could have."""
    try:
        return path.exists()
    except (OSError, ValueError):  # no name that a file could have
        return False


def _places(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / "files" / name, folder / name


def _folder_of(source: Path) -> Path:
    return source if source.is_dir() else source.parent
