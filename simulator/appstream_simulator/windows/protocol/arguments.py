# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Module arguments held against the module's own argument specification.

The specification is the hash table that the PowerShell source, as Ansible ships it, hands to Ansible.Basic. What a
source builds only when it runs (fragments from a module_util) is completed from the documentation in the installed
collection. Modules on the legacy utilities are a case of their own, see `legacy_arguments`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from appstream_simulator.windows.protocol import legacy_arguments, module_documentation, powershell_literals
from appstream_simulator.windows.protocol.legacy_arguments import Parameter
from appstream_simulator.windows.protocol.powershell_literals import DYNAMIC

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
_CONSTRAINTS = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")
_OPTION_KEYS = frozenset(
    {"type", "elements", "choices", "aliases", "required", "default", "no_log", "options", "apply_defaults"}
)
# Types of Ansible.Basic that Ansible's Python validator doesn't have.
_PYTHON_TYPES = {"sid": "str"}
_CREATE = re.compile(rb"\[Ansible\.Basic\.AnsibleModule\]::Create\(\s*\$\w+\s*,\s*(\$\w+|@\{)\s*(,)?", re.IGNORECASE)
_EXTENDED = re.compile(rb"\$\w+\.options\.[\w$\"'{}()-]++\s*=", re.IGNORECASE)


@dataclass(frozen=True)
class Specification:
    """A module's options and constraints in the form of Ansible's Python validator.

    `open` means that the module accepts options that can't be known here. `legacy` is what a module on the legacy
    utilities asks for; it takes no notice of anything else.
    """

    options: Mapping[str, Any]
    constraints: Mapping[str, Any]
    open: bool = False
    legacy: tuple[Parameter, ...] | None = None

    def secrets(self, arguments: Mapping[str, Any]) -> set[str]:
        """The values given to options that are not to be logged."""
        return set(_secrets(self.options, arguments))


@functools.lru_cache(maxsize=256)
def specification(module: str, source: bytes) -> Specification | None:
    """What the module takes, None when neither its source nor any documentation tells."""
    created = _CREATE.search(source)
    if created is None:
        return _without_ansible_basic(module, source)
    spec = powershell_literals.hash_or_variable(source, created.start(1), created[1].decode())
    options = spec.get("options", {}) if isinstance(spec, dict) else DYNAMIC
    if options is DYNAMIC:
        documented = module_documentation.options(module)
        return None if documented is None else Specification(documented, {})
    translated = _options(options)
    if created[2]:
        translated = {**(module_documentation.options(module) or {}), **translated}
    constraints = {name: spec[name] for name in _CONSTRAINTS if _is_static(spec.get(name, DYNAMIC))}
    return Specification(translated, constraints, open=_EXTENDED.search(source) is not None)


def _without_ansible_basic(module: str, source: bytes) -> Specification | None:
    """Modules on Ansible.ModuleUtils.Legacy, or of which nothing is known but the documentation."""
    documented = module_documentation.options(module)
    if not legacy_arguments.is_legacy(source):
        return None if documented is None else Specification(documented, {})
    asked = legacy_arguments.parameters(source)
    names = (name for parameter in asked for name in (parameter.name, *parameter.aliases))
    return Specification({**{name: {"type": "raw"} for name in names}, **(documented or {})}, {}, legacy=asked)


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _option(option) for name, option in options.items()}


def _option(option: Any) -> dict[str, Any]:
    if not isinstance(option, dict):
        return {"type": "raw"}
    kept = {key: value for key, value in option.items() if key in _OPTION_KEYS and _is_static(value)}
    for key in ("type", "elements"):
        if option.get(key) is DYNAMIC:
            kept[key] = "raw"
        elif key in kept:
            kept[key] = _PYTHON_TYPES.get(kept[key], kept[key])
    for key in ("aliases", "choices"):
        if key in kept and not isinstance(kept[key], list):
            kept[key] = [kept[key]]
    if isinstance(option.get("options"), dict):
        kept["options"] = _options(option["options"])
        kept.update({name: option[name] for name in _CONSTRAINTS if _is_static(option.get(name, DYNAMIC))})
    return kept


