"""Evidence: each ended operation leaves one signed record, made once and never again.

The record hangs on an entry of the audit log that is appended for it, and whose digest holds all
that came before: who changes either breaks both.
"""

from datetime import timedelta

import structlog
from pydantic import SecretStr

from bot.core.audit import Verdict
from bot.core.base import OperationId, TeamId, UserId
from bot.core.errors import BotError, IllegalTransition, NotAllowed, UnknownOperation
from bot.core.evidence import AuditLink
from bot.core.graph.fingerprint import Fingerprint, Moment
from bot.core.operations import AnyOperation, Drill, Gated
from bot.core.operations.witness import attest
from bot.core.people import Person
from bot.core.policy import Role
from bot.core.signed import Checked, examine, signed
from bot.ports.addresses import Opened, Purpose
from bot.services.gate import Gate
from bot.services.record import keep
from bot.services.world import World
from bot.views.evidence import page
from bot.views.evidence_window import Links

#: How long an address of a record works.
KEPT = timedelta(minutes=15)
#: What is fetched, by the suffix of its name.
RECORD, PAGE = "json", "md"

log = structlog.get_logger(__name__)


class EvidenceRoom:
    """Makes, keeps and shows the records. Without a key nothing is signed and nothing is kept."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate
        self._key = world.evidence_key

    async def show(self, person: Person, operation_id: str) -> tuple[Checked, str, Links | None]:
        """Return the record of an operation, its file, and where both can be fetched.

        For somebody who may look at it; there are no addresses where the bot has no public one.
        """
        checked, file = await self._seen(person, operation_id)
        record = await self._address(person, operation_id, RECORD)
        told = await self._address(person, operation_id, PAGE)
        if record is None or told is None:
            return checked, file, None
        minutes = int(KEPT.total_seconds() // 60)
        links = Links(record=SecretStr(record), page=SecretStr(told), minutes=minutes)
        return checked, file, links

    async def fetched(self, subject: str) -> tuple[str, str]:
        """Return name and text of what an address stands for.

        Whose address it is may have to leave meanwhile: they are looked at again. Raises as `show`.
        """
        suffix, team_id, user_id, operation_id = subject.split(":", 3)
        person = Person(team_id=TeamId(team_id), user_id=UserId(user_id))
        checked, file = await self._seen(person, operation_id)
        told = file if suffix == RECORD else page(checked.evidence, public_key=checked.public_key)
        return f"{checked.evidence.operation_id}.{suffix}", told

    async def _address(self, person: Person, operation_id: str, suffix: str) -> str | None:
        subject = f"evidence:{suffix}:{person.team_id}:{person.user_id}:{operation_id}"
        opened = Opened(purpose=Purpose.FETCH, subject=subject)
        return await self._world.addresses.make(opened, kept=KEPT)

    async def _seen(self, person: Person, operation_id: str) -> tuple[Checked, str]:
        op = await self._world.operations.get(OperationId(operation_id))
        if op is None:
            raise UnknownOperation(f"there is no job “{operation_id[:40]}”")
        environment = self._world.estate.environment(op.environment)
        await self._gate.require(
            person, Role.VIEWER, environment, action="evidence.view", instance=op.plan.instance
        )
        file = await self.file(op)
        return examine(file), file

    async def file(self, op: AnyOperation) -> str:
        """Return the signed file of an ended operation, made now if it is not there yet.

        Raises NotAllowed where no key is configured, IllegalTransition before the end.
        """
        kept = await self._world.records.get(op.id)
        if kept is not None:
            return kept
        if self._key is None:
            raise NotAllowed(
                "no key for evidence is configured, so nothing was signed",
                hint="Whoever runs Savepoint makes one with `savepoint evidence key`.",
            )
        if not op.final:
            raise IllegalTransition(f"{op.id} has not ended, so nothing can be said of it yet")
        before, after = await self._fingerprints(op)
        entry = await keep(
            self._world, op, f"{op.kind}.evidence", None, verdict=Verdict.DONE, why=str(op.phase)
        )
        link = AuditLink(number=entry.number, digest=entry.digest)
        record = attest(op, audit=link, before=before, after=after)
        return await self._world.records.keep(op.id, signed(record, self._key))

    async def deposit(self, op: AnyOperation) -> bool:
        """Make the record of a restore or a drill that has just ended, and bring it to the vault.

        Returns False when that must be tried again. Of a request that came to nothing a record is
        made when somebody asks for it.
        """
        ran = isinstance(op, Drill) or (isinstance(op, Gated) and op.touched)
        if self._key is None or not ran:
            return True
        try:
            file = await self.file(op)
            if self._world.vault is not None:
                record = examine(file)
                told = page(record.evidence, public_key=record.public_key)
                await self._world.vault.record(op.id, file, told)
        except BotError as trouble:
            log.warning("evidence follows", why=trouble.summary)
            return False
        return True

    async def _fingerprints(
        self, op: AnyOperation
    ) -> tuple[Fingerprint | None, Fingerprint | None]:
        """Return what was counted before and after, as far as the catalogue knows.

        Before a drill is what its graph was held against: counted when the snapshot was taken.
        """
        if isinstance(op, Drill):
            return op.baseline, op.fingerprint
        kept = await self._world.fingerprints.of(op.instance_id)
        mine = {k.moment: k.fingerprint for k in reversed(kept) if k.operation_id == op.id}
        return mine.get(Moment.BEFORE), mine.get(Moment.AFTER)
