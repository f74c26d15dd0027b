# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets for items: files, folders and registry keys.

Source: the help of Windows PowerShell 5.1's Microsoft.PowerShell.Management, and its errors' texts.
"""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .. import file_items, patterns, places, registry_keys, winrm_items
from ..errors import NetError, UnknownError, failure
from ..parameters import Cmdlet, Option
from ..places import Place
from ..session import on_disk
from ..values import NetObject, to_text

if TYPE_CHECKING:
    from ..pipelines import Run

PATHS = (
    Option("Path", "string[]", 0),
    Option("LiteralPath", "string[]", aliases=("pspath", "lp")),
)
FORCE = Option("Force", "switch")
RECURSE = Option("Recurse", "switch")
_EXISTS = "An item with the specified name {} already exists."
_IO = "System.IO.IOException"


def named(run: Run, *, hidden: bool | None = None) -> Iterator[tuple[str, Place]]:
    """The items that -Path and -LiteralPath name, with the paths as given; what is not there is an error each."""
    force = bool(run.get("force")) if hidden is None else hidden
    given = [(path, True) for path in run.texts("path")] + [(path, False) for path in run.texts("literalpath")]
    for path, wild in given:
        try:
            found = _named(run, path, wild and patterns.has_wildcards(path), force)
        except NetError as error:
            run.error(str(error), error.kind, path)
            continue
        for where in found:
            yield path, where


def _named(run: Run, path: str, wild: bool, hidden: bool) -> list[Place]:
    if wild:

        def refused(error: NetError) -> None:
            run.error(str(error), error.kind, path)

        return list(places.expanded(run.session, path, hidden=hidden, refused=refused))
    where = places.place(run.session, path)
    if not on_disk(places.exists, run.session, where):
        raise places.not_found(places.shown(where))
    return [where]


def item_at(run: Run, where: Place, *, listed: bool = False) -> NetObject:
    """The object for an item."""
    session = run.session
    if where.provider == "registry":
        return registry_keys.key(session, where.path, writable=False, from_provider=True)
    if where.provider == "environment":
        raise UnknownError("items of the drive Env:")
    return file_items.item(session, on_disk(session.disk.stat, where.path), listed=listed)


def each(run: Run, work: Callable[[Place], Any]) -> Iterator[Any]:
    """What a function gives for each item that is named; its errors are one each."""
    for _path, where in named(run):
        try:
            result = work(where)
        except NetError as error:
            run.error(str(error), error.kind, where.path)
            continue
        if result is not None:
            yield result


def _get_item(run: Run) -> Iterator[Any]:
    def work(where: Place) -> NetObject:
        item = item_at(run, where)
        if where.provider == "file" and item.data.hidden and not run.get("force"):
            raise NetError(_IO, f"Could not find item {where.path}.")
        return item

    yield from each(run, work)


def _test_path(run: Run) -> Iterator[Any]:
    kind = to_text(run.get("pathtype", "Any")).lower()
    if kind not in ("any", "container", "leaf"):
        raise UnknownError(f"Test-Path -PathType {kind}")
    for option, wild in (("path", True), ("literalpath", False)):
        for path in run.texts(option):
            try:
                found = _named(run, path, wild and patterns.has_wildcards(path), True)
            except NetError as error:
                found = []
                if error.kind in ("System.IO.IOException", "System.UnauthorizedAccessException"):
                    run.error(str(error), error.kind, path)
            if kind == "any":
                yield bool(found)
            else:
                yield any(places.is_container(run.session, where) == (kind == "container") for where in found)


def _child_items(run: Run) -> Iterator[Any]:
    if not run.get("path") and not run.get("literalpath"):
        run.given["path"] = [run.session.folder]
    configured = _configured(run)
    if configured is not None:
        yield from winrm_items.items(run.session, configured)
        return
    depth = run.get("depth")
    levels = 1 << 30 if depth is None and run.get("recurse") else (depth or 0)
    for path, where in named(run):
        wild = patterns.has_wildcards(path) and run.get("path")
        if places.is_container(run.session, where) and not (wild and patterns.has_wildcards(ntpath.basename(path))):
            yield from _listed(run, where, levels)
        elif not places.is_container(run.session, where) and run.get("recurse"):
            raise UnknownError("Get-ChildItem -Recurse of a file")
        elif wild and run.get("recurse"):
            raise UnknownError("Get-ChildItem -Recurse with wildcards")
        else:
            yield from _chosen(run, where)


def _configured(run: Run) -> Place | None:
    """The place in Cert: or WSMan: that is listed, None when it is elsewhere."""
    paths = run.texts("path") + run.texts("literalpath")
    where = places.place(run.session, paths[0])
    if where.provider not in places.CONFIGURATION.values():
        return None
    if len(paths) > 1 or set(run.given) - {"path", "literalpath", "erroraction"} or patterns.has_wildcards(paths[0]):
        raise UnknownError(f"Get-ChildItem of {paths[0]} with these options")
    return where


def _listed(run: Run, where: Place, levels: int) -> Iterator[Any]:
    """Folders come before files, and what is below comes behind all of them.

    Windows PowerShell goes through directory links as through any directory (PowerShell/PowerShell issue 3951).
    """
    try:
        found = on_disk(lambda: places.children(run.session, where, hidden=bool(run.get("force"))))
    except NetError as error:
        run.error(str(error), error.kind, where.path)
        return
    folders = [item for item in found if places.is_container(run.session, item)]
    for item in [*folders, *(item for item in found if item not in folders)] if where.provider == "file" else found:
        run.interpreter.tick()
        yield from _chosen(run, item)
        if where.provider == "registry" and levels > 0:
            yield from _listed(run, item, levels - 1)
    if where.provider == "file" and levels > 0:
        for item in folders:
            yield from _listed(run, item, levels - 1)


def _chosen(run: Run, where: Place) -> Iterator[Any]:
    container = places.is_container(run.session, where)
    if (run.get("file") and container) or (run.get("directory") and not container):
        return
    if run.get("filter") is not None and not patterns.like(where.name, to_text(run.get("filter"))):
        return
    if any(patterns.like(where.name, wanted) for wanted in run.texts("exclude")):
        return
    if run.get("include") is not None and not any(patterns.like(where.name, text) for text in run.texts("include")):
        return
    yield where.name if run.get("name") else item_at(run, where, listed=True)


def _new_item(run: Run) -> Iterator[Any]:
    for path in run.texts("path") or [run.session.folder]:
        where = places.place(run.session, path)
        if run.get("name"):
            where = where.child(to_text(run.get("name")))
        if where.provider in ("environment", "certificates"):
            raise UnknownError(f"New-Item in {path}")
        if where.provider == "wsman":
            yield from winrm_items.new_listener(run, where)
            continue
        foreign = [name for name in winrm_items.LISTENER_OPTIONS if name.lower() in run.given]
        if foreign:
            message = f"A parameter cannot be found that matches parameter name '{foreign[0]}'."
            raise failure(message, "System.Management.Automation.ParameterBindingException")
        make = _new_key if where.provider == "registry" else _new_file_item
        try:
            if run.should("Create Item", where.path):
                make(run, where)
                yield item_at(run, where)
        except NetError as error:
            run.error(str(error), error.kind, path)


def _new_key(run: Run, where: Place) -> None:
    registry = run.session.disk.registry
    if registry.has_key(where.path):
        if not run.get("force"):
            raise NetError(_IO, "A key in this path already exists.")
        # With -Force the key is made once more: what it held is gone.
        registry.delete_key(where.path)
    parent = where.parent()
    if parent is not None and not registry.has_key(parent.path) and not run.get("force"):
        raise NetError(_IO, "The registry key at the specified path does not exist.")
    try:
        registry.create_key(where.path)
    except OSError as error:
        raise NetError(_IO, str(error)) from error
    if "value" in run.given:
        registry_keys.write(run.session, where.path, "", run.get("value"), registry_keys.guessed(run.get("value")))


def _new_file_item(run: Run, where: Place) -> None:
    disk, kind = run.session.disk, to_text(run.get("itemtype", "file")).lower()
    if kind in ("directory", "container"):
        if disk.is_file(where.path) or (disk.is_directory(where.path) and not run.get("force")):
            raise NetError(_IO, _EXISTS.format(where.path))
        on_disk(disk.make_directories, where.path)
        return
    if kind not in ("file", "leaf"):
        raise UnknownError(f"New-Item -ItemType {kind}")
    if disk.is_file(where.path) and not run.get("force"):
        raise NetError(_IO, f"The file '{where.path}' already exists.")
    if run.get("force"):
        on_disk(disk.make_directories, ntpath.dirname(where.path))
    content = to_text(run.get("value"))
    on_disk(disk.write, where.path, content.encode("ascii", "replace"))


def _remove_item(run: Run) -> Iterator[Any]:
    for option in ("include", "exclude", "filter"):
        if run.get(option) is not None:
            raise UnknownError(f"Remove-Item -{option}")

    def work(where: Place) -> None:
        # -Recurse is asked for in a dialogue, which there is none for here.
        # A link goes by itself, whatever it leads to.
        is_link = where.provider == "file" and run.session.disk.stat(where.path).link is not None
        has_children = not is_link and bool(places.children(run.session, where, hidden=True))
        if has_children and not run.get("recurse"):
            message = f"The item at {places.shown(where)} has children and the Recurse parameter was not specified."
            raise UnknownError(f"a question of Remove-Item: {message}")
        if where.provider == "environment":
            del run.session.variables[where.path]
        elif where.provider == "registry":
            if run.should("Remove Key", f"Item: {where.path}"):
                run.session.disk.registry.delete_key(where.path)
        elif run.should("Remove Directory" if has_children else "Remove File", where.path):
            _remove_file(run, where)

    yield from each(run, work)


def _remove_file(run: Run, where: Place) -> None:
    disk = run.session.disk
    if disk.stat(where.path).read_only and not run.get("force"):
        message = (
            f"Cannot remove item {where.path}: You do not have sufficient access rights to perform this operation."
        )
        raise NetError(_IO, message)
    try:
        on_disk(disk.remove, where.path)
    except NetError as error:
        raise NetError(error.kind, f"Cannot remove item {where.path}: {error}") from error


def _target(run: Run, where: Place, name: str) -> Place:
    """Where a copied or moved item goes to: into a folder that exists, or to that very path."""
    target = places.place(run.session, to_text(run.get("destination")))
    if target.provider != where.provider or where.provider != "file":
        raise UnknownError("to copy or move something else than files and folders")
    return target.child(name) if run.session.disk.is_directory(target.path) else target


def _copy_item(run: Run) -> Iterator[Any]:
    disk = run.session.disk

    def work(where: Place) -> None:
        target = _target(run, where, where.name)
        if not run.should("Copy", f"Item: {where.path} Destination: {target.path}"):
            return
        if disk.is_file(where.path):
            if where.path.lower() == target.path.lower():
                raise NetError(_IO, f"Cannot overwrite the item {where.path} with itself.")
            on_disk(disk.write, target.path, on_disk(disk.read, where.path))
        elif run.get("recurse"):
            on_disk(disk.copy_tree, where.path, target.path)
        else:
            on_disk(disk.make_directories, target.path)

    yield from each(run, work)


def _move(run: Run, where: Place, target: Place) -> None:
    disk = run.session.disk
    if disk.exists(target.path) and not (run.get("force") and disk.is_file(target.path)):
        raise NetError(_IO, "Cannot create a file when that file already exists.\r\n")
    if disk.is_file(where.path):
        on_disk(disk.write, target.path, on_disk(disk.read, where.path))
    else:
        on_disk(disk.copy_tree, where.path, target.path)
    on_disk(disk.remove, where.path)


def _move_item(run: Run) -> Iterator[Any]:
    def work(where: Place) -> None:
        target = _target(run, where, where.name)
        if run.should("Move", f"Item: {where.path} Destination: {target.path}"):
            _move(run, where, target)

    yield from each(run, work)


def _rename_item(run: Run) -> Iterator[Any]:
    def work(where: Place) -> None:
        name, parent = to_text(run.get("newname")), where.parent()
        if where.provider != "file" or parent is None or "\\" in name:
            raise UnknownError("Rename-Item of this kind")
        if run.should("Rename", f"Item: {where.path} Destination: {parent.child(name).path}"):
            _move(run, where, parent.child(name))

    yield from each(run, work)


def _resolve_path(run: Run) -> Iterator[Any]:
    for _path, where in named(run, hidden=True):
        if where.provider != "file":
            raise UnknownError("Resolve-Path outside of the file system")
        yield NetObject(
            "System.Management.Automation.PathInfo", {"Path": where.path, "ProviderPath": where.path}, text=where.path
        )


def _join_path(run: Run) -> Iterator[Any]:
    if run.get("resolve"):
        raise UnknownError("Join-Path -Resolve")
    for path in run.texts("path"):
        try:
            places.place(run.session, path)
        except NetError as error:
            run.error(str(error), error.kind, path)
            continue
        child = to_text(run.get("childpath")).replace("/", "\\")
        yield f"{path.replace('/', chr(92)).rstrip(chr(92))}\\{child.lstrip(chr(92))}"


def _split_path(run: Run) -> Iterator[Any]:
    for path in run.texts("path") + run.texts("literalpath"):
        text = path.replace("/", "\\").rstrip("\\")
        parent, backslash, leaf = text.rpartition("\\")
        if run.get("leaf"):
            yield leaf
        elif run.get("qualifier"):
            drive, colon, _rest = text.partition(":")
            if not colon:
                run.error(
                    f"Cannot parse path because path '{path}' does not have a qualifier specified.",
                    "System.FormatException",
                )
            else:
                yield f"{drive}:"
        elif run.get("noqualifier"):
            yield text.partition(":")[2] or text
        elif run.get("isabsolute"):
            yield ":" in text or text.startswith("\\\\")
        else:
            yield (f"{parent}\\" if parent.endswith(":") else parent) if backslash else ""


_COPY = (Option("Destination", "string", 1), FORCE, RECURSE)
CMDLETS = (
    Cmdlet("Get-Item", (*PATHS, FORCE), _get_item, pipeline="path", by_path=True),
    Cmdlet(
        "Test-Path",
        (*PATHS, Option("PathType", "string", aliases=("type",))),
        _test_path,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet(
        "Get-ChildItem",
        (
            *PATHS,
            Option("Filter", "string", 1),
            Option("Include", "string[]"),
            Option("Exclude", "string[]"),
            RECURSE,
            Option("Depth", "int"),
            FORCE,
            Option("File", "switch"),
            Option("Directory", "switch", aliases=("ad",)),
            Option("Name", "switch"),
        ),
        _child_items,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet(
        "New-Item",
        (
            Option("Path", "string[]", 0),
            Option("Name", "string"),
            Option("ItemType", "string", aliases=("type",)),
            Option("Value", "object"),
            FORCE,
            *(Option(name) for name in winrm_items.LISTENER_OPTIONS),
        ),
        _new_item,
        changes=True,
    ),
    Cmdlet(
        "Remove-Item",
        (
            *PATHS,
            RECURSE,
            FORCE,
            Option("Include", "string[]"),
            Option("Exclude", "string[]"),
            Option("Filter", "string"),
        ),
        _remove_item,
        changes=True,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet("Copy-Item", (*PATHS, *_COPY), _copy_item, changes=True, pipeline="path", by_path=True),
    Cmdlet(
        "Move-Item",
        (*PATHS, Option("Destination", "string", 1), FORCE),
        _move_item,
        changes=True,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet(
        "Rename-Item",
        (*PATHS, Option("NewName", "string", 1), FORCE),
        _rename_item,
        changes=True,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet("Resolve-Path", PATHS, _resolve_path, pipeline="path", by_path=True),
    Cmdlet(
        "Join-Path",
        (Option("Path", "string[]", 0), Option("ChildPath", "string", 1), Option("Resolve", "switch")),
        _join_path,
        pipeline="path",
    ),
    Cmdlet(
        "Split-Path",
        (
            *PATHS,
            *(Option(name, "switch") for name in ("Parent", "Leaf", "Qualifier", "NoQualifier", "IsAbsolute")),
        ),
        _split_path,
        pipeline="path",
    ),
)
