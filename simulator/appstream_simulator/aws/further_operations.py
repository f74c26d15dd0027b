# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Operations of other services than AppStream that moto does not have, or answers in a form that AWS does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.wrappers import Request, Response

from appstream_simulator.aws import caller_identity, policy_simulation, service_quotas
from appstream_simulator.aws.exceptions import AppStreamError
from appstream_simulator.aws.requests import Caller
from appstream_simulator.aws.service_error import ServiceError
from appstream_simulator.aws.simulation import Simulation
from appstream_simulator.aws.validation import validate
from appstream_simulator.aws.wire_errors import error_response

Operation = Callable[[Caller, Simulation, dict[str, Any]], dict[str, Any]]

# By signing name and operation: botocore's name of the service, and what carries the operation out.
OPERATIONS: Mapping[str, tuple[str, Operation]] = MappingProxyType(
    {
        "iam:SimulatePrincipalPolicy": ("iam", policy_simulation.simulate_principal_policy),
        "servicequotas:ListServiceQuotas": ("service-quotas", service_quotas.list_service_quotas),
        "sts:GetCallerIdentity": ("sts", caller_identity.get_caller_identity),
    }
)

# The code of a request that breaks the service's model; that of Service Quotas is unproven
# [service_quotas_invalid_request].
_INVALID = {"iam": "ValidationError", "service-quotas": "IllegalArgumentException", "sts": "ValidationError"}


def answer(request: Request, caller: Caller, simulation: Simulation) -> Response | None:
    """The answer to a request for one of these operations, None for any other request."""
    if caller.call not in OPERATIONS:
        return None
    service, operation = OPERATIONS[caller.call]
    model = get_service_model(service)
    operation_model = model.operation_model(caller.operation)
    try:
        given = _read(request, model.protocol, operation_model)
        if operation_model.input_shape is not None:
            validate(operation_model.input_shape, given)
        result = operation(caller, simulation, given)
    except AppStreamError as error:
        return error_response(request, caller.service, _INVALID[service], error.message)
    except ServiceError as error:
        return error_response(request, caller.service, error.code, error.message, error.status)
    serialized = get_serializer_class(service, model.protocol)(operation_model).serialize(result)
    return Response(serialized["body"], status=serialized["status_code"], headers=serialized["headers"])


def _read(request: Request, protocol: str, operation_model: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = PROTOCOL_PARSERS[protocol](operation_model).parse(
        {
            "body": request.get_data(cache=True),
            "headers": request.headers,
            "method": request.method,
            "url_params": {},
            "url_path": request.path,
            "values": request.values,
        }
    )
    return {name: value for name, value in parsed.items() if value is not None}
