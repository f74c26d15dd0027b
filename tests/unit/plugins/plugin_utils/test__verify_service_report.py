# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What was seen beside what is assumed: the verdict, what is published, and the settings for the simulator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._verify_service import report
from appstream_simulator.settings import Settings
from hypothesis import given
from hypothesis import strategies as st

ACCOUNT = "123456789012"
HOSTILE = (
    f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Admin/jane@corp.example.com is not authorized on account {ACCOUNT}, "
    "subnet-0123456789abcdef0 (10.1.2.3, fe80::1:2:3), sg-0a1b2c3d, key AKIAIOSFODNN7EXAMPLE, image golden-CORP-1, "
    "https://appstream2.eu-west-1.aws.amazon.com/authenticate?parameters=t0ken, S-1-5-21-1-2-3-500, "
    "request 0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
)
TELLING = (
    *(ACCOUNT, "10.1.2.3", "fe80::1", "0123456789abcdef0", "0a1b2c3d", "AKIA", "jane", "corp", "CORP", "t0ken"),
    "S-1-5-21-1",
)


FAMILIES = ["GeneralPurpose", "ComputeOptimized", "MemoryOptimized", "Accelerated"]


def answer(value: Any, text: str = "") -> dict[str, Any]:
    return {"seen": value, "text": text}


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("missing_image", "ResourceNotFoundException", report.SAME),
        ("missing_image", "an empty list", report.DIFFERENT),
        ("copies_keep_description", False, report.SAME),
        # 0 is not False, though Python says so.
        ("copies_keep_description", 0, report.DIFFERENT),
        ("duration_pending", 420, report.SAME),
        ("duration_pending", 60, report.DIFFERENT),
        ("page_size", 25, report.SAME),
        ("page_size", 50, report.DIFFERENT),
        (
            "custom_families_spelling",
            ["Accelerated", "MemoryOptimized", "GeneralPurpose", "ComputeOptimized"],
            report.SAME,
        ),
        ("stock_preflight", ["a reboot is pending"], report.DIFFERENT),
    ],
)
def test_the_verdict(name: str, value: Any, verdict: str) -> None:
    assert report.verdict(report.entries()[name], answer(value)) == verdict
    assert (report.different({name: answer(value)}) == [name]) == (verdict == report.DIFFERENT)


def test_what_was_not_asked_has_a_reason() -> None:
    rows = {row["id"]: row for row in report.rows({"page_size": {"not_asked": "all images are on one page"}})}
    assert rows["page_size"]["reason"] == "all images are on one page"
    assert rows["fresh_role"]["reason"] == "needs an IAM role made for it"
    assert rows["missing_image"]["reason"] == "this run did not come to it"
    assert {row["verdict"] for row in rows.values()} == {report.NOT_ASKED}


def test_what_is_published_tells_not_whose_account_it_is() -> None:
    answers = {
        "missing_image": answer("ResourceNotFoundException", HOSTILE),
        "stock_preflight": answer([HOSTILE], HOSTILE),
        "hyphen_launch_parameters": {"not_asked": HOSTILE},
    }
    words = ["corp.example.com", "CORP", "golden-CORP-1"]
    told = json.dumps(report.document(answers, words, {"day": "2026-11-30"}))
    assert [text for text in TELLING if text in told] == []
    assert "is not authorized on account" in told, "the service's words stay"


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.ip_addresses(v=4), st.text(max_size=30))
def test_accounts_and_addresses_never_stay(account: str, address: Any, around: str) -> None:
    text = f"{around} {account} {around} {address} {around}"
    told = report.scrubbed({"a": [text]}, [])["a"][0]
    assert account not in told.split() and str(address) not in told.split()


def test_the_simulator_takes_what_was_seen() -> None:
    answers = {
        "start_image_builder_while_moving": answer("OperationNotPermittedException"),
        "stop_image_builder_while_moving": answer("accepted"),
        # The simulator can't go on from these.
        "no_fleet_named": answer("accepted"),
        "stock_preflight": answer(["a reboot is pending"]),
        "copies_keep_description": answer("perhaps"),
        # As assumed.
        "missing_image": answer("ResourceNotFoundException"),
        "duration_pending": answer(600),
    }
    seen = report.simulator_settings(answers)
    assert seen["assumptions"] == {
        "start_image_builder_while_moving": "OperationNotPermittedException",
        "stop_image_builder_while_moving": "accepted",
        "duration_pending": 600,
    }
    Settings(**seen)


def test_what_differs_comes_first() -> None:
    lines = report.lines(
        {"missing_image": answer("an empty list"), "missing_fleet": answer("ResourceNotFoundException")}
    )
    assert lines[0].startswith("1 as assumed, 1 different, ")
    assert lines[1] == "different  missing_image: assumed ResourceNotFoundException, seen an empty list"
    assert lines[2].startswith("same       missing_fleet: ")
