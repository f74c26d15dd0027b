# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the plan asks others than AWS: the domain for tickets, servers for downloads. All at once, each thing once.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.severities import ERROR, OFF
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import kerberos_checks, source_checks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.connection_checks import name_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.connection_settings import Settings
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import Recipe

TIME_LIMIT = 45
"""Seconds for all questions together."""
_AT_ONCE = 16

_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")


def ask(
    recipes: Mapping[str, Recipe],
    settings: Mapping[str, Settings],
    credentials: Mapping[str, Any],
    severity: Mapping[str, str],
) -> None:
    """Add what is in the way of each image to its ``obstacles``, and what may be to its ``warnings``.

    ``settings`` are those of the connections; all are by name of the recipe.
    """
    logons: dict[str, kerberos_checks.Logon] = {}
    if severity["kerberos"] != OFF:
        logons = {name: kerberos_checks.logon_of(one) for name, one in settings.items() if _needs_ticket(one)}
    downloads: dict[str, list[source_checks.Download]] = {}
    if severity["sources"] != OFF:
        downloads = {name: source_checks.downloads(recipe.values["applications"]) for name, recipe in recipes.items()}
    with_downloads = {download for found in downloads.values() for download in found}
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        tickets = _begin(pool, set(logons.values()), kerberos_checks.ask)
        answers = _begin(pool, with_downloads, lambda download: source_checks.ask(download, credentials))
        asked: list[Future[Any]] = [*tickets.values(), *answers.values()]
        wait(asked, TIME_LIMIT)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    for name, logon in logons.items():
        late = kerberos_checks.Answer(doubt="whether there will be a Kerberos ticket could not be found out in time")
        ticket = _result(tickets[logon], late)
        _note(recipes[name], "kerberos", [ticket.problem], [ticket.doubt], severity)
    for name, found in downloads.items():
        unanswered = source_checks.Answer(unreached=f"no answer within {TIME_LIMIT} seconds")
        problems, doubts = source_checks.summary({one: _result(answers[one], unanswered) for one in found})
        _note(recipes[name], "sources", problems, doubts, severity)


def aws_proxy(region: str) -> str:
    """The web proxy, without its password, that questions to AppStream in this Region take; empty when none."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_APPSTREAM") or os.environ.get("AWS_ENDPOINT_URL")
    parts = urlsplit(endpoint or f"https://appstream2.{region or 'us-east-1'}.amazonaws.com")
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if not proxy or urllib.request.proxy_bypass(host):
        return ""
    found = urlsplit(proxy)
    return found._replace(netloc=found.netloc.rpartition("@")[2]).geturl()


def _needs_ticket(settings: Settings) -> bool:
    return (
        settings.plugin in ("winrm", "psrp")
        and settings.connection is not None
        and settings.uses_kerberos
        and not settings.problems
        and not list(name_problems(settings.user))
    )


def _begin(
    pool: ThreadPoolExecutor, questions: Iterable[_Question], ask_one: Callable[[_Question], _Answer]
) -> dict[_Question, Future[_Answer]]:
    return {question: pool.submit(ask_one, question) for question in questions}


def _result(future: Future[_Answer], otherwise: _Answer) -> _Answer:
    return future.result() if future.done() and not future.cancelled() else otherwise


def _note(
    recipe: Recipe, check: str, problems: Iterable[str], doubts: Iterable[str], severity: Mapping[str, str]
) -> None:
    found = recipe.obstacles if severity[check] == ERROR else recipe.warnings
    found += filter(None, problems)
    recipe.warnings += filter(None, doubts)
