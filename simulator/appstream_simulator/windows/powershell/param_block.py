# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The attributes of scripts and their parameters that the subset knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import syntax
from .errors import NotParsedError
from .syntax import Node

CMDLET_BINDING = ("cmdletbinding",)
# What an attribute may be given by name.
_KNOWN: dict[str, frozenset[str]] = {
    "cmdletbinding": frozenset(
        {"supportsshouldprocess", "confirmimpact", "positionalbinding", "defaultparametersetname"}
    ),
    "parameter": frozenset({"mandatory", "position", "helpmessage"}),
    "validateset": frozenset(),
    "validatenotnullorempty": frozenset(),
    "validatenotnull": frozenset(),
    "allownull": frozenset(),
    "allowemptystring": frozenset(),
    "allowemptycollection": frozenset(),
    "outputtype": frozenset(),
    "alias": frozenset(),
}


@dataclass(frozen=True)
class Attribute:
    """One attribute: its name, what it is given by position, and by name."""

    name: str
    positional: tuple[Node, ...]
    named: Mapping[str, Node | None]

    @classmethod
    def known(cls, position: int, name: str, positional: Sequence[Node], named: Mapping[str, Node | None]) -> Attribute:
        """The attribute. Raises NotParsedError for one that is outside of the subset."""
        if name not in _KNOWN or not named.keys() <= _KNOWN[name]:
            raise NotParsedError("an attribute outside of the subset", position)
        return cls(name, tuple(positional), named)

    @property
    def supports_should_process(self) -> bool:
        """Whether `SupportsShouldProcess` is given and not false."""
        return self.is_set("supportsshouldprocess")

    def is_set(self, name: str) -> bool:
        """Whether a switch is given, with nothing or `$true`."""
        if name not in self.named:
            return False
        value = self.named[name]
        return value is None or (isinstance(value, syntax.Variable) and value.name == "true")

    def texts(self) -> tuple[str, ...]:
        """The texts it is given."""
        return tuple(str(item.value) for item in self.positional if isinstance(item, syntax.Literal))


def parameter(
    position: int,
    spelling: str,
    type_name: syntax.TypeName | None,
    default: Node | None,
    attributes: Sequence[Attribute],
) -> syntax.Parameter:
    """A parameter with what its attributes say."""
    named = {item.name: item for item in attributes}
    return syntax.Parameter(
        position,
        spelling.lower(),
        type_name,
        default,
        mandatory="parameter" in named and named["parameter"].is_set("mandatory"),
        valid=named["validateset"].texts() if "validateset" in named else (),
        not_empty="validatenotnullorempty" in named,
        aliases=tuple(text.lower() for text in named["alias"].texts()) if "alias" in named else (),
        spelling=spelling,
    )
