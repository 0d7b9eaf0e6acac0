"""The plays: seven things that happen to teams, each acted to its end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.aura.fleet import CATALOG_PROD, ORDERS_PROD
from sandbox.scenarios.stage import Stage, StageError
from sandbox.slack.cast import (
    APPROVER_ONE,
    APPROVER_TWO,
    OPS_ALERTS,
    OPS_DEVELOPMENT,
    OPS_PRODUCTION,
    REQUESTER,
)
from sandbox.slack.sightings import Seen

COMMAND = "/aura restore orders-prod"


@dataclass(frozen=True, slots=True)
class Play:
    """Something to watch. `kills` when the bot itself is killed in it."""

    name: str
    title: str
    about: str
    run: Callable[[Stage], Awaitable[None]]
    kills: bool = False


async def clean(stage: Stage) -> None:
    """Ask, approve, done."""
    await stage.say(
        "A bad deploy has emptied the carts. The engineer on call wants the data of before back.",
        "You look over the requester's shoulder, in the channel of production.",
    )
    gate = await _ask(stage, told=True)
    _as(stage, APPROVER_ONE, gate)
    await stage.say(
        "Now as an approver, in the thread under the card. The requester could not press this.",
        "Before pressing, one reads what is overwritten with what, and why.",
    )
    await stage.press("Approve", gate)
    await stage.say(
        "First the bot takes a safety snapshot. Only when that is complete does it restore.",
        "The card ticks off each phase; the thread tells the milestones.",
    )
    await _done(stage, gate)
    await stage.say(
        "Done. The last message says who asked, who approved and how long it took.",
        "Undo asks for the safety snapshot back, through the very same gates.",
    )


async def denied(stage: Stage) -> None:
    """Ask, and hear no."""
    gate = await _ask(stage)
    _as(stage, APPROVER_TWO, gate)
    await stage.say(
        "An approver finds that a restore is not needed here.",
        "One denial is enough, and it has to give its reason.",
    )
    await stage.press("Deny…", gate)
    await stage.fill("reason", "Roll the deploy back instead; the data is fine")
    await stage.say(
        "The reason will stand in the thread, for everybody who follows.",
        "So it says what to do instead.",
    )
    await stage.send()
    await _in_thread(stage, gate, "Roll the deploy back")
    _as(stage, REQUESTER, gate)
    await stage.say(
        "The requester reads why, in the thread. Nothing in Aura was touched.",
        "The buttons are gone: a decision is taken once.",
    )


async def race(stage: Stage) -> None:
    """Two approvers press at the same moment."""
    gate = await _ask(stage)
    _as(stage, APPROVER_ONE, gate)
    await stage.say(
        "Two approvers have this thread open, and both press Approve at the same moment.",
        "One approval is needed. You look as the first of them.",
    )
    before = {user: len(stage.person(user).whispers) for user in (APPROVER_ONE, APPROVER_TWO)}
    await stage.aim("Approve")
    await asyncio.gather(*(stage.person(user).clicks("Approve", gate) for user in before))

    def late() -> str | None:
        whispered = [u for u in before if len(stage.person(u).whispers) > before[u]]
        return whispered[0] if whispered else None

    loser = await stage.until(late, "nobody was told that the other was faster")
    _as(stage, loser, gate)
    await stage.say(
        "Only one of them can be first. The other is told so, in a whisper nobody else sees.",
        "You now look as the one who came second: “Only visible to you”.",
    )
    await _done(stage, gate)
    await stage.say(
        "One approval, one restore.", "The last message names the approver who was first."
    )


async def crash(stage: Stage) -> None:
    """Kill the bot in the middle of a restore."""
    if stage.crash is None:
        raise StageError("This sandbox has no bot of its own that could be killed.")
    before = len(stage.aura.restores)
    gate = await _ask(stage)
    _as(stage, APPROVER_ONE, gate)
    await stage.say(
        "An approver agrees. When Aura has accepted the restore, the bot will be killed.",
        "Really killed: SIGKILL to its process, in the middle of its work.",
    )
    await stage.press("Approve", gate)
    await _in_thread(stage, gate, "accepted the restore")
    await asyncio.sleep(0.8)  # whoever dies in mid-sentence says the rest only minutes later
    killing = asyncio.ensure_future(stage.crash())
    await stage.say(
        "The bot is dead, and Aura works on. It is being started again now.",
        "What it was about to do, it had written down first.",
    )
    await killing
    await stage.say(
        "The bot is back. It has read its notes and asks Aura how it stands.",
        "It does not send the restore again: that could overwrite what came after.",
    )
    await _done(stage, gate)
    sent = len(stage.aura.restores) - before
    await stage.say(
        f"Done, as if nothing had happened. Aura counts {sent} restore call{'s'[: sent != 1]}.",
        "The timeline in the control room shows the kill and what came after.",
    )


async def aura_down(stage: Stage) -> None:
    """Aura is down for a while."""
    gate = await _ask(stage)
    _as(stage, APPROVER_ONE, gate)
    stage.switch("aura", "unavailable", on=True)
    await stage.say(
        "Aura has gone down: every call ends in 500, 502, 503 or 504. Somebody approves just then.",
        "At the top: one fault is on.",
    )
    await stage.press("Approve", gate)
    await stage.say(
        "The approval counts. The bot looks again and again, and begins nothing meanwhile.",
        "The card keeps its phase. Nobody has to ask anew.",
    )
    await stage.say("Minutes pass. In here, only seconds.", "Then Aura comes back.")
    stage.switch("aura", "unavailable", on=False)
    await stage.say(
        "Aura answers again, and the restore goes on by itself.",
        "Safety snapshot first, as always.",
    )
    await _done(stage, gate)
    await stage.say("Done, only later.", "Nobody had to do anything a second time.")


async def wrong_target(stage: Stage) -> None:
    """Two ways to mean the wrong instance, both caught."""
    stage.scene(REQUESTER, OPS_DEVELOPMENT)
    before = len(stage.aura.restores)
    await stage.say(
        "Two instances bear the name “sandbox”. Somebody wants to restore one of them.",
        "A name that fits two is never guessed at.",
    )
    whispered = len(stage.person().whispers)
    await stage.types("/aura restore sandbox")
    await stage.until(
        lambda: stage.person().modal or len(stage.person().whispers) > whispered,
        "nobody said which ones there are",
    )
    await stage.say(
        "The bot does not guess. It names the ids of both, and asks for one of them.",
        "Nothing was asked for, nothing was changed.",
    )
    await stage.close()
    stage.scene(REQUESTER, OPS_PRODUCTION)
    await stage.say(
        "Next: the form for orders-prod, but with catalog-prod in mind.",
        "Production asks for the last characters of the id, to make sure.",
    )
    await stage.types(COMMAND)
    await stage.fill("reason", "The catalogue shows wrong prices")
    await stage.fill("word", "RESTORE")
    await stage.fill("suffix", CATALOG_PROD[-4:])
    if not await stage.send():
        raise StageError("The form was taken, though it names another instance.")
    await stage.say(
        "Refused at the field: these are the characters of another instance.",
        "No request was made, nobody was disturbed.",
    )
    await stage.close()
    if len(stage.aura.restores) != before:
        raise StageError("A restore was sent, though nothing should have been.")
    await stage.say("Both mistakes ended where they began.", "Nothing in Aura was touched.")


async def behind_our_back(stage: Stage) -> None:
    """Somebody restores from the console, and the bot notices."""
    stage.scene(APPROVER_ONE, OPS_ALERTS)
    known = {message.ts for message in stage.person().sees(OPS_ALERTS)}

    def alerts(words: str) -> list[Seen]:
        fresh = [m for m in stage.person().sees(OPS_ALERTS) if m.ts not in known]
        return [m for m in fresh if words in m.text]

    stage.aura.set_status(CATALOG_PROD, "restoring", for_seconds=80)
    await stage.say(
        "Somebody has just restored catalog-prod in the Aura console, and told nobody.",
        "The bot looks at each watched instance now and then; here twice a minute.",
    )
    [alert] = await stage.until(lambda: alerts("catalog-prod"), "nobody noticed")
    stage.scene(APPROVER_ONE, OPS_ALERTS, thread=alert.ts)
    await stage.say(
        "It has noticed: one alert, with what it means and what to do.",
        "Acknowledge, take it, or silence it; it calls again only while it stays open.",
    )
    await stage.until(lambda: alerts("Over"), "the alert never ended")
    await stage.say("It is over, and the same thread says so.", "What was replaced stays replaced.")


PLAYS = (
    Play("clean", "A clean restore", "Asked, approved by somebody else, done.", clean),
    Play("denied", "Denied", "An approver says no, and why.", denied),
    Play("race", "Two approvers at once", "Both press at the same moment; one is first.", race),
    Play(
        "crash",
        "A crash in the middle",
        "The bot is killed during a restore and started again.",
        crash,
        kills=True,
    ),
    Play("aura-down", "Aura is down", "Errors for a while; it waits and goes on.", aura_down),
    Play(
        "wrong-target",
        "The wrong target",
        "An ambiguous name and a wrong id, both refused.",
        wrong_target,
    ),
    Play("behind", "Behind our back", "A restore by the console is noticed.", behind_our_back),
)


async def _ask(stage: Stage, *, told: bool = False) -> Seen:
    """Ask for a restore of orders-prod; the message with the buttons comes back."""
    stage.scene(REQUESTER, OPS_PRODUCTION)
    known = {message.ts for message in _asking(stage)}
    if not told:
        await stage.say("The requester asks for a restore.", "The form opens at once.")
    await stage.types(COMMAND)
    await stage.form("reason")
    if told:
        await stage.say(
            "The form opens at once and fills in the facts: what is lost, and since when.",
            "It wants a reason, the word RESTORE, and the end of the instance's id.",
        )
    await stage.fill("reason", "Bad deploy at 07:30 emptied the carts")
    await stage.fill("word", "RESTORE")
    await stage.fill("suffix", ORDERS_PROD[-4:])
    if await stage.send():
        raise StageError("The form was refused: something else is going on with orders-prod.")
    found = await stage.until(
        lambda: [m for m in _asking(stage) if m.ts not in known],
        "no request appeared; perhaps another one is under way on orders-prod",
    )
    await stage.close()
    return found[-1]


def _asking(stage: Stage) -> list[Seen]:
    seen = stage.person(REQUESTER).sees(OPS_PRODUCTION)
    return [message for message in seen if "Approve" in message.buttons]


def _as(stage: Stage, user: str, gate: Seen) -> None:
    stage.scene(user, gate.channel, thread=gate.thread_ts or gate.ts)


async def _in_thread(stage: Stage, gate: Seen, words: str) -> None:
    def said() -> bool:
        replies = stage.person(REQUESTER).sees(gate.channel, gate.thread_ts or gate.ts)
        return any(words in message.text for message in replies)

    await stage.until(said, f"the thread never said “{words}”")


async def _done(stage: Stage, gate: Seen) -> None:
    """Wait for the message that offers the way back."""

    def ended() -> bool:
        replies = stage.person(REQUESTER).sees(gate.channel, gate.thread_ts or gate.ts)
        return any("Undo…" in message.buttons for message in replies)

    await stage.until(ended, "the restore did not come to its end")
