# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Says why an application could not be installed, in one message without secrets, and fetches the logs of installers.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.kinds import KINDS
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.run import Run

# Meaning and remedy of exit codes that installers share: Windows Installer's (Microsoft's "MsiExec.exe and
# InstMsi.exe error messages") and system error codes (Microsoft's "System Error Codes").
EXIT_CODES: dict[int, tuple[str, str]] = {
    2: ("the system cannot find the file specified", "See that everything the installer needs is on the builder."),
    5: ("access is denied", "See that the account may do what the installer does, or name another one with run_as."),
    32: ("the file is in use by another process", "Install it before what uses the file, or allow retries."),
    87: ("a parameter is incorrect", "Correct arguments."),
    112: ("there is not enough space on the disk", "Give the image builder a larger root volume, or install less."),
    1058: (
        "the service is disabled",
        "See that the service it needs, such as wuauserv for an update of Windows, is not disabled while it runs.",
    ),
    1223: ("the operation was cancelled by the user", "Give the argument that makes the installer silent."),
    1460: ("a time-out expired", "Allow retries, or see what the installer waits for."),
    1601: ("Windows Installer could not be accessed", "See that the service msiserver of the builder is not disabled."),
    1602: ("the user cancelled the installation", "Give the argument that makes the installer silent."),
    1603: ("fatal error during installation", "The log of the installer says at which action, near 'return value 3'."),
    1605: ("the product is not installed", "Correct arguments: they speak of another product."),
    1612: (
        "the installation source is not available",
        "Give all files of the installer: a folder as source, with file.",
    ),
    1613: ("Windows Installer is too old for this package", "Use a newer base image."),
    1618: (
        "another installation is in progress, and still was after ten minutes",
        "See what else installs: a role's task that does not wait, or updates of Windows.",
    ),
    1619: ("the package could not be opened", "See that the source is a complete .msi and that its checksum is right."),
    1620: ("the package could not be opened: it is not a valid one", "See that the source is an .msi."),
    1622: ("the log could not be opened", "See that the folder of log_path exists and can be written."),
    1624: ("a transform could not be applied", "See that TRANSFORMS names files that are there."),
    1625: (
        "the installation is forbidden by system policy",
        "Take the builder out of that policy, or name another account with run_as.",
    ),
    1632: ("the temporary folder is full or inaccessible", "See that the TEMP folder of the account can be written."),
    1633: ("the package is not for this processor", "Use the package for 64-bit Windows."),
    1638: ("another version of the product is installed", "Use a base image without it, or remove it in a role first."),
    1639: ("the command line is invalid", "Correct arguments."),
    1641: ("the installer has started a restart", "Add 1641 to expected_return_codes."),
    1642: ("the product to be upgraded is missing", "Install what the upgrade is for before it (depends_on)."),
    1643: ("the patch is forbidden by system policy", "Take the builder out of that policy."),
    1644: ("a transform is forbidden by system policy", "Take the builder out of that policy."),
    3010: ("it is installed, but a restart is needed", "Add 3010 to expected_return_codes."),
}
# What Windows, Ansible's modules and AWS say in their own words, and what to do about it; the first that fits counts.
REMEDIES: tuple[tuple[str, str], ...] = (
    (
        r"checksum .* did not match|SHA-256 .* not",
        "See whether the file has changed at its source, and correct checksum if that is meant.",
    ),
    (
        r"not enough (free )?space|disk is full|no space left",
        "Give the image builder a larger root volume, or install less.",
    ),
    (
        r"network path was not found|network name cannot be found|network location cannot be reached",
        "See that the builder reaches the file server (security group, names, TCP 445) and that the share exists.",
    ),
    (r"user name or password is incorrect|logon failure", "Correct the credential."),
    (
        r"running scripts is disabled|is not digitally signed|about_Execution_Policies",
        "A group policy sets the execution policy of PowerShell, which wins over -ExecutionPolicy Bypass: sign the "
        "script, take the builder out of that policy, or have its lines as script of after_install, which is no file.",
    ),
    (
        r"access (to the path .* )?is denied|UnauthorizedAccess|permission denied",
        "See that the account may read the source and do what the installer does; name a credential or run_as.",
    ),
    (
        r"NoSuchKey|NoSuchBucket|Key .* does not exist|Bucket .* not found|(Head|Get)Object operation|AccessDenied",
        "Correct bucket and key, and see that who reads them may.",
    ),
    (r"\b404\b", "Correct the URL: the server does not have the file."),
    (r"\b40[13]\b", "See that the URL is still valid and that the credential has what the server asks for."),
    (
        r"\b5\d\d\b.*(error|unavailable)|remote name could not be resolved|unable to connect",
        "See that the builder reaches the server (names, proxy, security group), or allow retries.",
    ),
    (
        r"could not find (a part of )?the path|does not exist|cannot be reached|could not find file|no such file",
        "Correct the path.",
    ),
)
# What win_copy says of a share is the same whether the server, the share, the file or the right to see it is missing.
_NOTHING_ON_A_SHARE = (
    "Correct the path, and see that the builder reaches the file server (security group, names, TCP 445), that the "
    "credential is right and that it may read the share."
)
_TIMEOUT = re.compile(r"async task did not complete|timed out waiting for module completion", re.IGNORECASE)
_QUERY = re.compile(r"(?i)(https?://[^\s'\"?<>]*)\?[^\s'\"<>]*")
_USER = re.compile(r"(?i)(https?://)[^\s/'\"@]*@")
_SHORTEST_SECRET = 3
_FACILITY_WIN32 = 0x8007


