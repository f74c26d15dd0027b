# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Start-up scripts of the one family that the simulator knows: those that give WinRM an HTTPS listener.

No PowerShell is run or understood here. A script is split into statements, and every one of them must be one of a few
forms: finding a certificate of the computer, making one (`New-SelfSignedCertificate`), finding the HTTPS listener,
making it (`New-Item` in `WSMan:`), each perhaps under an `if`. That such a script takes effect here says that it is
of these forms and in this order; it does not say that it would run on Windows. A script with any other statement has no
effect at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.winrm_configuration import HTTPS_LISTENER_KEY
from appstream_simulator.windows.protocol.certificates import SelfSigned, self_signed

from .powershell_statements import Unrecognised, parameters, pipeline, statements

_DAY = 86400.0
# A variable's value: a text, a certificate, whether there is a listener, or nothing.
_Value = str | SelfSigned | bool | None


class ScriptError(Exception):
    """The script stops with an error, as it would on Windows; what it did before stays done."""


@dataclass
class _Run:
    """One run of a script.

    Attributes:
        fqdn: what the computer calls itself.
        now: its clock, seconds since the epoch.
    """

    disk: Disk
    fqdn: str
    now: float
    variables: dict[str, _Value] = field(default_factory=dict)

    def variable(self, name: str) -> _Value:
        if name.lower() not in self.variables:
            raise ScriptError(f"the variable ${name} has not been set")
        return self.variables[name.lower()]


_Step = Callable[[_Run], None]
_Expression = Callable[[_Run], _Value]


def run(text: str, disk: Disk, fqdn: str, now: float) -> None:
    """Have the effects of a script on a machine's disk.

    Raises:
        Unrecognised: the script is not of the family; it had no effect.
        ScriptError: it ends with an error.
    """
    steps = _steps(text)
    state = _Run(disk, fqdn, now)
    for step in steps:
        step(state)


def _steps(text: str) -> list[_Step]:
    return [_step(statement) for statement in statements(text)]


_WITHOUT_EFFECT = re.compile(
    r"\$ErrorActionPreference\s*=\s*(['\"])Stop\1|\$ProgressPreference\s*=\s*(['\"])SilentlyContinue\2"
    r"|Set-StrictMode\s+-Version\s+(Latest|[1-9](\.[0-9])?)",
    re.I,
)
_CONDITIONAL = re.compile(r"(?>if\s*\((?P<condition>.*?)\)\s*+\{)(?P<body>.*)\}", re.I | re.S)
_ASSIGNMENT = re.compile(r"\$(?P<name>\w+)\s*=\s*(?P<value>.+)", re.S)
_ABSENT = re.compile(r"(?:-not\s+|!\s*)\$(?P<name>\w+)|\$null\s+-eq\s+\$(?P<other>\w+)", re.I)


def _step(statement: str) -> _Step:
    if _WITHOUT_EFFECT.fullmatch(statement):
        return lambda _run: None
    conditional = _CONDITIONAL.fullmatch(statement)
    if conditional:
        return _conditional(conditional["condition"].strip(), _steps(conditional["body"]))
    assignment = _ASSIGNMENT.fullmatch(statement)
    if assignment:
        return _assignment(assignment["name"], _expression(assignment["value"].strip()))
    commands = pipeline(statement)
    if len(commands) == 1 or (len(commands) == 2 and commands[1].lower() == "out-null"):
        return _new_listener(commands[0])
    raise Unrecognised(statement)


def _conditional(condition: str, body: list[_Step]) -> _Step:
    absent = _ABSENT.fullmatch(condition)
    if absent is None:
        raise Unrecognised(condition)
    name = absent["name"] or absent["other"]

    def step(run: _Run) -> None:
        if not run.variable(name):
            for inner in body:
                inner(run)

    return step


def _assignment(name: str, expression: _Expression) -> _Step:
    def step(run: _Run) -> None:
        run.variables[name.lower()] = expression(run)

    return step


# Expressions

_FQDN = re.compile(
    r"\[(System\.)?Net\.Dns\]::(GetHostEntry\((''|\"\"|\[string\]::Empty|\$env:COMPUTERNAME)\)"
    r"|GetHostByName\(\$env:COMPUTERNAME\))\.HostName",
    re.I,
)
_CERTIFICATES = re.compile(r"Get-ChildItem\s+(-(Literal)?Path\s+)?(['\"]?)Cert:\\LocalMachine\\My\3", re.I)
_LISTENERS = re.compile(r"Get-ChildItem\s+(-(Literal)?Path\s+)?(['\"]?)WSMan:\\localhost\\Listener\3", re.I)
_WHERE = re.compile(r"Where-Object\s+(-FilterScript\s+)?\{(?P<filter>.*)\}", re.I | re.S)
_NEWEST_FIRST = re.compile(r"Sort-Object\s+(-Property\s+)?NotAfter\s+-Descending", re.I)
_FIRST = re.compile(r"Select-Object\s+-First\s+1", re.I)
_IS_HTTPS = re.compile(r"\$_\.Keys\s+-(contains|eq|like)\s+(['\"])Transport=HTTPS\2", re.I)


