"""Asking for a decision: the buttons in the thread, and direct messages to approvers."""

import structlog

from bot.core.base import ChannelId, UserId
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.operations import Asked, Phase
from bot.core.people import ineligible
from bot.core.seal import seal
from bot.services.gate import Gate
from bot.services.turn import Turn
from bot.services.wanted import at
from bot.services.world import World
from bot.views import operations as views

log = structlog.get_logger(__name__)

#: So many approvers get a direct message; the thread reaches the rest.
MOST_INVITATIONS = 10
#: So many are asked about at Slack until there are as many as that who may approve.
MOST_LOOKED_AT = 50


async def ask(world: World, gate: Gate, turn: Turn, op: Asked) -> None:
    """Post what is missing for a decision, as long as one is awaited."""
    if turn.card.root is None or op.phase is not Phase.AWAITING_APPROVAL:
        return
    if turn.card.gate is None:
        message = views.gate(op, now=at(op))
        ref = await turn.say(op.channel, message, thread_ts=turn.thread)
        if ref is not None:
            await turn.note(gate=ref, shown={ref.ts: seal(message)})
    named = await _named(world, gate, op)
    invited = await _eligible(world, named)
    for user_id in invited:
        if user_id in turn.card.copies:
            continue
        message = views.invitation(op, link=turn.card.link)
        try:
            ref = await turn.send(ChannelId(user_id), message)
        except ChatUnavailable:
            raise
        except ChatFailed as refusal:
            log.warning("invitation refused", code=refusal.code)
            continue
        copies = {**turn.card.copies, user_id: ref}
        await turn.note(copies=copies, shown={ref.ts: seal(message)})
    if len(invited) == MOST_INVITATIONS < len(named) and turn.card.others is None:
        line = views.others(len(invited), len(named))
        ref = await turn.say(op.channel, line, thread_ts=turn.thread)
        if ref is not None:
            await turn.note(others=ref)


async def _named(world: World, gate: Gate, op: Asked) -> list[UserId]:
    """Return who is on the list of approvers, without the requester."""
    try:
        roster = await gate.roster(world.estate.environment(op.environment), live=False)
    except ChatUnavailable:
        raise
    except ChatFailed as trouble:
        log.warning("no invitations", code=trouble.code)
        return []
    return sorted(roster.approvers - {op.requester.user_id})


async def _eligible(world: World, named: list[UserId]) -> list[UserId]:
    """Return the first MOST_INVITATIONS of them who may approve."""
    found: list[UserId] = []
    for user_id in named[:MOST_LOOKED_AT]:
        if len(found) < MOST_INVITATIONS and await _may_come(world, user_id):
            found.append(user_id)
    return found


async def _may_come(world: World, user_id: UserId) -> bool:
    try:
        standing = await world.directory.standing(user_id, live=False)
    except ChatUnavailable:
        raise
    except ChatFailed as unknown:  # such as a slip in the list: the others come
        log.warning("no invitation", user=user_id, code=unknown.code)
        return False
    return ineligible(standing) is None
