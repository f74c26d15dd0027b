# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Brings the files of an application to its folder on the host, and verifies that they are the right ones.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.arguments import VARIABLE, has_secret
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.run import Run, StepError, require
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.sources import (
    extension,
    find_on_controller,
    is_secret,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import ask_aws, connection_options
from ansible_collections.euc.appstream.plugins.plugin_utils._controller import run_on_controller
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import trusted
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import run_script
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_job import WIN_COMMAND, Account, Process

_WIN_COPY = "ansible.windows.win_copy"
_WIN_FILE = "ansible.windows.win_file"
_URL_LIFETIME = 3600
"""Seconds in which a download from S3 must have begun."""
_NETWORK_ONLY = "logon_type=new_credentials logon_flags=netcredentials_only"
_SIGNATURE = r"""
param([string]$Path)
$signature = Get-AuthenticodeSignature -LiteralPath $Path
"$($signature.Status)"
"$($signature.SignerCertificate.Subject)"
"""


def fetch(run: Run) -> None:
    """Fetch the file or folder that is run, and further files, and verify them. Raises StepError."""
    entry = run.entry
    if not entry["local"] and not entry["sources"] and not entry["around"].get("after_install"):
        return
    with run.doing("Fetch the files"):
        require(run.host.run(_WIN_FILE, {"path": entry["content"], "state": "directory"}))
        run.leftovers.append(entry["folder"])
        if entry["copied_to"]:
            source = {**entry, "local": entry["unpacked"] or entry["local"], "source": run.install["source"]}
            _fetch_one(run, source, entry["sha256"])
        for further in entry["sources"]:
            _fetch_further(run, further)
    if entry["unpacked"]:
        with run.doing("Unpack the archive"):
            unpack(run, entry["unpacked"], entry["content"])
    if entry["signer"]:
        with run.doing("Verify the signature"):
            _verify_signature(run)


def unpack(run: Run, archive: str, folder: str) -> None:
    """Unpack an archive into a folder of the host, which is made. Raises StepError."""
    if extension(archive) == ".zip":
        require(retried(run, lambda: run.job("community.windows.win_unzip", {"src": archive, "dest": folder})))
        return
    require(run.host.run(_WIN_FILE, {"path": folder, "state": "directory"}))
    # Windows' own tar is bsdtar, which reads ISO 9660 and, in newer builds, 7z.
    argv = ["tar.exe", "-xf", archive, "-C", folder]
    require(retried(run, lambda: run.job(WIN_COMMAND, {"argv": argv})))


def retried(run: Run, attempt: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Result of an attempt that is made again as often as the application says."""
    result = attempt()
    for _again in range(run.entry["retries"]):
        if not result.get("failed"):
            break
        time.sleep(run.entry["retry_delay"])
        result = attempt()
    return result


def write(run: Run, content: str, path: str) -> Mapping[str, Any]:
    """Write a text with its placeholders replaced to a file of the host. Raises StepError."""
    arguments = {"content": run.resolved(content), "dest": path}
    return require(run.host.run(_WIN_COPY, arguments, Process(secret=has_secret(content))))


def rendered(run: Run, source: Path) -> str:
    """A template of the controller, with the variables of the host and lines that end as Windows' do."""
    templar = run.host.action._templar.copy_with_new_env(
        searchpath=[str(source.parent)], available_variables={**run.host.variables, VARIABLE: run.entry["content"]}
    )
    text = templar.template(trusted(source.read_text(encoding="utf-8")), escape_backslashes=False)
    return re.sub(r"\r?\n", "\r\n", str(text))


def on_controller(run: Run, source: str) -> Path:
    """A file of the controller, searched for as the task does. Raises StepError."""
    try:
        return find_on_controller(source, run.settings["search_path"])
    except ValueError as error:
        raise StepError({"msg": str(error)}) from error


def _fetch_further(run: Run, further: Mapping[str, Any]) -> None:
    if further["origin"] == "content":
        write(run, str(further["content"]), further["local"])
        return
    if further["origin"] != "controller":
        _fetch_one(run, further, further["sha256"])
        return
    path = on_controller(run, further["source"])
    if further["template"]:
        write(run, rendered(run, path), further["local"])
        return
    require(run.host.run(_WIN_COPY, {"src": str(path), "dest": further["local"]}))


def _fetch_one(run: Run, source: Mapping[str, Any], sha256: str) -> None:
    """Fetch one source; ``win_get_url`` verifies checksums itself."""
    origin = source["origin"]
    if origin == "url":
        credential = run.credential(source["credential"])
        require(retried(run, lambda: _download(run, source["source"], source["local"], sha256, credential)))
        return
    if origin == "s3" and source["s3_access"] != "builder_role":
        url = _signed_url(run, source)
        require(retried(run, lambda: _download(run, url, source["local"], sha256, {})))
        return
    if origin == "s3":
        region = _region(run)
        argv = ["aws.exe", "s3", "cp", source["source"], source["local"], "--profile", "appstream_machine_role"]
        argv += ["--region", region] if region else []
        require(retried(run, lambda: run.host.run(WIN_COMMAND, {"argv": argv})))
    else:
        require(retried(run, lambda: _copy(run, source)))
    _verify_checksum(run, source["local"], sha256)


def _region(run: Run) -> str:
    """The Region that a builder asks for a bucket: the one that is named, or its own, which is the run's.

    The role's profile has none, and the Region that the AWS CLI takes then may be out of reach from the builder's
    subnet. A bucket of another Region is found by the answer of S3. Empty when the Region comes from a profile.
    """
    given = run.install.get("s3_region") or connection_options(run.settings).get("region")
    return str(given or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "")


def _download(run: Run, url: str, path: str, sha256: str, credential: Mapping[str, Any]) -> Mapping[str, Any]:
    arguments = {
        "url": url,
        "dest": path,
        "checksum": sha256 or None,
        "checksum_algorithm": "sha256" if sha256 else None,
        # With a checksum what is there already is compared; without one nothing tells whether it is still the same.
        "force": not sha256,
        "headers": dict(credential.get("headers") or {}) or None,
        "url_username": credential.get("username"),
        "url_password": credential.get("password"),
        "force_basic_auth": True if credential.get("username") else None,
        "proxy_url": run.install.get("proxy"),
    }
    given = {name: value for name, value in arguments.items() if value is not None}
    return run.host.run("ansible.windows.win_get_url", given, Process(secret=bool(credential) or is_secret(url)))


def _signed_url(run: Run, source: Mapping[str, Any]) -> str:
    """A URL for an object of S3 that anybody who has it may read for an hour. Raises StepError.

    Expired credentials can't be told from other refusals of S3 here: they are waited for by a question to AppStream.
    """
    options = connection_options(run.settings)
    options.pop("credentials_timeout", None)
    if run.install.get("s3_region"):
        options["region"] = run.install["s3_region"]
    arguments = {"mode": "geturl", "bucket": source["bucket"], "object": source["key"], "expiry": _URL_LIFETIME}
    action, variables = run.host.action, run.host.variables

    def sign() -> Mapping[str, Any]:
        return run_on_controller(action, variables, "amazon.aws.s3_object", {**arguments, **options})

    result, builder = sign(), run.settings.get("image_builder_name")
    if result.get("failed") and builder:
        question = {"names": [builder], "include_tags": False, **connection_options(run.settings)}
        ask_aws(action, variables, "image_builder_info", question)
        result = sign()
    return str(require(result)["url"])


def _copy(run: Run, source: Mapping[str, Any]) -> Mapping[str, Any]:
    """Copy from the controller or a share; what is there already with the same content is not copied."""
    target = source.get("copied_to") or source["local"]
    arguments = {"src": source.get("copied_from") or source["source"], "dest": target}
    if source["origin"] != "share":
        return run.host.run(_WIN_COPY, arguments)
    process = Process()
    if source["credential"]:
        # Only the connection to the file server uses it; on the host it is still the account of the connection.
        logon = run.credential(source["credential"])
        process = Process(account=Account(str(logon["username"]), str(logon["password"]), _NETWORK_ONLY))
    return run.host.run(_WIN_COPY, {**arguments, "remote_src": True}, process)


def _verify_checksum(run: Run, path: str, sha256: str) -> None:
    stat = require(run.host.run("ansible.windows.win_stat", {"path": path, "checksum_algorithm": "sha256"}))["stat"]
    if not stat["exists"]:
        raise StepError({"msg": f"{path} does not exist after it was fetched"})
    if sha256 not in ("", stat.get("checksum")):
        raise StepError({"msg": f"the SHA-256 of what was fetched is {stat.get('checksum')}, not {sha256}"})


def _verify_signature(run: Run) -> None:
    path, wanted = run.entry["local"], run.entry["signer"]
    output = run_script(_SIGNATURE, {"Path": path}, run.host.run_module, f"cannot read the signature of {path}")
    status, subject = (str(one or "") for one in [*output, "", ""][:2])
    if status == "Valid" and re.match(run.entry["signer_pattern"], subject, re.IGNORECASE):
        return
    raise StepError(
        {"msg": f"the signature of {path} is {status}, by {subject or 'nobody'}, but must be Valid, by {wanted}"}
    )
