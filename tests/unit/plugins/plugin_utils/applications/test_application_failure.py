# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a user is told of an application that could not be installed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.failure import EXIT_CODES, explain, scrub
from hypothesis import given
from hypothesis import strategies as st

VIEWER = {
    "name": "viewer",
    "kind": "exe",
    "shown_source": "https://example.com/v.exe",
    "timeout": 60,
    "expected_return_codes": [0, 3010],
}
BEGINNING = "Application viewer could not be installed from https://example.com/v.exe, step 'Run the installer': "


FAILED = "see rc, stdout, and stderr for more details"
SPACE = "Give the image builder a larger root volume, or install less."
FOUND = "The remote server returned an error: (404) Not Found."
CHECKSUM = "The checksum for https://example.com/v.exe did not match 'a', it was 'b'"


@pytest.mark.parametrize(
    ("result", "cause", "remedy"),
    [
        (
            {"msg": f"unexpected rc from 'v.exe SERIAL=1': {FAILED}", "rc": 1603},
            "exit code 1603 (fatal error during installation).",
            "The log of the installer says at which action, near 'return value 3'.",
        ),
        (
            {"msg": "non-zero return code", "rc": 7, "stderr": "no licence\r\n", "stdout": "starting"},
            "exit code 7. It said: no licence.",
            "Add 7 to expected_return_codes if it means success.",
        ),
        (
            {"msg": "unexpected rc from 'v.exe'", "rc": -2147024784},
            "exit code -2147024784 (there is not enough space on the disk).",
            SPACE,
        ),
        (
            {"msg": "async task did not complete within the requested time - 60s"},
            "it did not end within its timeout of 60 s.",
            "See that it runs silently, without a window that waits for somebody; otherwise raise timeout.",
        ),
        (
            {"msg": "Could not find the file 'v.exe'.", "rc": 2},
            "Could not find the file 'v.exe', exit code 2 (the system cannot find the file specified).",
            "See that everything the installer needs is on the builder.",
        ),
        (
            {"msg": CHECKSUM, "rc": 0},
            f"{CHECKSUM}.",
            "See whether the file has changed at its source, and correct checksum if that is meant.",
        ),
        (
            {"msg": "The network path was not found."},
            "The network path was not found.",
            "See that the builder reaches the file server (security group, names, TCP 445) and that the share exists.",
        ),
        (
            {"msg": "The user name or password is incorrect"},
            "The user name or password is incorrect.",
            "Correct the credential.",
        ),
        ({"msg": FOUND}, FOUND, "Correct the URL: the server does not have the file."),
        ({"msg": "There is not enough space on the disk."}, "There is not enough space on the disk.", SPACE),
        ({"msg": "something unheard of"}, "something unheard of.", ""),
        ({}, "no reason given.", ""),
        ({"msg": "One or more items failed", "results": [{"msg": "a"}, {"failed": True, "msg": "b"}]}, "b.", ""),
    ],
)
def test_message(result: dict[str, Any], cause: str, remedy: str) -> None:
    told = explain(VIEWER, "Run the installer", result)
    assert told == f"{BEGINNING}{cause} {remedy}".strip()
    assert "SERIAL" not in told


@pytest.mark.parametrize(
    "reason",
    [
        "cannot be loaded because running scripts is disabled on this system. For more information, see",
        "cannot be loaded. The file C:\\v\\setup.ps1 is not digitally signed. You cannot run this script on the "
        "current system. For more information about running scripts and setting execution policy, see",
    ],
)
def test_a_policy_that_forbids_scripts_is_told_apart_from_missing_rights(reason: str) -> None:
    """PowerShell's record of it ends with UnauthorizedAccess, as if an account might not do something."""
    record = "+ CategoryInfo : SecurityError: (:) [], ParentContainsErrorRecordException"
    record += "    + FullyQualifiedErrorId : UnauthorizedAccess"
    stderr = (
        f"File C:\\v\\setup.ps1 {reason} about_Execution_Policies at https:/go.microsoft.com/fwlink/?LinkID=1. {record}"
    )
    result = {"msg": "non-zero return code", "rc": 1, "stderr": stderr}
    assert "wins over -ExecutionPolicy Bypass" in explain({**VIEWER, "kind": "script"}, "Run the installer", result)


def test_secrets_are_not_told() -> None:
    secrets = {
        "a": {"username": "EXAMPLE\\reader", "password": "s3cret"},
        "b": {"headers": {"X-Token": "s3cret-and-more"}},
    }
    result = {
        "msg": "EXAMPLE\\reader:s3cret s3cret-and-more https://me:pass@example.com/v.exe?X-Amz-Signature=1 failed"
    }
    told = explain(VIEWER, "Run the installer", result, secrets)
    assert "EXAMPLE\\reader:******** ******** https://example.com/v.exe failed" in told


@given(st.text(max_size=60), st.lists(st.text(min_size=3, max_size=8), max_size=4))
def test_scrubbed_texts_hold_no_secret(text: str, secrets: list[str]) -> None:
    mixed = text + "".join(secrets) + text
    kept = scrub(mixed, {str(at): {"password": secret} for at, secret in enumerate(secrets)})
    assert not [secret for secret in secrets if secret in kept and secret not in "********"]


def test_every_known_exit_code_has_a_meaning_and_a_remedy() -> None:
    assert {5, 112, 1603, 1618, 1619, 1625, 1638, 1641, 3010} <= set(EXIT_CODES)
    for meaning, remedy in EXIT_CODES.values():
        assert meaning and not meaning.endswith(".") and remedy.endswith(".")
