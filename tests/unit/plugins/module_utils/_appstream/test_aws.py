# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The clients of a module: where their credentials come from, at first and later."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule


def write_credentials(path: Path, key: str) -> None:
    path.write_text(f"[builds]\naws_access_key_id = {key}\naws_secret_access_key = secret\naws_session_token = token\n")


def test_a_shared_credentials_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    write_credentials(credentials, "FIRST")
    options = {"profile": "builds", "region": "eu-central-1", "endpoint_url": "http://127.0.0.1:9"}
    with patch_module_args(options):
        client = AnsibleAppStreamModule(argument_spec={}).client("appstream", region="eu-west-1")
    signed_by = [client._request_signer._credentials.access_key]
    write_credentials(credentials, "SECOND")
    client.renew()
    signed_by.append(client._request_signer._credentials.access_key)
    assert signed_by == ["FIRST", "SECOND"]
    assert (client.meta.region_name, client.meta.endpoint_url) == ("eu-west-1", "http://127.0.0.1:9")
    assert "euc.appstream" in client.meta.config.user_agent
