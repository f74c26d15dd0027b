# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parameters of scripts, functions and cmdlets: which argument belongs to which.

Source: about_Parameters, about_Functions_Advanced_Parameters. Names may be shortened as long as they are clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import syntax
from .conversion import cast, resolved
from .errors import ScriptError, UnknownError, failure
from .state import Scope
from .values import Hashtable, is_array, to_bool, to_text

if TYPE_CHECKING:
    from .evaluation import Interpreter

_BINDING = "System.Management.Automation.ParameterBindingException"
_EMPTY = {
    "System.String": "",
    "System.Boolean": False,
    "System.Management.Automation.SwitchParameter": False,
    "System.Int32": 0,
    "System.Int64": 0,
    "System.Double": 0.0,
}
_SWITCH = "System.Management.Automation.SwitchParameter"


@dataclass(frozen=True)
class Option:
    """A parameter of a cmdlet.

    Attributes:
        kind: the type it is converted to, `switch`, or `object` for anything.
        position: its place among the arguments without a name, None when it needs its name.
    """

    name: str
    kind: str = "string"
    position: int | None = None
    aliases: tuple[str, ...] = ()


COMMON = (
    Option("ErrorAction", aliases=("ea",)),
    Option("WarningAction", aliases=("wa",)),
    Option("InformationAction", aliases=("infa",)),
    Option("Verbose", "switch", aliases=("vb",)),
    Option("Debug", "switch", aliases=("db",)),
)
CHANGING = (Option("WhatIf", "switch", aliases=("wi",)), Option("Confirm", "switch", aliases=("cf",)))


@dataclass(frozen=True)
class Cmdlet:
    """A cmdlet.

    Attributes:
        run: gives what it outputs; called once for each item of the pipeline, or once when it is the first.
        whole: it takes all items of the pipeline at once instead.
        streams: it takes each item as it comes, as one of `items`.
        changes: it knows -WhatIf and -Confirm.
        pipeline: the option that an item of the pipeline is bound to.
        rest: the option that gets all arguments without a name (ValueFromRemainingArguments).
        by_path: an item with a PSPath is bound to -LiteralPath instead.
    """

    name: str
    options: tuple[Option, ...]
    run: Callable[[Any], Iterable[Any]]
    whole: bool = False
    streams: bool = False
    changes: bool = False
    pipeline: str = ""
    rest: str = ""
    by_path: bool = False

    def all_options(self) -> tuple[Option, ...]:
        """The options and the common ones."""
        return (*self.options, *COMMON, *(CHANGING if self.changes else ()))


def option_named(cmdlet: Cmdlet, name: str) -> Option:
    """The option of this name or the beginning of one.

    Raises:
        UnknownError: there is none, as far as the simulator knows.
    """
    low, options = name.lower(), cmdlet.all_options()
    for option in options:
        if low == option.name.lower() or low in option.aliases:
            return option
    found = [option for option in options if option.name.lower().startswith(low)]
    if len(found) != 1:
        raise UnknownError(f"{cmdlet.name} -{name}")
    return found[0]


@dataclass
class Arguments:
    """What a command is given: by name, by position."""

    named: dict[str, Any] = field(default_factory=dict)
    positional: list[Any] = field(default_factory=list)


