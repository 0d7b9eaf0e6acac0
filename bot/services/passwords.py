"""First passwords of clones: to the place that the configuration names, or shown once.

Aura tells it once, in the answer to the one call. It never enters an operation, a message, a log
or the audit log; what is kept of it is where it went, and that it was shown.
"""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from pydantic import SecretStr, TypeAdapter

from bot.core.audit import Verdict
from bot.core.base import InstanceId, OperationId
from bot.core.errors import AlreadyDecided, NotAllowed, PasswordNotKept, UnknownOperation
from bot.core.operations import Clone
from bot.core.operations import events as e
from bot.core.people import Person
from bot.core.policy import Role
from bot.ports import Created, FirstPassword
from bot.services.gate import Gate
from bot.services.record import keep
from bot.services.world import World

log = structlog.get_logger(__name__)

#: How long a password waits for the one look at it.
WAITS = timedelta(minutes=15)
_ACTION = "password.show"
_TEXTS: TypeAdapter[Mapping[str, str]] = TypeAdapter(Mapping[str, str])


class FirstPasswords:
    """Hands first passwords over."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    async def accepted(self, made: Created, operation_id: OperationId) -> e.CloneAccepted:
        """Put the password where it belongs, and return the event that says where.

        A place that does not take it is no reason to lose it: then it is shown once instead.
        """
        first = FirstPassword(
            instance_id=made.instance_id,
            name=made.name,
            url=made.connection_url,
            username=made.username,
            password=made.password,
        )
        event = e.CloneAccepted(clone_id=made.instance_id, request_id=made.request_id)
        place = self._world.passwords
        if place is not None:
            try:
                return event.model_copy(update={"place": await place.keep(first)})
            except PasswordNotKept as trouble:
                log.error("first password not kept", why=trouble.summary)
                event = event.model_copy(update={"trouble": trouble.summary})
        until = self._world.clock.now() + WAITS
        await self._put(first, operation_id, WAITS.total_seconds())
        return event.model_copy(update={"once_until": until})

    async def adopted(self, clone_id: InstanceId, operation_id: OperationId) -> e.CloneAccepted:
        """Return the event of a clone that was found by its name, and where its password is.

        The bot may have stopped after it had handed the password on, so it is looked for.
        """
        event = e.CloneAccepted(clone_id=clone_id, adopted=True)
        waiting = await self._world.secrets.get(_key(operation_id))
        if waiting is not None:  # nobody was told of it yet, so its time begins now
            await self._world.secrets.put(_key(operation_id), waiting, ttl=WAITS.total_seconds())
            return event.model_copy(update={"once_until": self._world.clock.now() + WAITS})
        place = self._world.passwords
        if place is None:
            return event
        there, words = await place.has(clone_id), place.where(clone_id)
        return event.model_copy(
            update={"place": words if there else "", "perhaps": words if there is None else ""}
        )

    async def show(self, person: Person, operation_id: OperationId) -> FirstPassword:
        """Give the password to its requester, once; raises NotAllowed or AlreadyDecided.

        That it was shown stands in the audit log before it is.
        """
        op = await self._world.operations.get(operation_id)
        if not isinstance(op, Clone):
            raise UnknownOperation(f"there is no clone “{operation_id[:40]}”")
        if op.requester != person:
            refusal = NotAllowed("only who asked for the clone may see its first password")
            denied = Verdict.DENIED
            await keep(self._world, op, _ACTION, person, verdict=denied, why=refusal.summary)
            raise refusal
        await self._gate.require(
            person,
            Role.OPERATOR,
            self._world.estate.environment(op.environment),
            action=_ACTION,
            instance=op.plan.instance,
        )
        if await self._world.secrets.get(_key(op.id)) is None:
            raise _over()
        await keep(self._world, op, _ACTION, person)
        sealed = await self._world.secrets.take(_key(op.id))
        if sealed is None:
            raise _over()
        return _opened(sealed)

    async def put_back(self, operation_id: OperationId, first: FirstPassword) -> None:
        """Keep it for what is left of its time: the view that was to show it had gone."""
        op = await self._world.operations.get(operation_id)
        until = op.accepted.once_until if isinstance(op, Clone) and op.accepted else None
        left = (until - self._world.clock.now()).total_seconds() if until else 0.0
        if left > 0:
            await self._put(first, operation_id, left)

    async def _put(self, first: FirstPassword, operation_id: OperationId, ttl: float) -> None:
        texts = first.model_dump() | {"password": first.password.get_secret_value()}
        sealed = SecretStr(_TEXTS.dump_json(texts).decode())
        await self._world.secrets.put(_key(operation_id), sealed, ttl=ttl)


def _opened(sealed: SecretStr) -> FirstPassword:
    return FirstPassword.model_validate(_TEXTS.validate_json(sealed.get_secret_value()))


def _key(operation_id: OperationId) -> str:
    return f"first-{operation_id}"


def _over() -> AlreadyDecided:
    return AlreadyDecided(
        "this password has been shown already, or its 15 minutes are over",
        hint="I do not have it any more, and Aura tells it only once. If nobody has it, delete the "
        "instance in the Aura console and clone again.",
    )
