# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.euc.appstream.plugins.action import builder_connection
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_connection import endpoint, is_in_the_clear

NTLM = {
    "port": 5985,
    "scheme": None,
    "transport": ["ntlm"],
    "message_encryption": "auto",
    "remote_user": "installer",
}


class Builder:
    """A builder that answers after some attempts. ``clock`` is what the plugin takes for the time."""

    def __init__(self) -> None:
        self.closed_for = 0
        self.error = "connection refused"
        self.attempts = 0
        self.pending = False
        self.now = 0.0
        self.reboots: list[dict[str, Any]] = []
        self.subsets: list[list[str]] = []
        self.failing: set[str] = set()

    def run(self, action, task_vars, module, arguments, *, read_only=False):
        name = module.rpartition(".")[2]
        if self.closed_for > 0:
            self.closed_for -= 1
            self.attempts += 1
            raise AnsibleConnectionFailure(self.error)
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
    result = run(timeout=60)
    assert result["failed"] and result["msg"] == "no connection within 60 seconds: connection refused"
    assert "cause" not in result
    assert 50 <= builder.now <= 60


@pytest.mark.parametrize(
    ("error", "attempts", "cause", "said"),
    [
        ("ntlm: the specified credentials were rejected by the server", 2, "credentials", "the logon of installer"),
        ("failed to authenticate with the server: Failed to authenticate the user x with ntlm", 2, "credentials", ""),
        ("Kerberos auth failure for principal x: kinit: Preauthentication failed while getting", 1, "ticket", "wrong"),
        ("winrm or requests is not installed: No module named 'winrm'", 1, "controller", "No module named"),
        ("ntlm: HTTPSConnectionPool: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed", 2, "certificate", "not trusted"),
        # What may succeed yet: policy has not made him an administrator, the domain controller is down.
        (
            "kerberos: the specified credentials were rejected by the server",
            13,
            "credentials",
            "does not let installer",
        ),
        ("kinit: Cannot contact any KDC for realm 'X' while getting initial credentials", 13, "ticket", "port 88"),
    ],
)
def test_what_will_fail_again_is_not_tried_again(run, builder, error, attempts, cause, said):
    builder.closed_for, builder.error = 1000, error
    result = run(timeout=63)
    assert result["failed"] and result["cause"] == cause
    assert said in result["msg"] and error in result["msg"]
    assert builder.attempts == attempts


def test_attempts_of_other_kinds_do_not_add_up(run, builder):
    """A logon that is refused once, when the account was not there yet, is followed by one that is not."""
    builder.closed_for, builder.error = 1, "ntlm: the specified credentials were rejected by the server"
    assert run(timeout=60)["ansible_facts"]["ansible_hostname"] == "EC2AMAZ-1"


def test_check_mode_tries_once(run, builder):
    builder.closed_for = 1
    assert "connection refused" in run(check_mode=True)["msg"]
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


def test_a_connection_that_was_lost_is_tried_again_though_it_cannot_be_made_at_once(make_action, monkeypatch, builder):
    # As winrm and psrp do it: whoever was connected is connected again by reset.
    def refuse():
        raise AnsibleConnectionFailure("connection refused")

    def sleep(seconds):
        builder.now += seconds

    monkeypatch.setattr(builder_connection, "run_on_host", builder.run)
    monkeypatch.setattr(builder_connection, "time", SimpleNamespace(monotonic=lambda: builder.now, sleep=sleep))
    builder.closed_for = 3
    action = make_action(builder_connection.ActionModule, {})
    action._connection.get_option = NTLM.__getitem__
    action._connection.reset = refuse
    assert action.run(task_vars={"inventory_hostname": "design"})["ansible_facts"]["ansible_hostname"] == "EC2AMAZ-1"