def cmdlet_arguments(interpreter: Interpreter, cmdlet: Cmdlet, command: syntax.Command) -> dict[str, Any]:
    """The options that a command gives to a cmdlet, by lower-case name, converted.

    Raises:
        ScriptError: a value does not have the option's type.
        UnknownError: an option or a number of arguments outside of the subset.
    """
    given: dict[str, Any] = {}
    positional: list[Any] = []
    waiting: Option | None = None
    for argument in command.arguments:
        if waiting is not None and argument.name is None and argument.value is not None and not argument.splat:
            given[waiting.name.lower()] = interpreter.evaluate(argument.value)
            waiting = None
        elif waiting is not None:
            raise failure(f"Missing an argument for parameter '{waiting.name}'. Specify a parameter of type.", _BINDING)
        elif argument.splat and argument.value is not None:
            _splat(interpreter.evaluate(argument.value), given, positional, cmdlet)
        elif argument.name is None and argument.value is not None:
            positional.append(interpreter.evaluate(argument.value))
        elif argument.name is not None:
            option = option_named(cmdlet, argument.name)
            if argument.value is not None:
                given[option.name.lower()] = interpreter.evaluate(argument.value)
            elif option.kind == "switch":
                given[option.name.lower()] = True
            else:
                waiting = option
    if waiting is not None:
        raise failure(f"Missing an argument for parameter '{waiting.name}'. Specify a parameter of type.", _BINDING)
    _place(cmdlet, given, positional)
    return {name: _converted(cmdlet, name, value) for name, value in given.items()}


def _splat(value: Any, given: dict[str, Any], positional: list[Any], cmdlet: Cmdlet) -> None:
    if isinstance(value, Hashtable):
        for name, item in value.items():
            given[option_named(cmdlet, to_text(name)).name.lower()] = item
    elif is_array(value):
        positional += value
    elif value is not None:
        positional.append(value)


def _place(cmdlet: Cmdlet, given: dict[str, Any], positional: Sequence[Any]) -> None:
    if cmdlet.rest and len(positional) > 1 and cmdlet.rest not in given:
        given[cmdlet.rest] = list(positional)
        return
    free = sorted(
        (option for option in cmdlet.options if option.position is not None and option.name.lower() not in given),
        key=lambda option: option.position or 0,
    )
    taken: set[int] = set()
    places = []
    for option in free:
        if option.position in taken:
            continue
        if "literalpath" in given and option.name == "Path":
            continue
        taken.add(option.position or 0)
        places.append(option)
    if len(positional) > len(places):
        raise UnknownError(f"{cmdlet.name} with {len(positional)} arguments without names")
    for option, value in zip(places, positional, strict=False):
        given[option.name.lower()] = value


def _converted(cmdlet: Cmdlet, name: str, value: Any) -> Any:
    option = option_named(cmdlet, name)
    if option.kind == "object":
        return value
    if option.kind == "switch":
        return to_bool(value)
    try:
        converted = cast(value, resolved(option.kind))
    except ScriptError as error:
        message = f"Cannot bind parameter '{option.name}'. {error.record.message}"
        raise failure(message, _BINDING) from error
    if option.kind in ("string", "string[]") and "path" in name and _is_empty(converted):
        reason = "it is null" if value is None else "it is an empty string"
        raise failure(f"Cannot bind argument to parameter '{option.name}' because {reason}.", _BINDING)
    return converted


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or (isinstance(value, list) and "" in value)


# Scripts and functions


def function_arguments(interpreter: Interpreter, script: syntax.Script, command: syntax.Command) -> Arguments:
    """What a command gives to a function: a name takes the argument behind it unless it is a switch's."""
    found = Arguments()
    waiting = ""
    for argument in command.arguments:
        if argument.splat and argument.value is not None:
            value = interpreter.evaluate(argument.value)
            if isinstance(value, Hashtable):
                found.named.update({to_text(name).lower(): item for name, item in value.items()})
            else:
                found.positional += list(value) if is_array(value) else [value]
        elif waiting and argument.name is None and argument.value is not None:
            found.named[waiting] = interpreter.evaluate(argument.value)
            waiting = ""
        elif argument.name is None and argument.value is not None:
            found.positional.append(interpreter.evaluate(argument.value))
        elif argument.name is not None:
            if waiting:
                raise failure(f"Missing an argument for parameter '{waiting}'. Specify a parameter of type.", _BINDING)
            if argument.value is not None:
                found.named[argument.name.lower()] = interpreter.evaluate(argument.value)
            elif _is_switch(script, argument.name):
                found.named[argument.name.lower()] = True
            else:
                waiting = argument.name.lower()
    if waiting:
        raise failure(f"Missing an argument for parameter '{waiting}'. Specify a parameter of type.", _BINDING)
    return found


