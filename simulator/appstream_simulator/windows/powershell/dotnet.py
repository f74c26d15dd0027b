# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Static members of .NET's types, and constructors: what each is documented to do in .NET Framework 4.8."""

from __future__ import annotations

import base64
import binascii
import ntpath
import uuid
from collections.abc import Callable
from typing import Any

from ..machine import environment
from . import compiled, file_items, patterns, principals, registry_keys, streams
from .conversion import ENUMERATIONS, cast, enumeration, guid
from .errors import NetError, UnknownError
from .formatting import formatted
from .session import Session, on_disk
from .values import (
    ArrayList,
    Char,
    DateTime,
    EnumValue,
    Hashtable,
    NetList,
    NetObject,
    TimeSpan,
    as_list,
    is_array,
    to_bool,
    to_text,
)

Static = Callable[..., Any]

# Encodings: Python's name of each, and the mark that files begin with.
_ENCODINGS = {
    "utf8": ("utf-8", b"\xef\xbb\xbf"),
    "unicode": ("utf-16-le", b"\xff\xfe"),
    "bigendianunicode": ("utf-16-be", b"\xfe\xff"),
    "ascii": ("ascii", b""),
    "default": ("cp1252", b""),
}


def encoding(codec: str, mark: bytes) -> NetObject:
    """A System.Text.Encoding."""

    def get_bytes(text: Any) -> bytes:
        return to_text(text).encode(codec, "replace")

    def get_string(data: Any) -> str:
        return bytes(cast(data, "System.Byte[]")).decode(codec, "replace")

    methods: dict[str, Static] = {"getbytes": get_bytes, "getstring": get_string, "getpreamble": lambda: mark}
    return NetObject("System.Text.Encoding", {}, methods, data=(codec, mark))


def _codec(given: Any) -> tuple[str, bytes]:
    if isinstance(given, NetObject) and given.type_name == "System.Text.Encoding":
        codec: tuple[str, bytes] = given.data
        return codec
    raise UnknownError("an encoding that is none of System.Text.Encoding")


_BY_NUMBER = {28591: "latin-1", 1252: "cp1252", 65001: "utf-8", 1200: "utf-16-le", 20127: "ascii"}


def _get_encoding(_session: Session, wanted: Any) -> NetObject:
    if wanted not in _BY_NUMBER:
        raise UnknownError(f"[Text.Encoding]::GetEncoding({to_text(wanted)})")
    codec = _BY_NUMBER[wanted]
    return encoding(codec, next((mark for name, mark in _ENCODINGS.values() if name == codec), b""))


