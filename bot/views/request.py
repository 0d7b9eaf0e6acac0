"""What every message about a request shows: its warnings, direction, place and approvals."""

from bot.core.instances import Instance
from bot.core.operations import Asked, Gated
from bot.views.asked import Told
from bot.views.freezes import frozen
from bot.views.graph import lost
from bot.views.kinds import words
from bot.views.kit import Block, bold, clean, code, moment, section, user
from bot.views.words import people, quote, size


def waiver(op: Asked) -> list[Block]:
    """Warn that there will be no safety snapshot, or nothing when there is one."""
    waived = op.plan.waiver if isinstance(op, Gated) else None
    if waived is None:
        return []
    return [
        section(
            f"⚠ *No safety snapshot:* {clean(waived.obstacle)}. "
            f"{user(op.requester.user_id)} asks to go ahead without one:\n{quote(waived.reason)}"
        )
    ]


def unsafe(op: Asked) -> bool:
    """Whether there will be no safety snapshot where one belongs."""
    return isinstance(op, Gated) and op.plan.waiver is not None


def stand(told: Told) -> list[Block]:
    """Show what was told, the words of others set apart."""
    if not told.quoted:
        return [section(f"{told.happened} {told.data}\n{told.next}")]
    return [section(f"{told.happened}\n{told.quoted}"), section(f"{told.data}\n{told.next}")]


def direction(op: Asked) -> list[Block]:
    """Spell out from where to where data flows, what is lost, and what else speaks against it."""
    said = words(op)
    loss = lost(op.plan.loss, asked=True) if isinstance(op, Gated) else []
    notes = [*_unproven(op), *frozen(op.plan.freeze), *said.notes(op)]
    return [section(said.direction(op)), *loss, *notes]


def _unproven(op: Asked) -> list[Block]:
    """Tell who decides that the last drill did not prove what is restored."""
    doubt = op.plan.doubt if isinstance(op, Gated) else None
    if doubt is None:
        return []
    return [
        section(
            f"⚠ *The last drill did not prove that this can be restored:* "
            f"{clean(doubt.outcome, 40)}, {moment(doubt.at)}, {code(doubt.drill)}."
        )
    ]


def cdc(op: Asked) -> list[Block]:
    """Warn of change data capture, or nothing when it is off or nothing is replaced.

    After a restore earlier change ids are invalid
    (https://neo4j.com/docs/cdc/current/backup-restore/).
    """
    if not isinstance(op, Gated) or not op.plan.instance.cdc_on:
        return []
    mode = clean(op.plan.instance.cdc_mode or "", 20)
    return [
        section(
            f"⚠ *Change data capture is on ({mode}).* A restore makes earlier change ids invalid: "
            "consumers stop, or miss changes in silence, until they are set up anew."
        )
    ]


def place(op: Asked) -> str:
    """Say where the instance stands: environment, project and size."""
    plan, instance = op.plan, op.plan.instance
    parts = [
        f"Environment {bold(plan.environment, 60)}",
        f"project {clean(plan.project.name, 80)} {code(plan.project.id, 60)}",
    ]
    parts += [size(instance)] if isinstance(instance, Instance) else []
    return " · ".join(parts)


def approvals(op: Asked) -> str:
    """Count the approvals and name who gave them."""
    given = f"{len(op.approvers)} of {op.plan.quorum}"
    return f"{given}: {people(op.approvers)}" if op.approvers else given
