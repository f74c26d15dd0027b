# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.euc.appstream.plugins.action import secret_scan
from ansible_collections.euc.appstream.plugins.modules import secret_scan as documentation
from ansible_collections.euc.appstream.plugins.plugin_utils import _secret_scan, _windows_job

PASSWORD = "corr3ct-horse"
STARTED = {"started": True, "finished": False, "results_file": "C:\\jobs\\1.2"}
HIT = {"secret": 0, "kind": "file_content", "place": f"C:\\Temp\\{PASSWORD}.log"}
COUNTS = {
    **dict.fromkeys(_secret_scan.COUNTS, 0),
    "folders": 3,
    "files": 20,
    "bytes": 4000,
    "registry_keys": 5,
    "registry_values": 6,
}


def searched(findings=(), not_searched=(), **more) -> dict[str, Any]:
    """The outcome of a search that came to its end."""
    found = {
        **COUNTS,
        "seconds": 2.5,
        "time_is_up": False,
        "findings": list(findings),
        "findings_count": len(findings),
        "not_searched": list(not_searched),
        **more,
    }
    return {"output": [json.dumps(found)], "error": []}


class Builder:
    """A host whose job ends after `looks` looks with `outcome`; exceptions among `troubles` are raised before."""

    def __init__(self, outcome: dict[str, Any], looks: int = 1, troubles: list[Exception] | None = None) -> None:
        self.outcome, self.looks, self.troubles = outcome, looks, troubles or []
        self.calls: list[tuple[str, dict[str, Any], dict[str, Any]]] = []

    def on_host(self, action, task_vars, module, arguments, **options):
        self.calls.append((module, arguments, options))
        if options.get("time_limit"):
            return dict(STARTED)
        if module == secret_scan.WIN_FILE:
            return {}
        if self.troubles:
            raise self.troubles.pop(0)
        self.looks -= 1
        state = {**self.outcome, "finished": True} if self.looks <= 0 else STARTED
        return {"output": [json.dumps(state)], "error": []}

    @property
    def arguments(self) -> dict[str, Any]:
        return self.calls[0][1]


@pytest.fixture
def run(make_action, monkeypatch):
    def run(builder: Builder, *, check_mode=False, task_vars=None, environment=None, **options):
        clock = SimpleNamespace(now=0.0)
        monkeypatch.setattr(_windows_job, "run_on_host", builder.on_host)
        passing = SimpleNamespace(
            monotonic=lambda: clock.now, sleep=lambda seconds: setattr(clock, "now", clock.now + seconds)
        )
        monkeypatch.setattr(_windows_job, "time", passing)
        monkeypatch.setattr(secret_scan, "os", SimpleNamespace(environ=environment or {}))
        action = make_action(secret_scan.ActionModule, options, check_mode=check_mode)
        action._connection.get_option.side_effect = KeyError
        return action.run(task_vars={"ansible_password": PASSWORD} if task_vars is None else task_vars)

    return run


def test_nothing_found(run):
    unreadable = {"kind": "unreadable", "place": "C:\\x", "reason": "Access is denied (error 5)"}
    builder = Builder(searched(not_searched=[unreadable], unreadable=1), looks=4)
    result = run(builder, environment={"AWS_SECRET_ACCESS_KEY": "s3cr3t-key"}, secrets={"vendor": "vendor-key"})
    assert (result["changed"], result["findings"], result.get("failed", False)) == (False, [], False)
    assert result["searched_for"] == ["vendor", "ansible_password", "AWS_SECRET_ACCESS_KEY"]
    assert result["not_searched"] == [unreadable]
    assert {name: result[name] for name in COUNTS} == {**COUNTS, "unreadable": 1}
    assert (result["seconds"], result["time_is_up"], result["findings_count"]) == (2.5, False, 0)
    assert "warnings" not in result
    assert (builder.calls[0][2]["read_only"], builder.calls[0][2]["time_limit"]) == (True, 1800 + secret_scan.GUARD)
    assert builder.arguments["parameters"]["Seconds"] == 1800
    modules = [module for module, _arguments, _options in builder.calls[1:]]
    assert modules == [secret_scan.WIN_POWERSHELL] * 4 + [secret_scan.WIN_FILE]


@pytest.mark.parametrize("fails", [True, False])
def test_a_finding_names_the_secret_and_does_not_show_it(run, fails):
    result = run(Builder(searched([HIT])), fail=fails)
    assert result["failed"] is fails
    assert result["findings"] == [{"secret": "ansible_password", "kind": "file_content", "place": "C:\\Temp\\***.log"}]
    assert "ansible_password in C:\\Temp\\***.log (file content)" in result["msg"]
    assert PASSWORD not in json.dumps(result)


def test_a_message_ends_somewhere(run):
    hits = [{"secret": 0, "kind": "file_content", "place": f"C:\\{number}"} for number in range(50)]
    result = run(Builder(searched(hits, findings_count=1200)))
    assert "C:\\19 (file content); and in 1180 more places" in result["msg"]
    assert (len(result["findings"]), result["findings_count"]) == (50, 1200)