def _named(script: syntax.Script, name: str) -> syntax.Parameter | None:
    low = name.lower()
    for item in script.parameters:
        if low == item.name or low in item.aliases:
            return item
    found = [item for item in script.parameters if item.name.startswith(low)]
    return found[0] if len(found) == 1 else None


def _is_switch(script: syntax.Script, name: str) -> bool:
    item = _named(script, name)
    if item is None:
        return name.lower() in ("verbose", "debug", "whatif", "confirm")
    return item.type_name is not None and resolved(item.type_name.name) == _SWITCH


def bound(
    interpreter: Interpreter, script: syntax.Script, named: Mapping[str, Any], positional: Sequence[Any]
) -> dict[str, Any]:
    """The variables that a script or function begins with.

    Raises:
        ScriptError: an argument is missing, has the wrong type or belongs to no parameter.
    """
    values: dict[str, Any] = {}
    rest = list(positional)
    for name, value in named.items():
        item = _named(script, name)
        if item is not None:
            values[item.name] = _argument(item, value)
        elif script.advanced and name.lower() not in ("whatif", "confirm", "erroraction", "verbose", "debug"):
            raise failure(f"A parameter cannot be found that matches parameter name '{name}'.", _BINDING)
        elif script.advanced:
            raise UnknownError(f"the common parameter -{name} of a function")
        else:
            rest += [f"-{name}:", value]
    for item in script.parameters:
        is_switch = item.type_name is not None and resolved(item.type_name.name) == _SWITCH
        if item.name not in values and rest and not is_switch:
            values[item.name] = _argument(item, rest.pop(0))
    if rest and script.advanced:
        message = f"A positional parameter cannot be found that accepts argument '{to_text(rest[0])}'."
        raise failure(message, _BINDING)
    missing = [item.spelling for item in script.parameters if item.mandatory and item.name not in values]
    if missing:
        message = "Cannot process command because of one or more missing mandatory parameters"
        raise failure(f"{message}: {' '.join(missing)}.", _BINDING)
    given = Hashtable({item.spelling: values[item.name] for item in script.parameters if item.name in values})
    _defaults(interpreter, script, values)
    return {**values, "args": rest, "psboundparameters": given}


def _defaults(interpreter: Interpreter, script: syntax.Script, values: dict[str, Any]) -> None:
    interpreter.scopes.append(Scope(values))
    try:
        for item in script.parameters:
            if item.name in values:
                continue
            kind = resolved(item.type_name.name) if item.type_name else ""
            if item.default is None:
                values[item.name] = _EMPTY.get(kind)
            else:
                value = interpreter.evaluate(item.default)
                values[item.name] = cast(value, kind) if kind else value
    finally:
        interpreter.scopes.pop()


def _argument(item: syntax.Parameter, value: Any) -> Any:
    if item.type_name:
        try:
            value = cast(value, resolved(item.type_name.name))
        except ScriptError as error:
            message = f"Cannot process argument transformation on parameter '{item.spelling}'. {error.record.message}"
            kind = "System.Management.Automation.ParameterBindingArgumentTransformationException"
            raise failure(message, kind) from error
    if item.mandatory and _is_empty(value):
        reason = "null" if value is None else "an empty array" if value == [] else "an empty string"
        raise failure(f"Cannot bind argument to parameter '{item.spelling}' because it is {reason}.", _BINDING)
    if item.not_empty and _is_empty(value):
        message = "The argument is null or empty. Provide an argument that is not null or empty, and then try the"
        message = f"{message} command again."
        raise failure(f"Cannot validate argument on parameter '{item.spelling}'. {message}", _BINDING)
    if item.valid:
        for one in value if is_array(value) else [value]:
            if to_text(one).lower() not in [text.lower() for text in item.valid]:
                message = f'The argument "{to_text(one)}" does not belong to the set "{",".join(item.valid)}" specified'
                raise failure(f"Cannot validate argument on parameter '{item.spelling}'. {message}", _BINDING)
    return value
