"""The quarter as it is lived, and what is left of it."""

from dataclasses import dataclass
from pathlib import Path

from bot.core.base import TeamId, UserId
from bot.core.operations import AnyOperation
from bot.core.people import Person
from bot.core.report_lines import Report
from bot.services.reports import Period
from sandbox.slack import cast as slack
from tests.quarter import board, fleet
from tests.quarter.almanac import CLOSING, OPENING
from tests.quarter.board import Board
from tests.quarter.faults import DEPLOYS, FAULTS, KILLS
from tests.quarter.quarter import Deed, Quarter, opened
from tests.quarter.witness import Witness

REQUESTER = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.REQUESTER))


@dataclass(frozen=True, kw_only=True)
class Lived:
    """What is left of the quarter: what the bot says of itself, and what the doubles saw."""

    operations: list[AnyOperation]
    reports: dict[str, Report]
    board: Board
    witness: Witness
    vault: Path
    killed: int


async def live(url: str, folder: Path) -> Lived:
    """Live through the quarter on an empty store; what is to be kept goes into the folder."""
    async with opened(url, folder) as quarter:
        deeds = [deed for fault in FAULTS for deed in fault.deeds]
        deeds += [(at, _kill(creates)) for at, creates in KILLS.items()]
        deeds += [(at, _deploy(number)) for at, number in DEPLOYS.items()]
        await quarter.live(deeds, [at for fault in FAULTS for at in fault.moments])
        return Lived(
            operations=await quarter.operations(),
            reports=await _reports(quarter),
            board=board.read(quarter.slack),
            witness=quarter.witness,
            vault=folder / "vault",
            killed=quarter.killed,
        )


def _kill(creates: int) -> Deed:
    return lambda quarter: quarter.kill_first(creates=creates)


def _deploy(number: int) -> Deed:
    async def deed(quarter: Quarter) -> None:
        await quarter.house.schedules.deployed(REQUESTER, fleet.DEVELOPMENT.ids[number], "v1")
        await quarter.settle()

    return deed


async def _reports(quarter: Quarter) -> dict[str, Report]:
    within = Period(since=OPENING.date(), until=CLOSING.date())
    found = {}
    for environment in fleet.ENVIRONMENTS:
        subject = f"{environment.name}:{within.since}:{within.until}"
        found[environment.name] = await quarter.house.reports.again(subject)
    return found
