"""`functions.*`: how a custom step of a workflow says that it is done.

Source: https://docs.slack.dev/reference/methods/functions.completeSuccess
"""

from sandbox.slack.api import Api, Args, Endpoint
from sandbox.slack.wire import Payload, SlackError
from sandbox.slack.world import Execution


def _running(api: Api, args: Args) -> Execution:
    found = api.world.executions.get(args.need("function_execution_id"))
    if found is None:
        raise SlackError("function_execution_not_found")
    if found.ended:
        raise SlackError("function_execution_already_completed")
    return found


def succeed(api: Api, args: Args) -> Payload:
    """`functions.completeSuccess`."""
    execution = _running(api, args)
    outputs = args.json("outputs", "invalid_arguments")
    if not isinstance(outputs, dict):
        raise SlackError("parameter_validation_failed")
    execution.outputs = outputs
    return {}


def fail(api: Api, args: Args) -> Payload:
    """`functions.completeError`."""
    execution = _running(api, args)
    execution.error = args.need("error")
    return {}


ENDPOINTS = {
    "functions.completeSuccess": Endpoint(succeed),
    "functions.completeError": Endpoint(fail),
}