def _expression(text: str) -> _Expression:
    if _FQDN.fullmatch(text):
        return lambda run: run.fqdn
    first, *rest = pipeline(text)
    if re.match(r"New-SelfSignedCertificate\s", first, re.I) and not rest:
        return _new_certificate(first)
    where = _WHERE.fullmatch(rest[0]) if rest else None
    if where and _LISTENERS.fullmatch(first) and len(rest) == 1 and _IS_HTTPS.fullmatch(where["filter"].strip()):
        return _has_https_listener
    if where and _CERTIFICATES.fullmatch(first):
        return _find_certificate(where["filter"], rest[1:])
    raise Unrecognised(text)


def _has_https_listener(run: _Run) -> bool:
    return run.disk.registry.has_key(HTTPS_LISTENER_KEY)


_Filter = Callable[[_Run, SelfSigned], bool]
_SUBJECT = re.compile(r"\$_\.Subject\s+-eq\s+\"CN=\$(?P<name>\w+)\"", re.I)
_DNS_NAME = re.compile(r"\$_\.DnsNameList(\.Unicode)?\s+-contains\s+\$(?P<name>\w+)", re.I)
_NOT_AFTER = re.compile(r"\$_\.NotAfter\s+-gt\s+\(Get-Date\)(\.AddDays\((?P<days>\d{1,4})\))?", re.I)


def _find_certificate(filter_text: str, rest: list[str]) -> _Expression:
    filters = [_filter(part.strip()) for part in re.split(r"\s-and\s", filter_text, flags=re.I)]
    newest_first = bool(rest) and _NEWEST_FIRST.fullmatch(rest[0]) is not None
    if not _FIRST.fullmatch(" ".join(rest[1:] if newest_first else rest)):
        raise Unrecognised(" | ".join(rest))

    def expression(run: _Run) -> SelfSigned | None:
        found = [item for item in run.disk.certificates.values() if all(matches(run, item) for matches in filters)]
        if newest_first:
            found.sort(key=lambda item: item.not_after, reverse=True)
        return found[0] if found else None

    return expression


def _filter(text: str) -> _Filter:
    if text.lower() == "$_.hasprivatekey":
        return lambda _run, _certificate: True
    subject = _SUBJECT.fullmatch(text) or _DNS_NAME.fullmatch(text)
    if subject:
        name = subject["name"]
        return lambda run, certificate: certificate.subject.lower() == f"CN={_text(run, name)}".lower()
    not_after = _NOT_AFTER.fullmatch(text)
    if not_after:
        seconds = int(not_after["days"] or 0) * _DAY
        return lambda run, certificate: certificate.not_after > run.now + seconds
    raise Unrecognised(text)


def _text(run: _Run, name: str) -> str:
    value = run.variable(name)
    if not isinstance(value, str):
        raise ScriptError(f"the variable ${name} is no text")
    return value


# Commands

_VARIABLE = re.compile(r"\$(\w+)")
_THUMBPRINT = re.compile(r"\$(\w+)\.Thumbprint", re.I)
# Options that say what is so in any case.
_CERTIFICATE_DEFAULTS = {
    "certstorelocation": {"cert:\\localmachine\\my"},
    "keyalgorithm": {"rsa"},
    "keylength": {"2048"},
    "hashalgorithm": {"sha256"},
    "keyexportpolicy": {"nonexportable"},
    "type": {"sslserverauthentication"},
}
_LISTENER_DEFAULTS = {
    "path": {"wsman:\\localhost\\listener"},
    "transport": {"https"},
    "address": {"*"},
    "port": {"5986"},
    "force": {""},
}


def _new_certificate(command: str) -> _Expression:
    given = parameters(command, "New-SelfSignedCertificate")
    name = _VARIABLE.fullmatch(given.pop("dnsname", ""))
    _check(given, _CERTIFICATE_DEFAULTS, {"certstorelocation"}, command)
    if name is None:
        raise Unrecognised(command)

    def expression(run: _Run) -> SelfSigned:
        certificate = self_signed(_text(run, name[1]))
        run.disk.certificates[certificate.thumbprint] = certificate
        return certificate

    return expression


def _new_listener(command: str) -> _Step:
    given = parameters(command, "New-Item")
    thumbprint = _THUMBPRINT.fullmatch(given.pop("certificatethumbprint", ""))
    # Without -Force New-Item asks, and nobody answers.
    _check(given, _LISTENER_DEFAULTS, {"path", "transport", "address", "force"}, command)
    if thumbprint is None:
        raise Unrecognised(command)

    def step(run: _Run) -> None:
        certificate = run.variable(thumbprint[1])
        if not isinstance(certificate, SelfSigned):
            raise ScriptError(f"the variable ${thumbprint[1]} is no certificate")
        if _has_https_listener(run):
            raise ScriptError("there is an HTTPS listener already")
        registry = run.disk.registry
        registry.set(HTTPS_LISTENER_KEY, "Port", 5986, "DWord")
        registry.set(HTTPS_LISTENER_KEY, "uriprefix", "wsman")
        registry.set(HTTPS_LISTENER_KEY, "certThumbprint", certificate.thumbprint)

    return step


def _check(given: Mapping[str, str], allowed: Mapping[str, set[str]], required: set[str], command: str) -> None:
    if not required <= set(given) or any(value.lower() not in allowed.get(name, ()) for name, value in given.items()):
        raise Unrecognised(command)
