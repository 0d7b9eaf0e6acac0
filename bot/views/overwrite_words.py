"""What an overwrite says in its own words: which instance gives, and which one loses."""

from bot.core.operations import Overwrite
from bot.core.overwriting import contrasts
from bot.views.asked import Words, flow
from bot.views.kit import Block, bold, clean, code, moment, section, span
from bot.views.words import bullets, called, environment_name, flat, leaving, profile


def _old(op: Overwrite) -> str:
    return span(max(0.0, (op.plan.created_at - op.plan.snapshot.taken_at).total_seconds()))


def _from(op: Overwrite) -> str:
    snapshot = op.plan.snapshot
    return (
        f"snapshot {code(snapshot.id, 80)} of {called(op.plan.source)}, "
        f"taken {moment(snapshot.taken_at)},"
    )


def _direction(op: Overwrite) -> str:
    return flow(
        op,
        _from(op),
        present=f"\nLost is *all* that {bold(op.plan.instance.name, 80)} holds: this is another "
        "instance's data, not an older state of its own.",
        former=": all that it held, since this is another instance's data",
    )


def _source(op: Overwrite) -> list[tuple[str, str]]:
    plan = op.plan
    return [
        ("Source", f"{called(plan.source)}\n{environment_name(plan.source_environment)}"),
        (
            "Snapshot",
            f"{code(plan.snapshot.id, 80)}\n{moment(plan.snapshot.taken_at)} · "
            f"{profile(plan.snapshot)}",
        ),
        ("Snapshot's age when asked", _old(op)),
    ]


def _question(op: Overwrite) -> str:
    plan = op.plan
    return (
        f"All data in {flat(plan.instance.name, 40)} ({flat(plan.instance.id, 20)}, "
        f"{flat(plan.environment, 20)}) is replaced by data of {flat(plan.source.name, 40)} "
        f"({flat(plan.source.id, 20)}) of {moment(plan.snapshot.taken_at)}."
    )


def _holds(op: Overwrite) -> str:
    return f"It holds the data of {called(op.plan.source)} of {moment(op.plan.snapshot.taken_at)}."


def _command(op: Overwrite) -> str:
    target, source = clean(op.instance_id, 40), clean(op.plan.source.id, 40)
    return f"/aura overwrite {target} --from {source} {clean(op.plan.snapshot.id, 80)}"


def _notes(op: Overwrite) -> list[Block]:
    """Say what differs, and where data would leave its environment."""
    plan = op.plan
    found = leaving(plan.source_environment, plan.environment, plan.instance)
    if differing := contrasts(plan.instance, plan.source):
        found.append(section(f"Source → target:\n{bullets(differing)}"))
    return found


OVERWRITE = Words(
    of="overwrite of {}",
    ask="to overwrite {}",
    doing="overwriting {}",
    done="Overwrote {}",
    past="overwritten",
    gone="What it held before is gone from it.",
    direction=_direction,
    holds=_holds,
    source=_source,
    title="Overwrite {}",
    question=_question,
    command=_command,
    notes=_notes,
)
