"""Evidence as files: from the card, by addresses that open once, for the one who asked."""

import re

import httpx
import pytest

from bot.adapters.redis import RedisAddresses
from bot.core.people import Group
from bot.core.signed import examine
from bot.services.evidence import KEPT
from tests.stories.drilling import counted, ended
from tests.stories.fetching import served
from tests.stories.harness import Story


async def asked(story: Story) -> tuple[str, str]:
    """Press Evidence… on the card of a drill; return where its record and its page are."""
    await counted(story)
    await story.requester.types("/aura drill orders-prod")
    await ended(story)
    card = story.approver.card()
    assert card.buttons == ("Evidence…",)
    await story.approver.clicks("Evidence…", in_=card)
    return links(story)


def links(story: Story) -> tuple[str, str]:
    record, page = re.findall(r"<(http[^|>]+)\|", str(story.approver.modal.given))
    return record, page


async def test_the_card_of_what_has_ended_gives_record_and_page_by_addresses_that_open_once(
    story: Story,
) -> None:
    async with served(story), httpx.AsyncClient() as http:
        record, page = await asked(story)
        assert "```" not in str(story.approver.modal)
        assert (await http.head(record)).status_code == 405  # a preview uses nothing up
        got = await http.get(record)
        assert got.headers["Content-Type"].startswith("application/json")
        evidence = examine(got.text).evidence
        name = evidence.operation_id
        assert got.headers["Content-Disposition"] == f'attachment; filename="{name}.json"'
        assert got.headers["Cache-Control"] == "no-store"
        assert (evidence.kind, evidence.outcome) == ("drill", "proven")
        assert (await http.get(record)).status_code == 404
        told = await http.get(page)
        assert told.text.startswith(f"# Drill {name}: proven")
        assert told.headers["Content-Disposition"] == f'attachment; filename="{name}.md"'
        assert (await http.get(page)).status_code == 404


async def test_an_address_opens_nothing_for_whoever_may_not_look_any_more(story: Story) -> None:
    async with served(story), httpx.AsyncClient() as http:
        record, _ = await asked(story)
        story.change_environment(viewers=Group(), operators=Group(), approvers=Group())
        refused = await http.get(record)
        assert refused.status_code == 403
        assert "not for you any more" in refused.text
        assert "evidence.view denied" in await story.audit()


async def test_an_address_of_evidence_is_in_no_channel_log_or_audit_record(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(story), httpx.AsyncClient() as http:
        found = await asked(story)
        await http.get(found[0])
        seen = [str(m) for m in story.messages()] + [str(r) for r in await story.records()]
        said = "\n".join([*seen, *capsys.readouterr()])
        for address in found:
            assert address.rpartition("/")[2] not in said


async def test_an_address_of_evidence_is_over_after_its_minutes(story: Story) -> None:
    async with served(story):
        await asked(story)
        addresses = story.bot.house.world.addresses
        assert isinstance(addresses, RedisAddresses)
        keys = await addresses._redis.keys("sp:address:*")
        assert len(keys) == 2
        for key in keys:
            assert 0 < await addresses._redis.ttl(key) <= KEPT.total_seconds() == 900