def secret_texts(value: Any, name: str = "") -> Iterator[str]:
    """Every text of a credential that must not be told: all but user names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from secret_texts(inner, str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from secret_texts(inner, name)
    elif value is not None and name != "username" and len(str(value)) >= _SHORTEST_SECRET:
        yield str(value)


def scrub(text: str, secrets: Any) -> str:
    """The text without the secrets, and without users and queries of URLs."""
    for secret in sorted(secret_texts(secrets), key=len, reverse=True):
        text = text.replace(secret, "********")
    return _USER.sub(r"\1", _QUERY.sub(r"\1", text))


def _followable(remedy: str, kind: str) -> str:
    """The remedy, unless it speaks of an option that this kind of application doesn't have."""
    known = {option for one in KINDS.values() for option in one.options}
    named = known & set(re.findall(r"[a-z_]+_[a-z_]+|arguments|retries", remedy))
    return remedy if named <= set(KINDS[kind].options if kind in KINDS else ()) else ""


def explain(application: Mapping[str, Any], task: str, result: Mapping[str, Any], secrets: Any = None) -> str:
    """Message for the user: which application, from where, at which step, why, and what to do about it.

    ``task`` is the name of the task that failed and ``result`` its result. Values of ``secrets`` are not told.
    """
    source = f" from {application['shown_source']}" if application["shown_source"] else ""
    cause, remedy = _cause(application, _failed_part(result))
    remedy = _followable(remedy, str(application["kind"]))
    parts = [
        f"Application {application['name']} could not be installed{source}, step '{task}': {cause}",
        remedy,
    ]
    return " ".join(scrub(part, secrets).strip() for part in parts if part)


def _failed_part(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The item that failed of a loop, or the result itself: a loop's own message says only that one did."""
    failed = [one for one in result.get("results") or [] if isinstance(one, Mapping) and one.get("failed")]
    return failed[0] if failed else result


def _cause(application: Mapping[str, Any], result: Mapping[str, Any]) -> tuple[str, str]:
    message = str(result.get("msg") or result.get("module_stderr") or "no reason given").strip()
    if _TIMEOUT.search(message):
        return (
            f"it did not end within its timeout of {application['timeout']} s.",
            "See that it runs silently, without a window that waits for somebody; otherwise raise timeout.",
        )
    output = _tail(result)
    code = result.get("rc")
    if isinstance(code, int) and code not in (0, *application["expected_return_codes"]):
        return _exit_code_cause(application, code, message, output)
    if application.get("origin") == "share" and "does not exist" in message:
        return _sentence(message), _NOTHING_ON_A_SHARE
    text = _sentence(message) + (f" It said: {_sentence(output)}" if output and output not in message else "")
    return text, remedy_for(f"{message} {output}")


def _exit_code_cause(application: Mapping[str, Any], code: int, message: str, output: str) -> tuple[str, str]:
    meaning, remedy = EXIT_CODES.get(_system_error(code), ("", ""))
    text = f"exit code {code}{f' ({meaning})' if meaning else ''}."
    # win_package's own message repeats the command line with all arguments, and says no more.
    if not re.match(r"unexpected rc|non-zero return code|the installer", message):
        text = f"{message.rstrip('.')}, {text}"
    if output:
        text += f" It said: {_sentence(output)}"
    return text, remedy or remedy_for(f"{message} {output}") or (
        f"Add {code} to expected_return_codes if it means success."
    )


def _sentence(text: str) -> str:
    """The text with a full stop at its end, unless it has one, be it within a quotation."""
    return text if re.search(r"[.!?]['\")]*$", text) else f"{text}."


def _system_error(code: int) -> int:
    """The system error code within an HRESULT of FACILITY_WIN32 (0x8007....), any other code as it is."""
    return code & 0xFFFF if (code >> 16) & 0xFFFF == _FACILITY_WIN32 else code


def _tail(result: Mapping[str, Any]) -> str:
    """The last of what the process wrote."""
    texts = [" ".join(str(result.get(stream) or "").split()) for stream in ("stderr", "stdout")]
    return next((text[-500:] for text in texts if text), "")


def remedy_for(text: str) -> str:
    """What to do about a failure told in these words; empty when nothing is known."""
    return next((remedy for pattern, remedy in REMEDIES if re.search(pattern, text, re.IGNORECASE | re.DOTALL)), "")


def fetch_logs(run: Run) -> str:
    """Sentences that say where the logs are; a log that can't be had hides no failure."""
    folder = run.settings.get("log_directory")
    if not folder:
        return ""
    said = []
    for log in run.entry["logs"]:
        try:
            path = _fetch(run, log["path"], Path(str(folder)).expanduser().absolute() / log["name"])
        except Exception as error:  # whatever connection plugins raise
            said.append(f"The log {log['path']} could not be fetched: {error}")
            continue
        if path:
            said.append(f"Its log is on the controller: {path}")
    return " ".join(said)


def _fetch(run: Run, source: str, target: Path) -> Path | None:
    """The file on the controller, None when there is no log. Raises OSError and what the connection raises."""
    stat = run.host.run("ansible.windows.win_stat", {"path": source, "get_checksum": False}, read_only=True)
    if not (stat.get("stat") or {}).get("exists"):
        return None
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.parent.chmod(0o700)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    target.chmod(0o600)
    result = run.host.run("ansible.builtin.fetch", {"src": source, "dest": str(target), "flat": True})
    if result.get("failed"):
        raise OSError(result.get("msg") or "no reason given")
    return target
