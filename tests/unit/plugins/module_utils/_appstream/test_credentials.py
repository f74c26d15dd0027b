# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Credentials that AWS refuses: which refusals are waited out, for how long, and what is shown and said."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import renewable_client
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import call, call_pages
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.credentials import (
    CLOCK,
    EXPIRED,
    FIRST_TIMEOUT,
    MISSING,
    TIMEOUT,
    UNKNOWN,
    codes_of_trouble,
    trouble_of,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.progress import showing
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.renewable_client import (
    RenewableClient,
    opened,
)
from botocore.exceptions import (
    ClientError,
    ConfigParseError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    UnauthorizedSSOTokenError,
)

STILL_EXPIRED = RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired.")


def refusal(code: str, message: str = "told") -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(answer, "StopImageBuilder")


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch, clock: Any) -> Any:
    """A clock that only moves when somebody sleeps."""
    monkeypatch.setattr(renewable_client, "time", SimpleNamespace(monotonic=clock, sleep=clock.sleep))
    return clock


@pytest.fixture
def shown() -> Iterator[list[tuple[str, str, float, bool]]]:
    """What is reported while it is waited."""
    lines: list[tuple[str, str, float, bool]] = []
    with showing(lambda *line: lines.append(line)):
        yield lines


class Account:
    """Answers calls of clients: ``answers`` in turn, and the last one for ever. An exception is raised."""

    def __init__(self, *answers: Any, opening: Any = ()) -> None:
        self.answers, self.opening, self.opened = list(answers), list(opening), 0

    def client(self, **options: Any) -> RenewableClient:
        return RenewableClient(self._client(), self.open_client, **options)

    def open_client(self) -> Any:
        self.opened += 1
        failure = self.opening.pop(0) if self.opening else None
        if failure is not None:
            raise failure
        return self._client()

    def _client(self) -> Any:
        return SimpleNamespace(stop_image_builder=self._answer)

    def _answer(self, **_parameters: Any) -> Any:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def stop(client: Any) -> Any:
    return call(client, "stop_image_builder", "image builder design")


@pytest.mark.parametrize("code", sorted(codes_of_trouble()))
def test_one_refusal_ends_nothing(code: str) -> None:
    account = Account(refusal(code), {"ImageBuilder": {}})
    assert stop(account.client()) == {"ImageBuilder": {}}


def test_they_are_read_again_at_once_and_then_every_few_seconds(time: Any, shown: list[Any]) -> None:
    account = Account(*[refusal("ExpiredTokenException")] * 4, {"ImageBuilder": {}})
    assert stop(account.client()) == {"ImageBuilder": {}}
    assert account.opened == 4
    assert time.naps == [10.0, 10.0, 10.0]
    waiting = "credentials expired, waiting for new ones"
    assert [line[:2] for line in shown] == [("image builder design", waiting)] * 3
    assert [line[3] for line in shown] == [True, False, False], "shown as a state, and then as a sign of life"


@pytest.mark.parametrize(
    ("error", "seconds", "remedy"),
    [
        (refusal("ExpiredTokenException"), TIMEOUT, "get new ones and run again"),
        (UnauthorizedSSOTokenError(), TIMEOUT, "get new ones and run again"),
        (STILL_EXPIRED, TIMEOUT, "get new ones and run again"),
        (refusal("UnrecognizedClientException"), FIRST_TIMEOUT, "does not know these credentials"),
        (NoCredentialsError(), FIRST_TIMEOUT, "missing or can't be read"),
        (CredentialRetrievalError(provider="custom-process", error_msg="1"), FIRST_TIMEOUT, "missing or can't be read"),
        (refusal("RequestTimeTooSkewed"), FIRST_TIMEOUT, "Let NTP set it"),
        (refusal("InvalidSignatureException", "Signature expired: 2024 is now earlier"), FIRST_TIMEOUT, "NTP"),
        (refusal("SignatureDoesNotMatch", "Signature not yet current: 2026"), FIRST_TIMEOUT, "NTP"),
    ],
    ids=str,
)
def test_patience_ends(time: Any, error: Exception, seconds: float, remedy: str) -> None:
    began = time.now
    with pytest.raises(AppStreamError) as failure:
        stop(Account(error).client())
    assert time.now - began == pytest.approx(seconds)
    assert remedy in str(failure.value) and not failure.value.is_retryable