def decoded(data: bytes, codec: str = "utf-8") -> str:
    """A file's text: its byte order mark decides before anything else."""
    for name, mark in (("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    return data.decode(codec, "replace")


# System.IO


def _exists(session: Session, path: Any, *, directory: bool) -> bool:
    """Both methods answer false rather than to fail, whatever the reason."""
    text = to_text(path)
    try:
        place = session.absolute(text)
        if directory:
            return session.disk.is_directory(place)
        return not text.endswith(("\\", "/")) and session.disk.is_file(place)
    except (OSError, NetError):
        return False


def _read(session: Session, path: Any) -> bytes:
    data: bytes = on_disk(session.disk.read, session.absolute(to_text(path)))
    return data


def _read_text(session: Session, path: Any, given: Any = None) -> str:
    return decoded(_read(session, path), _codec(given)[0] if given is not None else "utf-8")


def _read_lines(session: Session, path: Any, given: Any = None) -> list[str]:
    return _read_text(session, path, given).splitlines()


def _write_text(session: Session, path: Any, text: Any, given: Any = None) -> None:
    codec, mark = _codec(given) if given is not None else ("utf-8", b"")
    on_disk(session.disk.write, session.absolute(to_text(path)), mark + to_text(text).encode(codec, "replace"))


def _write_lines(session: Session, path: Any, lines: Any, given: Any = None) -> None:
    _write_text(session, path, "".join(f"{to_text(line)}\r\n" for line in as_list(lines)), given)


def _write_bytes(session: Session, path: Any, data: Any) -> None:
    on_disk(session.disk.write, session.absolute(to_text(path)), bytes(cast(data, "System.Byte[]")))


def _delete_file(session: Session, path: Any) -> None:
    """A file that is not there is no error; a folder that is not there is one."""
    place = session.absolute(to_text(path))
    if session.disk.is_directory(place):
        raise NetError("System.UnauthorizedAccessException", f"Access to the path '{place}' is denied.")
    if not session.disk.is_directory(ntpath.dirname(place)):
        raise NetError("System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{place}'.")
    if session.disk.is_file(place):
        on_disk(session.disk.remove, place)


def _copy(session: Session, source: Any, target: Any, overwrite: Any = False) -> None:
    place = session.absolute(to_text(target))
    if session.disk.is_file(place) and not to_bool(overwrite):
        raise NetError("System.IO.IOException", f"The file '{place}' already exists.")
    on_disk(session.disk.write, place, _read(session, source))


def _create_directory(session: Session, path: Any) -> NetObject:
    place = session.absolute(to_text(path))
    on_disk(session.disk.make_directories, place)
    return file_items.item(session, session.disk.stat(place))


def _delete_directory(session: Session, path: Any, recursive: Any = False) -> None:
    place = session.absolute(to_text(path))
    if not session.disk.is_directory(place):
        raise NetError("System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{place}'.")
    if session.disk.list(place) and not to_bool(recursive):
        raise NetError("System.IO.IOException", "The directory is not empty.\r\n")
    on_disk(session.disk.remove, place)


def _listed(session: Session, path: Any, pattern: Any, files: bool | None) -> list[str]:
    place, wanted = session.absolute(to_text(path)), to_text(pattern)
    if any(character in wanted for character in "[]\\/"):
        raise UnknownError(f"the search pattern {wanted!r}")
    names = on_disk(session.disk.list, place)
    found = [ntpath.join(place, name) for name in names if wanted == "*.*" or patterns.like(name, wanted)]
    return [one for one in found if files is None or session.disk.is_file(one) == files]


def _combine(_session: Session, *parts: Any) -> str:
    texts = [to_text(part) for part in (parts[0] if len(parts) == 1 and is_array(parts[0]) else parts)]
    combined = ""
    for text in texts:
        if not text:
            continue
        if text[:1] in "\\/" or text[1:2] == ":" or not combined:
            combined = text
        else:
            combined += text if combined[-1] in "\\/:" else f"\\{text}"
    return combined


def _directory_name(_session: Session, path: Any) -> Any:
    """Null for a root, as .NET documents; slashes become backslashes."""
    text = to_text(path).replace("/", "\\")
    drive, rest = ntpath.splitdrive(text)
    if not rest.strip("\\"):
        return None
    folder = text.rpartition("\\")[0]
    return f"{drive}\\" if folder == drive and rest.startswith("\\") else folder


def _file_name(text: str) -> str:
    return text.replace("/", "\\").rpartition("\\")[2].rpartition(":")[2]


# System.Environment


def _get_variable(session: Session, name: Any, target: Any = "Process") -> Any:
    wanted, scope = to_text(name), enumeration(target, "System.EnvironmentVariableTarget").name
    if scope == "Process":
        return session.variables.get(wanted)
    key = environment.MACHINE_KEY if scope == "Machine" else environment.USER_KEY
    value = session.disk.registry.get(key, wanted)
    if value is None:
        return None
    return environment.expand(to_text(value.data), session.variables)


# Environment.SpecialFolder: the environment variable that has the folder, and what is below it.
_FOLDERS = {
    "programfiles": ("ProgramFiles", ""),
    "programfilesx86": ("ProgramFiles(x86)", ""),
    "commonapplicationdata": ("ProgramData", ""),
    "applicationdata": ("APPDATA", ""),
    "localapplicationdata": ("LOCALAPPDATA", ""),
    "userprofile": ("USERPROFILE", ""),
    "windows": ("SystemRoot", ""),
    "system": ("SystemRoot", "\\system32"),
    "commondesktopdirectory": ("PUBLIC", "\\Desktop"),
}


def _folder_path(session: Session, name: Any) -> str:
    known = _FOLDERS.get(to_text(name).lower())
    if known is None:
        raise UnknownError(f"[Environment]::GetFolderPath({to_text(name)})")
    return f"{to_text(session.variables.get(known[0]))}{known[1]}"


def _set_variable(session: Session, name: Any, value: Any, target: Any = "Process") -> None:
    wanted, text = to_text(name), to_text(value)
    scope = enumeration(target, "System.EnvironmentVariableTarget").name
    if not wanted or "=" in wanted:
        raise NetError("System.ArgumentException", "Environment variable name cannot contain equal character.")
    if scope == "Process":
        if not text:
            session.variables.pop(wanted)
        else:
            session.variables[wanted] = text
        return
    key = environment.MACHINE_KEY if scope == "Machine" else environment.USER_KEY
    if text:
        session.disk.registry.set(key, wanted, text, "String")
    else:
        session.disk.registry.delete(key, wanted)


# Others


def _from_base64(_session: Session, text: Any) -> bytes:
    try:
        return base64.b64decode("".join(to_text(text).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        message = (
            "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding"
        )
        raise NetError(
            "System.FormatException", f"{message} characters, or an illegal character among the padding characters. "
        ) from error


def _match(_session: Session, text: Any, pattern: Any, options: Any = "None") -> NetObject:
    found = patterns.search(to_text(pattern), to_text(text), ignore_case=_ignores_case(options))
    return _match_object(found)


def _match_object(found: Any) -> NetObject:
    if found is None:
        return NetObject(
            "System.Text.RegularExpressions.Match", {"Success": False, "Value": "", "Index": 0, "Length": 0}, text=""
        )
    groups = Hashtable(
        {
            key: NetObject(
                "System.Text.RegularExpressions.Group",
                {"Success": value is not None, "Value": value or ""},
                text=value or "",
            )
            for key, value in patterns.by_number_and_name(found).items()
        }
    )
    properties = {
        "Success": True,
        "Value": found[0],
        "Index": found.start(),
        "Length": len(found[0]),
        "Groups": groups,
    }
    return NetObject("System.Text.RegularExpressions.Match", properties, text=found[0])


def _matches(_session: Session, text: Any, pattern: Any, options: Any = "None") -> list[NetObject]:
    found = patterns.all_matches(to_text(pattern), to_text(text), ignore_case=_ignores_case(options))
    return [_match_object(item) for item in found]


def _regex_replace(_session: Session, text: Any, pattern: Any, replacement: Any, options: Any = "None") -> str:
    given = to_text(replacement)
    return patterns.replace(to_text(pattern), given, to_text(text), ignore_case=_ignores_case(options))


def _ignores_case(options: Any) -> bool:
    return enumeration(options, "System.Text.RegularExpressions.RegexOptions").name == "IgnoreCase"


def _host_entry(session: Session, name: Any) -> NetObject:
    """An IPHostEntry of this machine; the empty name stands for it."""
    machine, wanted = session.machine, to_text(name).lower()
    if wanted not in ("", machine.computer_name.lower(), machine.fqdn.lower()):
        raise UnknownError(f"[Net.Dns]::GetHostEntry({to_text(name)}) of another computer")
    return NetObject("System.Net.IPHostEntry", {"HostName": machine.fqdn})


def _joined(_session: Session, separator: Any, *values: Any) -> str:
    items = values[0] if len(values) == 1 and is_array(values[0]) else values
    return to_text(separator).join(to_text(item) for item in items)


def _rounded(_session: Session, value: Any, digits: Any = 0) -> Any:
    return round(float(cast(value, "System.Double")), int(digits))


_FILE, _FOLDER, _PATH = "System.IO.File", "System.IO.Directory", "System.IO.Path"
METHODS: dict[tuple[str, str], Static] = {
    **streams.METHODS,
    **compiled.METHODS,
    ("System.Text.Encoding", "getencoding"): _get_encoding,
    (_FILE, "exists"): lambda session, path: _exists(session, path, directory=False),
    (_FILE, "readalltext"): _read_text,
    (_FILE, "readalllines"): _read_lines,
    (_FILE, "readallbytes"): _read,
    (_FILE, "writealltext"): _write_text,
    (_FILE, "writealllines"): _write_lines,
    (_FILE, "writeallbytes"): _write_bytes,
    (_FILE, "delete"): _delete_file,
    (_FILE, "copy"): _copy,
    (_FOLDER, "exists"): lambda session, path: _exists(session, path, directory=True),
    (_FOLDER, "createdirectory"): _create_directory,
    (_FOLDER, "delete"): _delete_directory,
    (_FOLDER, "getfiles"): lambda session, path, pattern="*": _listed(session, path, pattern, True),
    (_FOLDER, "getdirectories"): lambda session, path, pattern="*": _listed(session, path, pattern, False),
    (_FOLDER, "getfilesystementries"): lambda session, path, pattern="*": _listed(session, path, pattern, None),
    (_PATH, "combine"): _combine,
    (_PATH, "getfilename"): lambda _session, path: _file_name(to_text(path)),
    (_PATH, "getfilenamewithoutextension"): lambda _session, path: ntpath.splitext(_file_name(to_text(path)))[0],
    (_PATH, "getdirectoryname"): _directory_name,
    (_PATH, "getextension"): lambda _session, path: ntpath.splitext(_file_name(to_text(path)))[1],
    (_PATH, "getfullpath"): lambda session, path: session.absolute(to_text(path)),
    (_PATH, "ispathrooted"): lambda _session, path: to_text(path)[:1] in ("\\", "/") or to_text(path)[1:2] == ":",
    (_PATH, "gettemppath"): lambda session: f"{to_text(session.variables.get('TEMP')).rstrip(chr(92))}\\",
    ("System.Environment", "getenvironmentvariable"): _get_variable,
    ("System.Environment", "setenvironmentvariable"): _set_variable,
    ("System.Environment", "expandenvironmentvariables"): lambda session, text: environment.expand(
        to_text(text), session.variables
    ),
    ("System.Diagnostics.FileVersionInfo", "getversioninfo"): lambda session, path: file_items.version_info(
        session, session.absolute(to_text(path))
    ),
    ("Microsoft.Win32.RegistryKey", "openbasekey"): registry_keys.base_key,
    ("System.String", "isnullorempty"): lambda _session, text: to_text(text) == "",
    ("System.String", "isnullorwhitespace"): lambda _session, text: to_text(text).strip() == "",
    ("System.String", "join"): _joined,
    ("System.String", "format"): lambda _session, text, *values: formatted(to_text(text), values),
    ("System.String", "concat"): lambda _session, *values: "".join(to_text(value) for value in values),
    ("System.Convert", "tobase64string"): lambda _session, data: base64.b64encode(
        bytes(cast(data, "System.Byte[]"))
    ).decode(),
    ("System.Convert", "frombase64string"): _from_base64,
    ("System.Convert", "toint32"): lambda _session, value: cast(value, "System.Int32"),
    ("System.Guid", "newguid"): lambda _session: guid(str(uuid.uuid4())),
    ("System.Text.RegularExpressions.Regex", "escape"): lambda _session, text: patterns.escape(to_text(text)),
    ("System.Text.RegularExpressions.Regex", "match"): _match,
    ("System.Text.RegularExpressions.Regex", "matches"): _matches,
    ("System.Text.RegularExpressions.Regex", "ismatch"): lambda _session, text, pattern, options="None": bool(
        patterns.search(to_text(pattern), to_text(text), ignore_case=_ignores_case(options))
    ),
    ("System.Text.RegularExpressions.Regex", "replace"): _regex_replace,
    ("System.Array", "indexof"): lambda _session, items, wanted: next(
        (place for place, item in enumerate(as_list(items)) if type(item) is type(wanted) and item == wanted), -1
    ),
    ("System.Environment", "getfolderpath"): _folder_path,
    ("System.Math", "min"): lambda _session, first, second: min(first, second),
    ("System.Math", "max"): lambda _session, first, second: max(first, second),
    ("System.Math", "abs"): lambda _session, value: abs(value),
    ("System.Math", "floor"): lambda _session, value: float(cast(value, "System.Double") // 1),
    ("System.Math", "ceiling"): lambda _session, value: float(-(-cast(value, "System.Double") // 1)),
    ("System.Math", "round"): _rounded,
    ("System.BitConverter", "tostring"): lambda _session, data: "-".join(
        f"{byte:02X}" for byte in cast(data, "System.Byte[]")
    ),
    ("System.Net.Dns", "gethostentry"): _host_entry,
    ("System.Net.Dns", "gethostbyname"): _host_entry,
    ("System.Net.Dns", "gethostname"): lambda session: session.machine.computer_name,
    ("System.DateTime", "parse"): lambda _session, text: cast(text, "System.DateTime"),
    ("System.TimeSpan", "fromseconds"): lambda _session, value: TimeSpan(float(value)),
    ("System.TimeSpan", "fromminutes"): lambda _session, value: TimeSpan(float(value) * 60),
    ("System.Version", "parse"): lambda _session, text: cast(text, "System.Version"),
}
PROPERTIES: dict[tuple[str, str], Static] = {
    **streams.PROPERTIES,
    ("System.Environment", "machinename"): lambda session: session.machine.computer_name[:15].upper(),
    ("System.Environment", "newline"): lambda _session: "\r\n",
    ("System.Environment", "username"): lambda session: session.variables.get("USERNAME"),
    ("System.Environment", "is64bitprocess"): lambda _session: True,
    ("System.Environment", "is64bitoperatingsystem"): lambda _session: True,
    ("System.DateTime", "utcnow"): lambda session: DateTime(session.machine.clock.now(), "Utc"),
    ("System.DateTime", "now"): lambda session: DateTime(session.machine.clock.now(), "Local"),
    ("System.String", "empty"): lambda _session: "",
    ("System.Int32", "maxvalue"): lambda _session: (1 << 31) - 1,
    ("System.Int32", "minvalue"): lambda _session: -(1 << 31),
    ("System.Int64", "maxvalue"): lambda _session: (1 << 63) - 1,
    ("System.Guid", "empty"): lambda _session: guid("00000000-0000-0000-0000-000000000000"),
    ("System.IO.Path", "directoryseparatorchar"): lambda _session: Char("\\"),
    **{
        ("System.Text.Encoding", name): lambda _session, pair=pair: encoding(*pair) for name, pair in _ENCODINGS.items()
    },
    **{
        ("Microsoft.Win32.Registry", name.lower()): lambda session, name=name: registry_keys.root_key(session, name)
        for name in ("LocalMachine", "CurrentUser", "Users", "ClassesRoot", "CurrentConfig")
    },
}


def _new_list(_session: Session, *arguments: Any) -> NetList:
    if arguments and isinstance(arguments[0], int):
        return NetList()
    return NetList(as_list(arguments[0])) if arguments else NetList()


def _new_utf8(_session: Session, mark: Any = False) -> NetObject:
    return encoding("utf-8", b"\xef\xbb\xbf" if to_bool(mark) else b"")


CONSTRUCTORS: dict[str, Static] = {
    **streams.CONSTRUCTORS,
    principals.ACCOUNT: principals.account,
    "System.Collections.Generic.List`1[System.Object]": _new_list,
    "System.Collections.ArrayList": lambda _session, *items: ArrayList(_new_list(_session, *items)),
    "System.Collections.Hashtable": lambda _session: Hashtable(),
    "System.Collections.Specialized.OrderedDictionary": lambda _session: _ordered(),
    "System.Text.UTF8Encoding": _new_utf8,
    "System.Version": lambda _session, *parts: cast(".".join(to_text(part) for part in parts), "System.Version"),
    "System.Object": lambda _session: NetObject("System.Object"),
}


def _ordered() -> Hashtable:
    table = Hashtable()
    table.ordered = True
    return table


def knows(type_name: str, member: str, *, method: bool) -> bool:
    """Whether a static member is in the subset."""
    low = member.lower()
    if method:
        return (type_name, low) in METHODS or (low == "new" and type_name in CONSTRUCTORS)
    names = {name.lower() for name in ENUMERATIONS.get(type_name, ())}
    return (type_name, low) in PROPERTIES or low in names


def static_property(session: Session, type_name: str, member: str) -> Any:
    """`[Type]::Member`. Raises UnknownError."""
    streams.require_assembly(session, type_name)
    if type_name in ENUMERATIONS:
        value: EnumValue = enumeration(member, type_name)
        return value
    found = PROPERTIES.get((type_name, member.lower()))
    if found is None:
        raise UnknownError(f"[{type_name}]::{member}")
    return found(session)


def static_method(type_name: str, member: str) -> Static:
    """The function behind `[Type]::Member(…)`. Raises UnknownError."""
    low = member.lower()
    found = CONSTRUCTORS.get(type_name) if low == "new" else METHODS.get((type_name, low))
    if found is None:
        raise UnknownError(f"[{type_name}]::{member}(…)")
    return found
