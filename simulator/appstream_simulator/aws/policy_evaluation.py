# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What IAM policies say of a call (IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements").

Known are Effect, Action, NotAction, Resource, NotResource and the condition operators below; anything else is refused
with NotImplementedError, never passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

ALLOWED = "allowed"
EXPLICIT = "explicitDeny"
IMPLICIT = "implicitDeny"

Statement = Mapping[str, Any]
Context = Mapping[str, list[str]]

_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


@dataclass
class Verdict:
    """What policies say of an action on a resource.

    Attributes:
        missing: context keys that conditions ask for and nobody gave.
    """

    decision: str = IMPLICIT
    missing: set[str] = field(default_factory=set)


def evaluate(statements: Iterable[Statement], action: str, resource: str, context: Context) -> Verdict:
    """The verdict of all statements together: one that denies wins over those that allow.

    Args:
        context: values by context key, keys in lower case.
    """
    verdict = Verdict()
    effects = set()
    for statement in statements:
        if _concerns(statement, action, resource) and _conditions_hold(statement, context, verdict.missing):
            effects.add(statement["Effect"])
    if effects:
        verdict.decision = EXPLICIT if "Deny" in effects else ALLOWED
    return verdict


def _concerns(statement: Statement, action: str, resource: str) -> bool:
    unknown = set(statement) - _ELEMENTS
    if unknown:
        raise NotImplementedError(f"a policy's statement with {', '.join(sorted(unknown))}")
    # Actions are compared without regard to case, ARNs with.
    named = _is_named(statement, "Action", lambda pattern: _like(pattern.lower(), action.lower()))
    return named and _is_named(statement, "Resource", lambda pattern: _like(pattern, resource))


def _is_named(statement: Statement, element: str, fits: Callable[[str], bool]) -> bool:
    if f"Not{element}" in statement:
        return not any(fits(pattern) for pattern in listed(statement[f"Not{element}"]))
    return any(fits(pattern) for pattern in listed(statement.get(element)))


def _like(pattern: str, text: str) -> bool:
    """`*` and `?` as policies have them. ARNs are compared as a whole; IAM compares each part."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def listed(value: Any) -> list[Any]:
    """What policies write as one value or a list of them."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "stringequals": lambda wanted, given: wanted == given,
    "stringequalsignorecase": lambda wanted, given: wanted.lower() == given.lower(),
    "stringlike": _like,
    "arnequals": _like,
    "arnlike": _like,
    "bool": lambda wanted, given: wanted.lower() == given.lower(),
}


def _conditions_hold(statement: Statement, context: Context, missing: set[str]) -> bool:
    results = [
        _condition_holds(operator, key, [str(one) for one in listed(wanted)], context, missing)
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, wanted in keys.items()
    ]
    return all(results)


def _condition_holds(operator: str, key: str, wanted: list[str], context: Context, missing: set[str]) -> bool:
    given = context.get(key.lower())
    if given is None:
        missing.add(key)
    name = operator.lower()
    if name == "null":
        return (given is None) == (wanted == ["true"])
    quantifier, _colon, rest = name.rpartition(":")
    if_exists = rest.endswith("ifexists")
    rest = rest.removesuffix("ifexists")
    negated = rest.replace("not", "", 1) if rest.startswith(("stringnot", "arnnot")) else None
    compare = _OPERATORS.get(negated or rest)
    if compare is None or quantifier not in ("", "foranyvalue", "forallvalues"):
        raise NotImplementedError(f"the condition operator {operator} of a policy")
    if given is None:
        return if_exists or negated is not None or quantifier == "forallvalues"
    matches = [any(compare(one, value) for one in wanted) for value in given]
    held = [not match for match in matches] if negated else matches
    return all(held) if quantifier == "forallvalues" or (negated and not quantifier) else any(held)


def statements_of(documents: Iterable[Mapping[str, Any]]) -> Iterator[Statement]:
    """All statements of policies."""
    for document in documents:
        yield from listed(document.get("Statement"))
