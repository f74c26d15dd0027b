# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Streams, credentials and pictures of .NET Framework 4.8.

Errors of pictures are those of System.Drawing (Icon.cs); its assembly has to be loaded with Add-Type first.
"""

from __future__ import annotations

import ntpath
from collections.abc import Callable
from typing import Any

from ..machine import icons, windows_paths
from .errors import NetError, UnknownError, failure
from .session import Session, on_disk
from .values import NetObject, Secret, to_bool, to_text

Static = Callable[..., Any]
DRAWING = "System.Drawing"
_ARGUMENT = "System.ArgumentException"


def _open(session: Session, path: Any, mode: Any, access: Any = "ReadWrite", _share: Any = "None") -> NetObject:
    """A FileStream to read from; a file that somebody else has opened for himself cannot be opened."""
    if to_text(mode).lower() != "open" or to_text(access).lower() != "read":
        raise UnknownError(f"[IO.File]::Open to {to_text(access)} with {to_text(mode)}")
    place = session.absolute(to_text(path))
    content = on_disk(session.disk.read, place)
    return NetObject(
        "System.IO.FileStream",
        {"Name": place, "Length": len(content)},
        {"close": lambda: None, "dispose": lambda: None},
        data=content,
    )


def _new_reader(_session: Session, stream: Any, encoding: Any, detect: Any = True) -> NetObject:
    """A StreamReader that reads all at once."""
    known = isinstance(stream, NetObject) and isinstance(stream.data, bytes) and isinstance(encoding, NetObject)
    if not known or to_bool(detect):
        raise UnknownError("[IO.StreamReader]::new(…) with these arguments")
    codec, _mark = encoding.data
    methods = {
        "readtoend": lambda: stream.data.decode(codec, "replace"),
        "close": lambda: None,
        "dispose": lambda: None,
    }
    return NetObject("System.IO.StreamReader", {}, methods)


def _new_credential(_session: Session, user: Any, password: Any) -> NetObject:
    text = password.text if isinstance(password, Secret) else to_text(password)
    return NetObject("System.Net.NetworkCredential", {"UserName": to_text(user), "Password": text})


def require_assembly(session: Session, type_name: str) -> None:
    """Raise ScriptError for a type of an assembly that has not been loaded."""
    if type_name.startswith(f"{DRAWING}.") and DRAWING not in session.assemblies:
        raise failure(f"Unable to find type [{type_name}].")


def _extract_icon(session: Session, path: Any) -> NetObject:
    program = to_text(path)
    if windows_paths.is_unc(program):
        raise NetError(_ARGUMENT, f"Value of '{program}' is not valid for 'filePath'.")
    if not session.disk.is_file(program):
        raise NetError("System.IO.FileNotFoundException", program)
    picture = icons.of_file(program, session.disk.read(program))
    methods = {"tobitmap": lambda: _bitmap(session, picture), "dispose": lambda: None}
    return NetObject(f"{DRAWING}.Icon", {"Width": 32, "Height": 32}, methods)


def _bitmap(session: Session, picture: bytes) -> NetObject:
    def save(path: Any, image_format: Any) -> None:
        if not isinstance(image_format, NetObject) or image_format.data != "png":
            raise UnknownError("a picture in another format than PNG")
        target = to_text(path)
        if not session.disk.is_directory(ntpath.dirname(target)) or session.disk.is_directory(target):
            raise NetError("System.Runtime.InteropServices.ExternalException", "A generic error occurred in GDI+.")
        on_disk(session.disk.write, target, picture)

    return NetObject(f"{DRAWING}.Bitmap", {"Width": 32, "Height": 32}, {"save": save, "dispose": lambda: None})


METHODS: dict[tuple[str, str], Static] = {
    ("System.IO.File", "open"): _open,
    (f"{DRAWING}.Icon", "extractassociatedicon"): _extract_icon,
}
PROPERTIES: dict[tuple[str, str], Static] = {
    (f"{DRAWING}.Imaging.ImageFormat", "png"): lambda _session: NetObject(
        f"{DRAWING}.Imaging.ImageFormat", text="Png", data="png"
    ),
}
CONSTRUCTORS: dict[str, Static] = {
    "System.IO.StreamReader": _new_reader,
    "System.Net.NetworkCredential": _new_credential,
}
TYPES = frozenset({name for name, _member in (*METHODS, *PROPERTIES)} | set(CONSTRUCTORS))
