# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets that work on the objects of a pipeline, and on the streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .. import dotnet, members, operators, patterns
from ..conversion import cast, resolved
from ..errors import UnknownError
from ..parameters import Cmdlet, Option
from ..values import (
    BlockValue,
    CustomObject,
    DateTime,
    Hashtable,
    NetObject,
    as_list,
    is_array,
    items_of,
    number_of,
    to_bool,
    to_text,
    unwrapped,
)

if TYPE_CHECKING:
    from ..pipelines import Run

_COMPARISONS = [
    "EQ",
    "NE",
    "GT",
    "GE",
    "LT",
    "LE",
    "Like",
    "NotLike",
    "Match",
    "NotMatch",
    "Contains",
    "NotContains",
    "In",
    "NotIn",
    "CEQ",
    "CNE",
    "CMatch",
    "CNotMatch",
]


def _block_output(run: Run, block: BlockValue, item: Any) -> list[Any]:
    output: list[Any] = []
    run.interpreter.run_block(block, item, output.append)
    return output


def _calculated(run: Run, item: Any, key: Any) -> Any:
    """A property of an item by name, by script block, or by a hashtable with an Expression."""
    if isinstance(key, Hashtable):
        key = key.get("Expression", key.get("e"))
    if isinstance(key, BlockValue):
        return unwrapped(_block_output(run, key, item))
    return members.get(item, to_text(key))


def _for_each(run: Run) -> Iterator[Any]:
    interpreter, process = run.interpreter, run.get("process")
    blocks = [block for block in as_list(process) if block is not None]
    for item in run.items:
        for block in blocks:
            if isinstance(block, BlockValue):
                interpreter.run_block(block, item, run.emit)
            else:
                yield from _member_of(item, to_text(block), run.get("argumentlist"))


def _member_of(item: Any, name: str, arguments: Any) -> Iterator[Any]:
    if patterns.has_wildcards(name):
        raise UnknownError("ForEach-Object with wildcards")
    if name.lower() in members.KNOWN_METHODS and not (isinstance(item, (Hashtable, CustomObject)) and name in item):
        yield from items_of(members.call(item, name, as_list(arguments)))
    else:
        yield from items_of(members.get(item, name))


def _where(run: Run) -> Iterator[Any]:
    block, name = run.get("filterscript"), run.get("property")
    if isinstance(name, BlockValue):
        block, name = name, None
    operator = next((item.lower() for item in _COMPARISONS if run.get(item.lower())), "")
    negated = bool(run.get("not"))
    for item in run.items:
        if isinstance(block, BlockValue):
            wanted = to_bool(unwrapped(_block_output(run, block, item)))
        elif name is None:
            raise UnknownError("Where-Object without a condition")
        else:
            value = members.get(item, to_text(name))
            wanted = to_bool(operators.binary(operator, value, run.get("value")) if operator else value) != negated
        if wanted:
            yield item


def _select(run: Run) -> Iterator[Any]:
    items = list(run.items)
    keys = [key for key in as_list(run.get("property")) if to_text(key) != "*"]
    if "*" in [to_text(key) for key in as_list(run.get("property")) if not isinstance(key, Hashtable)] and keys:
        raise UnknownError("Select-Object * with other properties")
    skip, first, last = run.get("skip", 0), run.get("first"), run.get("last")
    if last is not None and first is not None:
        raise UnknownError("Select-Object with -First and -Last")
    items = items[:-skip] if last is not None and skip else items[skip:]
    items = (
        items[:first]
        if first is not None
        else items[len(items) - last if last < len(items) else 0 :]
        if last is not None
        else items
    )
    projected = [_projected(run, item, keys) for item in items]
    if run.get("expandproperty") is not None:
        projected = [value for item in items for value in _expanded(run, item, run.given["expandproperty"])]
    yield from _without_doubles(projected) if run.get("unique") else projected


def _projected(run: Run, item: Any, keys: Sequence[Any]) -> Any:
    if not keys:
        return item
    selected = CustomObject()
    for key in keys:
        if isinstance(key, Hashtable):
            selected[to_text(key.get("Name", key.get("n", key.get("Label", key.get("l")))))] = _calculated(
                run, item, key
            )
        elif isinstance(key, BlockValue) or patterns.has_wildcards(to_text(key)):
            raise UnknownError("Select-Object with a script block or wildcards")
        else:
            selected[_spelling(item, to_text(key))] = members.get(item, to_text(key))
    return selected


def _spelling(item: Any, name: str) -> str:
    if isinstance(item, CustomObject):
        return str(item.spelling(name))
    return str(item.properties.spelling(name)) if isinstance(item, NetObject) else name


def _expanded(run: Run, item: Any, name: Any) -> Iterator[Any]:
    text = to_text(name)
    missing = isinstance(item, CustomObject) and text not in item
    if missing or item is None:
        run.error(f'Property "{text}" cannot be found.', "System.Management.Automation.PSArgumentException")
        return
    yield from items_of(members.get(item, text))