def _is_static(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_static(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_static(item) for item in value)
    return value is not DYNAMIC


def problem(spec: Specification | None, module: str, arguments: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments, in the words of Ansible.Basic where it matters; None when nothing is."""
    if spec is None:
        return None
    if spec.legacy is not None:
        return legacy_arguments.problem(spec.legacy, arguments)
    given = _canonical(spec.options, arguments)
    known = {name for name, option in spec.options.items() for name in (name, *option.get("aliases", ()))}
    unsupported = sorted(name for name in given if name not in known and not name.startswith("_"))
    if unsupported and not spec.open:
        return (
            f"Unsupported parameters for ({module}) module: {', '.join(unsupported)}. "
            f"Supported parameters include: {', '.join(sorted(name for name in known if not name.startswith('_')))}"
        )
    checked = {name: value for name, value in given.items() if name in known}
    validator = ArgumentSpecValidator(dict(spec.options), **spec.constraints)
    messages: list[str] = validator.validate(checked).error_messages
    return "; ".join(messages) or None


def for_the_module(spec: Specification | None, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments as far as the module takes notice of them."""
    if spec is None or spec.legacy is None:
        return arguments
    known = {form.lower() for name, option in spec.options.items() for form in (name, *option.get("aliases", ()))}
    noticed = {name: value for name, value in arguments.items() if name.lower() in known}
    return legacy_arguments.converted(spec.legacy, noticed)


def validate(module: str, source: bytes, arguments: Mapping[str, Any]) -> str | None:
    """Check the arguments of one call: an error message, or None."""
    return problem(specification(module, source), module, arguments)


def _canonical(options: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Names of options and choices in the specification's case, which Ansible.Basic pays no regard to."""
    names = {form.lower(): form for name, option in options.items() for form in (name, *option.get("aliases", ()))}
    by_form = {form: option for name, option in options.items() for form in (name, *option.get("aliases", ()))}
    canonical = {}
    for name, value in arguments.items():
        form = names.get(name.lower(), name)
        canonical[form] = _canonical_value(by_form.get(form, {}), value)
    return canonical


def _canonical_value(option: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return [_canonical_value(option, item) for item in value]
    if isinstance(value, dict):
        return _canonical(option["options"], value) if option.get("options") else value
    choices = {str(choice).lower(): choice for choice in option.get("choices") or ()}
    return choices.get(str(value).lower(), value) if isinstance(value, str) else value


def _secrets(options: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[str]:
    canonical = _canonical(options, arguments)
    for name, option in options.items():
        for form in (name, *option.get("aliases", ())):
            if form not in canonical:
                continue
            if option.get("no_log"):
                yield from _texts(canonical[form])
            for item in canonical[form] if isinstance(canonical[form], list) else [canonical[form]]:
                if option.get("options") and isinstance(item, dict):
                    yield from _secrets(option["options"], item)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value not in (None, "") and not isinstance(value, bool):
        yield str(value)


def redact(value: Any, secrets: set[str]) -> Any:
    """The value with every secret in it masked, as Ansible.Basic does with results."""
    if isinstance(value, dict):
        return {name: redact(item, secrets) for name, item in value.items()}
    if isinstance(value, list):
        return [redact(item, secrets) for item in value]
    if str(value) in secrets and not isinstance(value, bool):
        return HIDDEN
    if isinstance(value, str):
        for secret in sorted(secrets, key=len, reverse=True):
            value = value.replace(secret, "********")
    return value


def shown(
    spec: Specification | None, arguments: Mapping[str, Any], secrets: set[str], *, hide: bool = False
) -> dict[str, Any]:
    """The arguments for a journal. With `hide` (the task's no_log), or of a module nobody knows, only their names."""
    if hide or spec is None:
        return dict.fromkeys(arguments, HIDDEN)
    masked: dict[str, Any] = redact(dict(arguments), secrets)
    return masked
