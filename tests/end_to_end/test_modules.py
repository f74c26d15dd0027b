"""Every module in a user's play: the playbooks in `modules` run against a simulated account.

The assertions on what happens are in the playbooks. What each module returned is compared here with its documentation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from return_values import return_documentation, return_value_problems
from workplace import REGION, REPOSITORY, SECRET_KEY, Workplace, open_workplace

_PLAYBOOKS = Path(__file__).parent / "modules"
_MODULES = REPOSITORY / "plugins" / "modules"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A simulated account shared by all playbooks, which therefore name their resources after themselves."""
    with open_workplace(tmp_path_factory.mktemp("modules") / "project") as opened:
        (opened.folder / "ansible.cfg").write_text(
            "[defaults]\ninternal_poll_interval = 0.005\nstdout_callback = ansible.posix.json\n[diff]\nalways = true\n"
        )
        yield opened


@pytest.mark.parametrize("playbook", sorted(_PLAYBOOKS.glob("*.yml")), ids=lambda path: path.stem)
def test_playbook(account: Workplace, playbook: Path) -> None:
    """Run one playbook; it finds the account's network and the simulator's control plane in variables."""
    account.control("reset", {})
    account.renew_network()
    variables = {
        "subnet_id": account.subnet_id,
        "security_group_id": account.security_group_id,
        "simulator": f"{account.endpoint}/_simulator",
        "region": REGION,
    }
    (account.folder / "variables.yml").write_text(yaml.safe_dump(variables))
    inventory = str(account.folder / "inventory")
    run = account.run(["ansible-playbook", "-i", inventory, "-e", "@variables.yml", str(playbook)])
    assert run.exit_code == 0, run.output
    assert SECRET_KEY not in run.output
    results = list(_results(run.output))
    assert results, "the playbook runs no module of the collection"
    documented = {name: return_documentation(_MODULES / f"{name}.py") for name, _result in results}
    problems = {f"{name}: {one}" for name, result in results for one in return_value_problems(documented[name], result)}
    assert sorted(problems) == []


def _results(output: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and results of the collection's modules in what the JSON callback printed, after lines of progress."""
    printed = json.loads(output[output.index("{\n") :])
    for play in printed["plays"]:
        for task in play["tasks"]:
            for result in task["hosts"].values():
                action = str(result.get("action", ""))
                for one in result.get("results", [result]):
                    if action.startswith("euc.appstream.") and not one.get("skipped"):
                        yield action.rsplit(".", 1)[-1], one
