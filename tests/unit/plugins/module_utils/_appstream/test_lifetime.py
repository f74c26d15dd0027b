# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""When credentials end that don't renew themselves, and when that is worth a warning."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import lifetime
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.lifetime import end_of, warning_about
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=timezone.utc)
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "ASIA", "AWS_CREDENTIAL_EXPIRATION": "2026-11-30T13:00:00Z"}
ONE = datetime(2026, 11, 30, 13, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("options", "profiles", "environment", "end"),
    [
        ({"access_key": "ASIA"}, {}, ENVIRONMENT, ONE),
        ({"access_key": "another"}, {}, ENVIRONMENT, None),
        ({"access_key": "ASIA"}, {}, {**ENVIRONMENT, "AWS_CREDENTIAL_EXPIRATION": "soon"}, None),
        ({}, {"default": {"x_security_token_expires": "2026-11-30T15:00:00+02:00"}}, {}, ONE),
        ({"profile": "b"}, {"b": {"aws_expiration": "2026-11-30T13:00:00.000Z"}}, {}, ONE),
        ({"profile": "b"}, {"b": {"aws_access_key_id": "AKIA"}}, ENVIRONMENT, None),
        ({"profile": "missing"}, {}, {}, None),
    ],
)
def test_end(options: Any, profiles: Any, environment: Any, end: datetime | None) -> None:
    assert end_of(options, profiles, environment) == end


@pytest.mark.parametrize(
    ("profile", "name", "token", "end"),
    [
        ({"sso_start_url": "https://a"}, "https://a", {"expiresAt": "2026-11-30T13:00:00UTC"}, ONE),
        ({"sso_session": "corp"}, "corp", {"expiresAt": "2026-11-30T13:00:00Z"}, ONE),
        ({"sso_session": "corp"}, "corp", {"expiresAt": "2026-11-30T13:00:00Z", "refreshToken": "x"}, None),
        ({"sso_session": "corp"}, "other", {"expiresAt": "2026-11-30T13:00:00Z"}, None),
        ({"sso_session": "corp"}, "corp", ["no token"], None),
    ],
)
def test_end_of_a_logon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: Any, name: str, token: Any, end: datetime | None
) -> None:
    monkeypatch.setattr(lifetime, "_SSO_CACHE", tmp_path)
    (tmp_path / f"{hashlib.sha1(name.encode()).hexdigest()}.json").write_text(json.dumps(token))
    assert end_of({"profile": "p"}, {"p": profile}, {}) == end


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (ONE, "end in 60 minutes (13:00 UTC)"),
        (NOW - timedelta(hours=1), "end in 0 minutes"),
        (NOW + timedelta(hours=2), None),
        (None, None),
    ],
)
def test_warning(end: datetime | None, words: str | None) -> None:
    text = warning_about(end, NOW)
    assert text is None if words is None else words in str(text)


@given(st.text())
def test_whatever_is_noted_there(text: str) -> None:
    end = end_of({}, {"default": {"aws_expiration": text}}, {})
    assert end is None or end.tzinfo is not None