def _without_doubles(values: Sequence[Any]) -> list[Any]:
    """Select-Object -Unique tells texts apart by case too."""
    kept: list[Any] = []
    for value in values:
        if not any(_same(value, other) for other in kept):
            kept.append(value)
    return kept


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, CustomObject) and isinstance(second, CustomObject):
        return list(first) == list(second) and all(_same(first[name], second[name]) for name in first)
    return type(first) is type(second) and operators.equal(first, second, False)


def _sort(run: Run) -> Iterator[Any]:
    keys = as_list(run.get("property"))
    items = [item for item in run.items if item is not None]

    def key(item: Any) -> list[Any]:
        if not keys:
            return [operators.sort_key(item)]
        return [operators.sort_key(_calculated(run, item, one)) for one in keys]

    for one in keys:
        if isinstance(one, Hashtable) and {name.lower() for name in one} - {"expression", "e"}:
            raise UnknownError("Sort-Object with a direction for each property")
    ordered = sorted(items, key=key, reverse=bool(run.get("descending")))
    if run.get("unique"):
        seen: list[Any] = []
        unique = []
        for item in ordered:
            if key(item) not in seen:
                seen.append(key(item))
                unique.append(item)
        ordered = unique
    yield from ordered


def _measure(run: Run) -> Iterator[Any]:
    name = run.get("property")
    values = [members.get(item, to_text(name)) for item in run.items] if name else list(run.items)
    numbers = [number for number in map(number_of, values) if number is not None]
    wanted = {item: bool(run.get(item.lower())) for item in ("Sum", "Average", "Maximum", "Minimum")}
    if any(wanted.values()) and len(numbers) != len(values):
        raise UnknownError("Measure-Object of what is no number")
    results = {
        "Sum": float(sum(numbers)) if numbers else None,
        "Average": sum(numbers) / len(numbers) if numbers else None,
        "Maximum": float(max(numbers)) if numbers else None,
        "Minimum": float(min(numbers)) if numbers else None,
    }
    yield NetObject(
        "Microsoft.PowerShell.Commands.GenericMeasureInfo",
        {
            "Count": len(values),
            **{item: results[item] if given else None for item, given in wanted.items()},
            "Property": name,
        },
    )


def _group(run: Run) -> Iterator[Any]:
    name = run.get("property")
    groups: dict[str, tuple[str, list[Any]]] = {}
    for item in run.items:
        text = to_text(_calculated(run, item, name) if name is not None else item)
        groups.setdefault(text.lower(), (text, []))[1].append(item)
    for text, members_of_group in groups.values():
        properties = {"Count": len(members_of_group), "Name": text, "Group": members_of_group}
        yield NetObject("Microsoft.PowerShell.Commands.GroupInfo", properties)


def _output(run: Run) -> Iterator[Any]:
    value = run.get("inputobject")
    if run.items and "inputobject" not in run.given:
        yield from run.items
    elif is_array(value) and not run.get("noenumerate"):
        yield from value
    else:
        yield value


def _null(run: Run) -> Iterator[Any]:
    yield from ()


def _out_string(run: Run) -> Iterator[Any]:
    if not all(isinstance(item, str) for item in run.items):
        raise UnknownError("Out-String of what is no text")
    yield "".join(f"{item}\r\n" for item in run.items)


def _stream(name: str, preference: str) -> Any:
    def write(run: Run) -> Iterator[Any]:
        chosen = to_text(run.interpreter.variable(preference)).lower()
        if chosen == "stop":
            raise UnknownError(f"${preference} = 'Stop'")
        asked = name == "verbose" and run.get("verbose")
        if chosen == "continue" or asked:
            getattr(run.session.streams, name).append(to_text(run.get("message")))
        yield from ()

    return write


def _host(run: Run) -> Iterator[Any]:
    value = run.get("object")
    separator = to_text(run.get("separator", " "))
    text = separator.join(to_text(item) for item in items_of(value))
    run.session.streams.host_out.append(text if run.get("nonewline") else f"{text}\n")
    yield from ()


def _error(run: Run) -> Iterator[Any]:
    kind = "Microsoft.PowerShell.Commands.WriteErrorException"
    given = run.get("message", run.get("exception"))
    if isinstance(given, NetObject):
        kind = given.type_name
    run.error(to_text(given), kind, run.get("targetobject"))
    yield from ()


def _new_object(run: Run) -> Iterator[Any]:
    name = resolved(to_text(run.get("typename")))
    if name.endswith(("PSObject", "PSCustomObject")):
        yield CustomObject(run.get("property") or Hashtable())
        return
    if run.get("property"):
        raise UnknownError("New-Object -Property of a type")
    yield dotnet.static_method(name, "new")(run.session, *as_list(run.get("argumentlist")))


