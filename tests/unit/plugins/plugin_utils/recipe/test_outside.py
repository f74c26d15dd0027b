# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is asked of others than AWS, how often, and where the answers go."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.severities import severities
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import kerberos_checks, outside, source_checks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import Recipe

USER = "install@CORP.EXAMPLE.COM"
URL = "https://downloads.example.com/a.msi"


def recipe(name: str, *urls: str) -> Recipe:
    applications = [{"name": url, "install": {"source": url}} for url in urls]
    return Recipe(name, {}, {}, is_host=False, values={"name": name, "applications": applications})


def settings(user: str = USER, *, kerberos: bool = True, problems: tuple[str, ...] = ()) -> Any:
    options = {"remote_user": user, "remote_password": "correct horse"}
    return SimpleNamespace(
        plugin="winrm",
        connection=object(),
        get=options.get,
        user=user,
        password="correct horse",
        uses_kerberos=kerberos,
        problems=list(problems),
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked for; every ticket and every download is refused."""
    seen: list[str] = []

    def ticket(logon: kerberos_checks.Logon) -> kerberos_checks.Answer:
        seen.append(logon.user)
        return kerberos_checks.Answer("no ticket", "a doubt")

    def download(one: source_checks.Download, credentials: Any) -> source_checks.Answer:
        seen.append(one.url)
        return source_checks.Answer("not there")

    monkeypatch.setattr(outside.kerberos_checks, "ask", ticket)
    monkeypatch.setattr(outside.source_checks, "ask", download)
    return seen


def test_thirty_recipes_ask_each_thing_once(asked: list[str]) -> None:
    """A password that is wrong is tried once, however many images there are: every attempt counts for the lockout."""
    recipes = {f"r{number}": recipe(f"r{number}", URL) for number in range(30)}
    outside.ask(recipes, {name: settings() for name in recipes}, {}, severities({}))
    assert sorted(asked) == [URL, USER]
    assert all(one.obstacles == ["no ticket", "not there"] and one.warnings == ["a doubt"] for one in recipes.values())


@pytest.mark.parametrize(
    ("given", "obstacles", "warnings"),
    [
        ({}, ["no ticket", "not there"], ["a doubt"]),
        ({"kerberos": "warning"}, ["not there"], ["no ticket", "a doubt"]),
        ({"sources": "warning"}, ["no ticket"], ["a doubt", "not there"]),
        ({"kerberos": "off", "sources": "off"}, [], []),
    ],
)
def test_how_serious_a_finding_is(
    asked: list[str], given: dict[str, str], obstacles: list[str], warnings: list[str]
) -> None:
    one = recipe("design", URL)
    outside.ask({"design": one}, {"design": settings()}, {}, severities(given))
    assert (one.obstacles, one.warnings) == (obstacles, warnings)
    assert len(asked) == 2 - list(given.values()).count("off")


@pytest.mark.parametrize(
    "connection",
    [settings(kerberos=False), settings("CORP\\install"), settings(problems=("ansible_password has no value",))],
)
def test_no_ticket_is_asked_for_where_none_can_come(asked: list[str], connection: Any) -> None:
    one = recipe("design")
    outside.ask({"design": one}, {"design": connection}, {}, severities({}))
    assert asked == [] and one.obstacles == []


def test_what_takes_too_long_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    hold = threading.Event()

    def wait_for_it(*_arguments: Any) -> Any:
        hold.wait(30)
        return source_checks.Answer()

    monkeypatch.setattr(outside, "TIME_LIMIT", 0.1)
    monkeypatch.setattr(outside.kerberos_checks, "ask", wait_for_it)
    monkeypatch.setattr(outside.source_checks, "ask", wait_for_it)
    one = recipe("design", URL)
    try:
        outside.ask({"design": one}, {"design": settings()}, {}, severities({}))
    finally:
        hold.set()
    assert one.obstacles == [] and len(one.warnings) == 2
    assert "could not be found out in time" in one.warnings[0] and "no answer within" in one.warnings[1]


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://somebody:hunter2@proxy:3128"}, "http://proxy:3128"),
        ({"HTTP_PROXY": "http://proxy:3128"}, ""),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "appstream2.eu-west-1.amazonaws.com"}, ""),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".amazonaws.com"}, ""),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "appstream2.us-east-1.amazonaws.com"}, "http://proxy:3128"),
        (
            {"HTTP_PROXY": "http://proxy:3128", "AWS_ENDPOINT_URL": "http://vpce-1.example.com:8080"},
            "http://proxy:3128",
        ),
    ],
)
def test_the_proxy_that_aws_is_asked_through(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], proxy: str
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_APPSTREAM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert outside.aws_proxy("eu-west-1") == proxy
