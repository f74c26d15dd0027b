# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Where the files of an application come from, and what they are named on the builder.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from ansible.errors import AnsibleFileNotFound
from ansible.parsing.dataloader import DataLoader

NETWORK_ORIGINS = ("url", "s3", "share")
# What Windows allows in no file name, see "Naming Files, Paths, and Namespaces" of Microsoft.
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,59}")


def extension(name: str) -> str:
    """Extension of a file name in lower case, with its dot; empty when there is none. ``.tar.gz`` is one."""
    found = re.search(r"(\.tar)?\.[^.\\/]*\Z", name.lower())
    return found[0] if found else ""


def origin(source: str) -> str:
    """``url``, ``s3``, ``share``, ``controller`` or ``none``; raises ValueError for another kind of address."""
    if not source:
        return "none"
    if source.startswith("\\\\"):
        return "share"
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", source)
    if scheme is None:
        _refuse_misspelt(source)
        return "controller"
    found = {"http": "url", "https": "url", "s3": "s3"}.get(scheme.group(1).lower())
    if found is None:
        raise ValueError(
            f"{scheme.group(1)}:// is no source; use https://, s3://, a UNC path or a file of the controller"
        )
    return found


def _refuse_misspelt(source: str) -> None:
    """Raise ValueError for what looks like a file of the controller and is meant as something else."""
    if source.startswith("//"):
        unc = source.replace("/", "\\")
        raise ValueError(f"{source} is no source; a share is written with backslashes: {unc}")
    if re.match(r"(?i)(s3|https?):/?[^/]", source):
        scheme, _colon, rest = source.partition(":")
        raise ValueError(f"{source} is no source; it is written {scheme.lower()}://{rest.lstrip('/')}")
    if re.match(r"[A-Za-z]:[\\/]", source):
        raise ValueError(
            f"{source} is a file of the builder, which is no source; give a URL, an S3 object, a share or a file of "
            "the controller, or run what is there with a role of your own"
        )


def shown(source: str) -> str:
    """The source as messages, records and reports show it: without user, query and fragment of a URL."""
    if not re.match(r"(?i)https?://", source):
        return source
    parts = urlsplit(source)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def is_secret(source: str) -> bool:
    """Whether a URL carries what only the download should know: a user, a token in its query."""
    return source != shown(source)


def bucket_and_key(source: str) -> tuple[str, str]:
    """Bucket and key of ``s3://bucket/key``; raises ValueError when one of them is missing."""
    bucket, _slash, key = source[len("s3://") :].partition("/")
    if not bucket or not key or key.endswith("/"):
        raise ValueError("the source must read s3://bucket/key")
    return bucket, key


def file_name(source: str, where: str) -> str:
    """Last part of a source: the name its file has where it is."""
    path = unquote(urlsplit(source).path) if where == "url" else source
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1]


def safe_file_name(name: str) -> bool:
    """Whether Windows lets a file have this name, or this path within a folder."""
    parts = re.split(r"[\\/]", name)
    return all(
        part and part not in (".", "..") and not _FORBIDDEN.search(part) and part[-1] not in " ." for part in parts
    )


def folder_name(application: str) -> str:
    """A name for the application's folder and registry key: its own where that is plain, else one with a hash."""
    if _PLAIN_NAME.fullmatch(application) and not application.endswith("."):
        return application
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", application)[:40]
    return f"{plain}-{hashlib.sha256(application.encode()).hexdigest()[:10]}"


def find_on_controller(source: str, search_path: Sequence[str]) -> Path:
    """The file or folder, looked up as ``src`` of a copy task is; raises ValueError when there is none.

    ``search_path`` is the task's ``ansible_search_path``. Last the folder that Ansible was started in is searched.
    """
    try:
        return Path(DataLoader().path_dwim_relative_stack(list(search_path), "files", source)).resolve()
    except AnsibleFileNotFound as error:
        folders = ", ".join([*search_path, "the folder Ansible was started in"])
        searched = "" if Path(source).is_absolute() else f" (searched in {folders}, and in files/ of each)"
        raise ValueError(f"the controller has no {source}{searched}") from error


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal digits; raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def content_sha256(path: Path) -> str:
    """SHA-256 of a file, or of names and content of all files of a folder; raises OSError."""
    if path.is_file():
        return sha256(path)
    lines = [f"{found.relative_to(path).as_posix()}\0{sha256(found)}\n" for found in _files(path)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def credential_problem(entry: Any, where: str) -> str:
    """What a credential lacks for a source of this kind; empty when nothing. Tells no part of it."""
    if not isinstance(entry, Mapping):
        return "must be a dictionary with username and password, or headers"
    logon = bool(entry.get("username")) and bool(entry.get("password"))
    headers = isinstance(entry.get("headers"), Mapping) and bool(entry["headers"])
    if where == "url" and not logon and not headers:
        return "needs username and password, or headers, for a URL"
    if where != "url" and not logon:
        return "needs username and password"
    return ""
