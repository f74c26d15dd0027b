# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.euc.appstream.plugins.action import builder_connection
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_connection import endpoint, is_in_the_clear

NTLM = {"port": 5985, "scheme": None, "transport": ["ntlm"], "message_encryption": "auto"}


class Builder:
    """A builder that answers after some attempts. ``clock`` is what the plugin takes for the time."""

    def __init__(self) -> None:
        self.closed_for = 0
        self.pending = False
        self.now = 0.0
        self.reboots: list[dict[str, Any]] = []
        self.subsets: list[list[str]] = []
        self.failing: set[str] = set()

    def run(self, action, task_vars, module, arguments, *, read_only=False):
        name = module.rpartition(".")[2]
        if self.closed_for > 0:
            self.closed_for -= 1
            raise AnsibleConnectionFailure("connection refused")
        if name in self.failing:
            return {"failed": True, "msg": f"{name} failed"}
        if name == "win_reboot":
            self.reboots.append(arguments)
            return {"changed": True}
        assert name == "setup" and read_only
        self.subsets.append(arguments["gather_subset"])
        return {"ansible_facts": {"ansible_hostname": "EC2AMAZ-1", "ansible_reboot_pending": self.pending}}


@pytest.fixture
def builder():
    return Builder()


@pytest.fixture
def run(make_action, monkeypatch, builder):
    def sleep(seconds):
        builder.now += seconds

    monkeypatch.setattr(builder_connection, "run_on_host", builder.run)
    monkeypatch.setattr(builder_connection, "time", SimpleNamespace(monotonic=lambda: builder.now, sleep=sleep))

    def run(check_mode=False, connection=None, **options):
        action = make_action(builder_connection.ActionModule, options, check_mode=check_mode)
        action._connection.get_option = (connection or NTLM).__getitem__
        return action.run(task_vars={"inventory_hostname": "design"})

    return run


def test_facts_as_soon_as_it_answers(run, builder):
    builder.closed_for = 3
    result = run(timeout=60, gather_subset=["min"])
    assert result["ansible_facts"]["ansible_hostname"] == "EC2AMAZ-1"
    assert (result["changed"], builder.subsets, builder.now) == (False, [["min"]], 15)


def test_it_gives_up_in_time_and_says_why(run, builder):
    builder.closed_for = 1000
    with pytest.raises(AnsibleActionFail, match="no connection within 60 seconds: connection refused"):
        run(timeout=60)
    assert 50 <= builder.now <= 60


def test_check_mode_tries_once(run, builder):
    builder.closed_for = 1
    with pytest.raises(AnsibleActionFail, match="connection refused"):
        run(check_mode=True)
    assert run(check_mode=True)["changed"] is False


@pytest.mark.parametrize("wanted", [True, False])
def test_a_pending_reboot(run, builder, wanted):
    builder.pending = True
    result = run(settle_pending_reboot=wanted, reboot_timeout=60)
    assert (result["changed"], result["rebooted"], len(builder.reboots)) == (wanted, wanted, int(wanted))
    assert result["ansible_facts"]["ansible_reboot_pending"] is not wanted
    assert not wanted or builder.reboots[0]["reboot_timeout"] == 60


@pytest.mark.parametrize(
    ("module", "told"), [("setup", "cannot gather facts: setup failed"), ("win_reboot", "the pending reboot failed")]
)
def test_what_fails_once_it_answers_is_told(run, builder, module, told):
    builder.pending = True
    builder.failing.add(module)
    with pytest.raises(AnsibleActionFail, match=told):
        run()


def test_a_password_in_the_clear_is_refused_before_anything_is_sent(run, builder):
    with pytest.raises(AnsibleActionFail, match=r"connection settings of design would send .* unencrypted over HTTP"):
        run(connection={**NTLM, "transport": ["basic"]})
    assert builder.subsets == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (NTLM, False),
        ({**NTLM, "transport": ["kerberos", "basic"]}, True),
        ({**NTLM, "transport": "plaintext"}, True),
        ({**NTLM, "transport": None}, True),
        ({**NTLM, "message_encryption": "never"}, True),
        ({**NTLM, "port": 5986, "transport": ["basic"], "message_encryption": "never"}, False),
        ({**NTLM, "port": 5986, "scheme": "http", "transport": ["basic"]}, True),
        ({"port": 5985, "protocol": None, "auth": "negotiate", "message_encryption": "auto"}, False),
        ({"port": 5985, "protocol": None, "auth": "basic", "message_encryption": "auto"}, True),
        ({"port": None, "protocol": None, "auth": "basic", "message_encryption": "auto"}, False),
        ({"port": None, "protocol": "http", "auth": "ntlm", "message_encryption": "never"}, True),
    ],
)
def test_what_is_in_the_clear(options, expected):
    assert is_in_the_clear(SimpleNamespace(get_option=options.__getitem__)) is expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"port": 5986, "scheme": None}, ("https", 5986)),
        ({"port": 5985, "scheme": None}, ("http", 5985)),
        ({"port": "443", "scheme": "HTTPS"}, ("https", 443)),
        ({"port": None, "protocol": None}, ("https", 5986)),
        ({"port": None, "protocol": "http"}, ("http", 5985)),
    ],
)
def test_transport_and_port(options, expected):
    assert endpoint(SimpleNamespace(get_option=options.__getitem__)) == expected