def test_what_the_limits_left_out_is_a_warning(run):
    large = [{"kind": "too_large", "place": f"C:\\{number}", "reason": "9 bytes"} for number in range(50)]
    missed = [{"kind": "not_reached", "place": "C:\\Users", "reason": "the time limit was reached"}]
    outcome = searched(not_searched=[*large, *missed], too_large=2000, not_reached=1, time_is_up=True)
    result = run(Builder(outcome), maximum_file_size=8, time_limit=60)
    assert not result.get("failed")
    first, second = result["warnings"]
    assert first.startswith("Files of more than 8 bytes were not searched for secrets: C:\\0; ")
    assert first.endswith("C:\\19; and in 1980 more places")
    assert second == "The search for secrets ended at its limit of 60 seconds and did not reach all of: C:\\Users"


@pytest.mark.parametrize(
    ("not_searched", "reason"),
    [
        ([], "none of the folders and registry keys exists"),
        ([{"kind": "unreadable", "place": "C:\\x", "reason": "Access is denied"}], "C:\\x: Access is denied"),
    ],
)
def test_a_search_of_nothing_fails(run, not_searched, reason):
    result = run(Builder(searched(not_searched=not_searched, folders=0, registry_keys=0, unreadable=len(not_searched))))
    assert result["failed"]
    assert result["msg"] == f"Nothing could be searched for secrets of this run: {reason}."


def test_what_powershell_complains_of_is_a_warning_when_there_is_a_result(run):
    result = run(Builder({**searched(), "error": [{"output": f"odd {PASSWORD}"}]}))
    assert not result.get("failed")
    assert result["warnings"] == ["The scan for secrets reported: odd ***"]


def test_variables_are_templated_and_the_plugin_is_asked(run, make_action, monkeypatch):
    builder = Builder(searched())
    variables = {"ansible_password": "{{ mine }}", "mine": PASSWORD, "ansible_become_password": PASSWORD}
    action_class = secret_scan.ActionModule
    original = action_class._connection_secrets

    def with_variables(self, task_vars):
        self._templar.available_variables = task_vars
        return original(self, task_vars)

    monkeypatch.setattr(action_class, "_connection_secrets", with_variables)
    try:
        from ansible.template import trust_as_template
    except ImportError:
        pass
    else:
        variables["ansible_password"] = trust_as_template(variables["ansible_password"])
    run(builder, task_vars=variables)
    assert [item["value"] for item in builder.arguments["sensitive_parameters"]] == [PASSWORD]


def test_too_short_a_secret_is_told_by_its_name(run):
    result = run(Builder(searched()), secrets=["abc"])
    assert result["too_short"] == ["secrets[0]"]
    assert result["warnings"] == ["secrets[0] is shorter than 6 characters and not looked for"]


def test_without_secrets_nobody_is_asked(run):
    builder = Builder({})
    assert run(builder, task_vars={})["searched_for"] == []
    assert builder.calls == []


@pytest.mark.parametrize(
    "outcome",
    [
        {"failed": True, "msg": f"bad {PASSWORD}"},
        {"output": [], "error": [{"output": f"bad {PASSWORD}"}]},
        {"failed": True, "msg": "timed out waiting for module completion"},
        {"output": [f"timed out {PASSWORD}"], "error": [{"output": "timed out"}]},
    ],
)
def test_a_search_that_fails_is_no_pass(run, outcome):
    with pytest.raises(AnsibleActionFail, match=r"did not come to an end: (bad \*\*\*|timed out)") as raised:
        run(Builder(outcome))
    assert PASSWORD not in str(raised.value)


def test_a_lost_connection_in_between_does_no_harm(run):
    troubles: list[Exception] = [AnsibleConnectionFailure("refused"), AnsibleConnectionFailure("refused")]
    assert run(Builder(searched(), troubles=troubles))["findings"] == []


def test_a_host_that_is_gone_for_good(run):
    builder = Builder({}, troubles=[AnsibleConnectionFailure("refused") for _attempt in range(10000)])
    with pytest.raises(AnsibleActionFail, match="did not come to an end within 180 seconds: refused"):
        run(builder, time_limit=60)


def test_the_search_runs_in_check_mode_too(run):
    assert run(Builder(searched([HIT])), check_mode=True)["failed"]


def test_an_unknown_hive(run):
    with pytest.raises(AnsibleActionFail, match="HKXX"):
        run(Builder({}), registry_keys=["HKXX\\A"])


def test_the_documentation_has_the_defaults():
    options = yaml.safe_load(documentation.DOCUMENTATION)["options"]
    assert {name: option.get("default") for name, option in options.items()} == {
        name: option.get("default") for name, option in secret_scan.ARGUMENT_SPEC.items()
    }