def _added_members(run: Run) -> Hashtable:
    """What Add-Member is to add, in any of its three forms."""
    kind, name, value = run.get("membertype"), run.get("name"), run.get("value")
    table = kind if isinstance(kind, Hashtable) else run.get("notepropertymembers")
    if isinstance(table, Hashtable):
        return table
    if run.get("notepropertyname") is not None:
        return Hashtable({to_text(run.get("notepropertyname")): run.get("notepropertyvalue")})
    if to_text(kind).lower() == "noteproperty" and name is not None:
        return Hashtable({to_text(name): value})
    if kind is not None and name is not None and "value" not in run.given:
        return Hashtable({to_text(kind): name})
    raise UnknownError("Add-Member of something else than a NoteProperty")


def _add_member(run: Run) -> Iterator[Any]:
    for item in run.items or [run.get("inputobject")]:
        if not isinstance(item, CustomObject):
            raise UnknownError("Add-Member to something else than a PSCustomObject")
        for name, value in _added_members(run).items():
            if name in item and not run.get("force"):
                run.error(f'Cannot add a member with the name "{name}" because a member with that name already exists.')
            else:
                item[name] = value
        if run.get("passthru"):
            yield item


def _set_variable(run: Run) -> Iterator[Any]:
    run.interpreter.set_variable(to_text(run.get("name")).lower(), run.get("value"))
    yield from ()


def _get_date(run: Run) -> Iterator[Any]:
    moment = (
        cast(run.given["date"], "System.DateTime") if "date" in run.given else DateTime(run.session.machine.clock.now())
    )
    if "format" in run.given:
        from ..formatting import date_time

        yield date_time(moment, to_text(run.given["format"]))
    else:
        yield moment


CMDLETS = (
    Cmdlet(
        "ForEach-Object",
        (
            Option("Process", "object", 0, ("membername",)),
            Option("Begin", "object"),
            Option("End", "object"),
            Option("ArgumentList", "object", aliases=("args",)),
        ),
        _for_each,
        streams=True,
    ),
    Cmdlet(
        "Where-Object",
        (
            Option("Property", "object", 0),
            Option("Value", "object", 1),
            Option("FilterScript", "object"),
            Option("Not", "switch"),
            *(Option(name, "switch") for name in _COMPARISONS),
        ),
        _where,
        streams=True,
    ),
    Cmdlet(
        "Select-Object",
        (
            Option("Property", "object", 0),
            Option("First", "int"),
            Option("Last", "int"),
            Option("Skip", "int"),
            Option("Unique", "switch"),
            Option("ExpandProperty", "string"),
        ),
        _select,
        whole=True,
    ),
    Cmdlet(
        "Sort-Object",
        (Option("Property", "object", 0), Option("Descending", "switch"), Option("Unique", "switch")),
        _sort,
        whole=True,
    ),
    Cmdlet(
        "Measure-Object",
        (
            Option("Property", "string", 0),
            *(Option(name, "switch") for name in ("Sum", "Average", "Maximum", "Minimum")),
        ),
        _measure,
        whole=True,
    ),
    Cmdlet("Group-Object", (Option("Property", "object", 0),), _group, whole=True),
    Cmdlet(
        "Write-Output",
        (Option("InputObject", "object", 0), Option("NoEnumerate", "switch")),
        _output,
        rest="inputobject",
        pipeline="inputobject",
    ),
    Cmdlet("Out-Null", (), _null, streams=True),
    Cmdlet("Out-String", (), _out_string, whole=True),
    Cmdlet(
        "Write-Warning", (Option("Message", "string", 0),), _stream("warnings", "warningpreference"), pipeline="message"
    ),
    Cmdlet(
        "Write-Verbose", (Option("Message", "string", 0),), _stream("verbose", "verbosepreference"), pipeline="message"
    ),
    Cmdlet("Write-Debug", (Option("Message", "string", 0),), _stream("debug", "debugpreference"), pipeline="message"),
    Cmdlet(
        "Write-Host",
        (
            Option("Object", "object", 0),
            Option("NoNewline", "switch"),
            Option("Separator", "string"),
            Option("ForegroundColor", "string"),
            Option("BackgroundColor", "string"),
        ),
        _host,
        rest="object",
        pipeline="object",
    ),
    Cmdlet(
        "Write-Error",
        (Option("Message", "string", 0), Option("Exception", "object"), Option("TargetObject", "object")),
        _error,
        pipeline="message",
    ),
    Cmdlet(
        "New-Object",
        (Option("TypeName", "string", 0), Option("ArgumentList", "object", 1), Option("Property", "object")),
        _new_object,
    ),
    Cmdlet(
        "Add-Member",
        (
            Option("InputObject", "object"),
            Option("MemberType", "object", 0, ("type",)),
            Option("Name", "object", 1),
            Option("Value", "object", 2),
            Option("NotePropertyMembers", "object"),
            Option("NotePropertyName", "string"),
            Option("NotePropertyValue", "object"),
            Option("Force", "switch"),
            Option("PassThru", "switch"),
        ),
        _add_member,
        whole=True,
    ),
    Cmdlet("Set-Variable", (Option("Name", "string", 0), Option("Value", "object", 1)), _set_variable),
    Cmdlet("Get-Date", (Option("Date", "object", 0), Option("Format", "string")), _get_date),
)