@pytest.mark.parametrize("error", [refusal("UnrecognizedClientException"), NoCredentialsError()], ids=str)
def test_what_was_answered_before_is_waited_for_longer(time: Any, error: Exception) -> None:
    account = Account({"ImageBuilder": {}}, error)
    client = account.client(timeout=200)
    stop(client)
    began = time.now
    with pytest.raises(AppStreamError):
        stop(client)
    assert time.now - began == pytest.approx(200)


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException", "RequestTimeTooSkewed"])
def test_without_patience_they_are_read_again_once(time: Any, code: str) -> None:
    account = Account(refusal(code))
    with pytest.raises(AppStreamError):
        stop(account.client(timeout=0))
    assert time.naps == []
    assert account.opened == (0 if code == "RequestTimeTooSkewed" else 1)


def test_a_file_that_is_being_written_is_read_again() -> None:
    unreadable = [ProfileNotFound(profile="builds"), ConfigParseError(path="credentials"), None]
    account = Account(refusal("ExpiredTokenException"), {"ImageBuilder": {}}, opening=unreadable)
    assert stop(account.client()) == {"ImageBuilder": {}}
    assert account.opened == 3


def test_a_profile_that_is_gone_for_good_is_named() -> None:
    account = Account(refusal("ExpiredTokenException"), opening=[ProfileNotFound(profile="builds")] * 99)
    with pytest.raises(AppStreamError, match="builds"):
        stop(account.client())


def test_readings_of_several_pages_are_patient_too(client: Any, stubber: Any) -> None:
    stubber.add_client_error("describe_image_builders", "ExpiredTokenException")
    stubber.add_response("describe_image_builders", {"ImageBuilders": [{"Name": "design"}]})
    renewable = RenewableClient(client, lambda: client)
    assert call_pages(renewable, "describe_image_builders", "all", "ImageBuilders") == [{"Name": "design"}]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "InvalidSignatureException"])
def test_other_refusals_are_reported_at_once(time: Any, code: str) -> None:
    account = Account(refusal(code))
    with pytest.raises(AppStreamError):
        stop(account.client())
    assert (time.naps, account.opened) == ([], 0)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (refusal("InvalidSignatureException", "The request signature we calculated does not match"), None),
        (refusal("AuthFailure"), UNKNOWN),
        (refusal("RequestExpired"), EXPIRED),
        (refusal("InvalidSignatureException", "Signature expired: 2024"), CLOCK),
        (PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), MISSING),
        (EndpointConnectionError(endpoint_url="https://example.com"), None),
        (ValueError("no"), None),
    ],
    ids=str,
)
def test_what_is_wrong(error: Exception, trouble: Any) -> None:
    assert trouble_of(error) is trouble


def test_a_wrong_secret_key_has_its_own_remedy() -> None:
    with pytest.raises(AppStreamError, match="does not belong to the access key"):
        stop(Account(refusal("InvalidSignatureException", "The request signature we calculated")).client())


@pytest.mark.parametrize(
    ("opening", "seconds", "is_opened"),
    [
        ([ProfileNotFound(profile="builds")], 1, True),
        ([ProfileNotFound(profile="builds")] * 99, 5, False),
        ([ValueError("no")], 0, False),
    ],
)
def test_a_client_is_opened(time: Any, opening: list[Exception], seconds: float, is_opened: bool) -> None:
    account, began = Account({}, opening=opening), time.now
    assert (opened(account.open_client, 300) is not None) is is_opened
    assert time.now - began == seconds
