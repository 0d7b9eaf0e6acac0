"""The views of the vault once, with one text from outside put wherever the outside has a say."""

from collections.abc import Iterator
from datetime import timedelta

from bot.core.operations import AnyOperation, advance
from bot.core.operations import events as e
from bot.core.vault import (
    Check,
    Contents,
    Debris,
    Encryption,
    Expiry,
    Export,
    Hold,
    Keep,
    Protection,
)
from bot.views import vault
from bot.views.kit import Message
from tests.core.operations.test_vault_machines import approved, holding, verification
from tests.core.samples import APPROVER
from tests.core.vault.samples import DIGESTS, NOW, export


def exports(said: str, count: int) -> tuple[Export, ...]:
    """Many exports, each with the text in every place it can take."""
    found = []
    for n in range(count):
        plain = export(taken=NOW - n * timedelta(days=40))
        words = {"instance_name": said, "why": said, "by": said, "notes": (said,) * 12}
        seal = Encryption(scheme=said, recipients=(said,) * 6, plain=DIGESTS)
        more = {**words, "environment": said, "tier": said, "version": said, "encryption": seal}
        found.append(
            Export(
                manifest=plain.manifest.model_copy(update=more),
                hold=Hold(at=NOW, why=said, by=said) if n % 2 else None,
                check=Check(at=NOW, sound=False, why=said) if n % 3 else None,
            )
        )
    return tuple(found)


def operations(said: str) -> Iterator[AnyOperation]:
    """Both machines of the vault at each turn of their lives."""
    failed = e.StepFailed(reason=said, hint=said)
    asked = holding()
    facts = asked.plan.instance.model_copy(update={"name": said})
    release = {"release": True, "held": Hold(at=NOW, why=said, by=said)}
    plain = asked.plan.model_copy(update={"reason": said, "instance": facts})
    yield asked.model_copy(update={"plan": plain})
    op = asked.model_copy(update={"plan": plain.model_copy(update=release)})
    yield op
    yield advance(op, e.Denied(by=APPROVER, reason=said), now=NOW)
    yield advance(op, e.Expired(), now=NOW)
    agreed = approved(op)
    yield advance(agreed, e.HoldChanged(), now=NOW)
    yield advance(agreed, e.Voided(differences=(said,) * 20), now=NOW)
    yield advance(agreed, failed, now=NOW)
    reading = verification()
    plan_of = reading.plan.model_copy(update={"instance": facts})
    reading = reading.model_copy(update={"plan": plan_of})
    yield reading
    reading = advance(reading, e.ReadingBegun(), now=NOW)
    yield reading
    yield advance(reading, e.ReadSoFar(done=300), now=NOW)
    yield advance(reading, e.FoundWhole(), now=NOW)
    yield advance(reading, failed, now=NOW)


def views(said: str, *, many: int) -> Iterator[tuple[str, Message]]:
    """Yield each view by name."""
    found = exports(said, many)
    debris = tuple(
        Debris(name=f"{n} {said}", size=n, since=NOW, claimed=bool(n % 2), why=said)
        for n in range(many)
    )
    contents = Contents(exports=found, debris=debris, unreadable=(said,) * many)
    place = Protection(place=said, versioning=True, object_lock=None, why=said)
    yield "vault", vault.listing(contents, now=NOW)
    yield "empty vault", vault.listing(Contents(), now=NOW)
    for each in found[:4]:
        yield "export", vault.shown(each, place, now=NOW)
    rules = {said: Keep(daily=0, weekly=0, monthly=0, copies=1)}
    later = NOW + timedelta(days=99)
    yield "expiry", vault.expiry(Expiry.of(contents, rules, later), asked=True, now=NOW)
    yield "no expiry", vault.expiry(Expiry.of(contents, {}, NOW), asked=False, now=NOW)
