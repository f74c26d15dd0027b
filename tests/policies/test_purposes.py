"""Whoever has a policy is refused nothing; whoever lacks one of its actions is told which one. All but builds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import identities
import purposes
import pytest
from scopes import CLEAN_UP, DISTRIBUTE, LEFT_OUT, PREPARE, PURPOSES
from workplace import RECORD, Workplace

_OTHERS = [purpose for purpose in PURPOSES if purpose in purposes.TASKS]


@pytest.mark.parametrize("purpose", _OTHERS)
def test_whole(tmp_path: Path, purpose: str) -> None:
    """Nothing is refused that is not left out on purpose; this is also what is recorded."""
    with identities.open_enforced(tmp_path / "project") as workplace:
        purposes.prepare(workplace)
        keys = {} if RECORD in os.environ else identities.make_user(workplace, "ci", identities.policy(purpose))
        play = purposes.play(workplace, purpose, identities.WHOLE, 0, keys)
        run = workplace.run_playbook([play], purpose=purpose)
        assert run.exit_code == 0, run.output
        assert not (workplace.folder / f"{identities.WHOLE}.json").exists(), run.output
        refused = [action for known, action, _kind in LEFT_OUT if known == purpose]
        assert not keys or identities.refused(workplace, keys) == refused


# Nobody is told: a lock that cannot be given back after a failure means nothing any more after a while, and that an
# image builder uses an image is only said beside AWS's own refusal to take the image back.
_UNTOLD = ((CLEAN_UP, "appstream:UntagResource"), (DISTRIBUTE, "appstream:DescribeImageBuilders"))
# The capacity of a fleet is left alone then, with a warning.
_WARNED_OF = ((DISTRIBUTE, "application-autoscaling:DescribeScalableTargets"),)
# Modules of amazon.aws leave AWS's own text out, and say in words what they could not call.
_IN_WORDS = {
    (PREPARE, "ec2:DescribeSecurityGroups"): "Failed to describe security groups",
    (PREPARE, "ec2:DescribeVpcAttribute"): "Failed to describe vpc attribute",
    (PREPARE, "ec2:RevokeSecurityGroupEgress"): "Failed to revoke security group egress",
    (PREPARE, "ec2:RevokeSecurityGroupIngress"): "Failed to revoke security group ingress",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """What users were told, by user, for a purpose."""
    known: dict[str, dict[str, str]] = {}

    def of(purpose: str) -> dict[str, str]:
        if purpose not in known:
            with identities.open_enforced(tmp_path_factory.mktemp(purpose) / "project") as workplace:
                known[purpose] = _run_without(workplace, purpose)
        return known[purpose]

    return of


def _run_without(workplace: Workplace, purpose: str) -> dict[str, str]:
    purposes.prepare(workplace)
    users = identities.make_users(workplace, purpose)
    plays = [
        purposes.play(workplace, purpose, name, number, keys)
        for number, (name, keys) in enumerate(users.items())
        if name != identities.WHOLE
    ]
    run = workplace.run_playbook(plays)
    assert run.exit_code == 0, run.output
    found: dict[str, Any] = {}
    for name in users:
        file = workplace.folder / f"{name}.json"
        found[name] = file.read_text() if file.exists() else ""
    found["output"] = run.output
    return found


# One process has all of a purpose: its run is made once.
_LACKING = [
    pytest.param(purpose, action, marks=pytest.mark.xdist_group(purpose))
    for purpose in _OTHERS
    for action in identities.actions(purpose)
]


@pytest.mark.parametrize(("purpose", "action"), _LACKING)
def test_without(told: Callable[[str], dict[str, str]], purpose: str, action: str) -> None:
    """The action that is missing is named, by what ends the play."""
    message = json.dumps(told(purpose)[identities.lacking(action)])
    if (purpose, action) in _UNTOLD:
        assert message == '""', message
        return
    if (purpose, action) in _WARNED_OF:
        assert message == '""' and f"({action})" in told(purpose)["output"], message
        return
    assert _IN_WORDS.get((purpose, action), action) in message, message or told(purpose)["output"][-3000:]
