# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The two protocols of the AppStream API: AWS JSON 1.1 and Smithy RPC v2 CBOR (`protocols` in the service model).

Sources: the specifications on smithy.io (aws-json-1_1-protocol, smithy-rpc-v2). What the real service answers to a
request that is in neither is unproven [malformed_request].
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.utils import parse_to_aware_datetime
from moto.core.serialize import JSONSerializer, ResponseSerializer
from moto.core.utils import get_service_model
from werkzeug.datastructures import Headers

from appstream_simulator.aws import cbor
from appstream_simulator.aws.exceptions import (
    SerializationException,
    SimulatorNotImplemented,
    UnknownOperationException,
)

_SERVICE = "PhotonAdminProxyService"
_NAMESPACE = "com.amazonaws.appstream"
_PROTOCOL_HEADER = "smithy-protocol"
_TARGET_HEADERS = ("X-Amz-Target", "X-Amzn-Target")
# The last four segments of the path count; a service takes its absolute name, too.
_RPC_PATH = re.compile(r"/service/([^/]+)/operation/([^/]+)$")
_SERVICE_NAMES = (_SERVICE, f"{_NAMESPACE}.{_SERVICE}")


class _CborSerializer(JSONSerializer):
    """moto's structures for JSON, with times and bytes as CBOR has them."""

    def _serialize_type_timestamp(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        self._default_serialize(serialized, parse_to_aware_datetime(value), shape, key)

    def _serialize_type_blob(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        self._default_serialize(serialized, value.encode() if isinstance(value, str) else value, shape, key)

    def _serialize_body(self, body: Any) -> bytes:  # type: ignore[override]
        return cbor.encode(body)


@dataclass(frozen=True)
class Protocol:
    """How requests are read and answers written.

    Attributes:
        headers: of every answer.
        read: the value of a body; ValueError when it is malformed.
        serializer: makes the body of a success from a result and the operation's model.
        error: makes the body of an error from code and message.
    """

    name: str
    content_type: str
    headers: Mapping[str, str]
    read: Callable[[bytes], Any]
    serializer: type[ResponseSerializer]
    error: Callable[[str, str], bytes]

    def answer_headers(self) -> dict[str, str]:
        """The headers that say what an answer is written in."""
        return {"Content-Type": self.content_type, **self.headers}


def _json_error(code: str, message: str) -> bytes:
    return json.dumps({"__type": code, "Message": message}).encode()


def _cbor_error(code: str, message: str) -> bytes:
    """With the absolute name of the error, and the message where its shape has it.

    The namespace of errors that are not in the model is unproven [namespace_of_other_errors]; clients use what follows
    it.
    """
    member = "Message" if code in error_statuses() else "message"
    return cbor.encode({"__type": f"{_NAMESPACE}#{code}", member: message})


JSON = Protocol(
    name="JSON",
    content_type="application/x-amz-json-1.1",
    headers={},
    read=lambda body: json.loads(body.decode()),
    serializer=JSONSerializer,
    error=_json_error,
)
CBOR = Protocol(
    name="CBOR",
    content_type="application/cbor",
    headers={_PROTOCOL_HEADER: "rpc-v2-cbor"},
    read=cbor.decode,
    serializer=_CborSerializer,
    error=_cbor_error,
)


@functools.cache
def error_statuses() -> dict[str, int]:
    """HTTP status by error code, from the service model."""
    shapes = get_service_model("appstream").error_shapes
    return {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in shapes}


def answered_in(headers: Headers) -> Protocol:
    """The protocol of the answer to a request with these headers, be the request as wrong as it may."""
    return CBOR if headers.get(_PROTOCOL_HEADER) == CBOR.headers[_PROTOCOL_HEADER] else JSON


def _named(path: str, headers: Headers) -> tuple[str, str]:
    """The service and the operation that a request names by its path or target; empty where it names none."""
    found = _RPC_PATH.search(path) if _PROTOCOL_HEADER in headers else None
    if found:
        return found[1], found[2]
    service, _, operation = headers.get("X-Amz-Target", "").rpartition(".")
    return service, operation


def is_for_appstream(path: str, headers: Headers) -> bool:
    """Whether a request names the AppStream API, signed or not."""
    return _named(path, headers)[0] in _SERVICE_NAMES


def operation_named(path: str, headers: Headers) -> str:
    """The operation that a request of one of the two protocols names, for any service; empty when it names none."""
    return _named(path, headers)[1]


def operation_of(method: str, path: str, headers: Headers) -> str:
    """The operation of a request to AppStream.

    Raises:
        SerializationException: it breaks a rule of its protocol.
        SimulatorNotImplemented: it is in a protocol the service does not have.
        UnknownOperationException: it names another service or nothing.
    """
    protocol = answered_in(headers)
    if _PROTOCOL_HEADER in headers and protocol is JSON:
        raise SimulatorNotImplemented(f"AppStream does not speak the protocol {headers[_PROTOCOL_HEADER]}.")
    content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if method != "POST" or content_type != protocol.content_type:
        given = f"{method} of {content_type or 'no type'}"
        raise SimulatorNotImplemented(f"AppStream takes POST of {protocol.content_type} in this protocol, not {given}.")
    if protocol is CBOR and any(name in headers for name in _TARGET_HEADERS):
        raise SerializationException("A request of rpc-v2-cbor must not have a target header.")
    if (protocol is JSON and path != "/") or not is_for_appstream(path, headers):
        raise UnknownOperationException("The request names no operation of AppStream.")
    return operation_named(path, headers)
