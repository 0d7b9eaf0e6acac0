"""The instances on the Home tab: each with clocks, runs and two buttons; filtered, paged."""

from datetime import datetime

from bot.core.board import ALL, ATTENTION, PAGE, Page, Part, Row, Run
from bot.core.instances import Instance
from bot.core.snapshots import SEARCH_DAYS
from bot.views.clocks import line as clock_line
from bot.views.drill_words import last_line
from bot.views.ids import Action
from bot.views.kit import (
    Block,
    actions,
    ago,
    button,
    clean,
    context,
    header,
    moment,
    plain,
    section,
)
from bot.views.words import called, count, environment_name, flat

#: Options of a select: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
_OPTIONS = 100


def instances(page: Page, *, now: datetime) -> list[Block]:
    """Return the page: what to choose, its instances by environment, and the way to the others."""
    blocks: list[Block] = [header("Instances")]
    if not page.parts or not page.parts[0].instances:
        return [*blocks, section("I see no instances that you may look at.")]
    blocks.append(_choice(page))
    if not page.rows:
        blocks.append(section("✅ No watched instance needs anybody at the moment."))
    if page.place.part == ATTENTION and page.unwatched:
        blind = "1 instance is" if page.unwatched == 1 else f"{page.unwatched} instances are"
        blocks.append(context(f"{blind} not watched, so of those this says little."))
    named: str | None = ""
    for row in page.rows:
        if row.environment != named:
            named = row.environment
            blocks.append(section(f"*{environment_name(named)}*"))
        blocks.append(section(_row(row, now)))
        if row.environment is not None:
            blocks.append(_act(row))
    return [*blocks, *_pages(page)]


def _choice(page: Page) -> Block:
    options = [{"text": plain(_part(part)), "value": part.key} for part in page.parts[:_OPTIONS]]
    chosen = next((o for o in options if o["value"] == page.place.part), options[0])
    select: Block = {
        "type": "static_select",
        "action_id": Action.HOME_PART.value,
        "placeholder": plain("Which instances"),
        "options": options,
        "initial_option": chosen,
    }
    # a new id whenever another part is shown, else Slack keeps showing what was chosen before
    return actions(
        f"home.choice.{page.place.part}",
        select,
        button("Restore an instance…", Action.OPEN_RESTORE),
    )


def _part(part: Part) -> str:
    names = {ALL: "All instances", ATTENTION: "Needs attention"}
    return (
        f"{names.get(part.key) or flat(environment_name(part.environment), 60)} · {part.instances}"
    )


def _row(row: Row, now: datetime) -> str:
    """Show an instance in a few lines: what it is, its clocks, its runs, what speaks against it."""
    instance = row.instance
    head = [f"{'🟠' if row.needs_somebody else '•'} {called(instance)}"]
    if isinstance(instance, Instance):
        seen = f", seen {ago(row.seen_at, now)}" if row.seen_at and row.old(now) else ""
        head += [clean(instance.tier_name, 40), f"{clean(instance.status, 30)}{seen}"]
    if not row.clocks:
        head.append(_newest(row, now))
    if row.alerts:
        head.append(count(row.alerts, "open alert"))
    lines = [" · ".join(head)]
    if row.clocks:
        lines.append(clock_line(row.clocks))
    if runs := _runs(row, now):
        lines.append(runs)
    if row.drill and not row.drill.outcome.proves:
        lines.append(last_line(row.drill, now))
    if row.trouble:
        lines.append(f"⚠ {clean(row.trouble, 160)}")
    return "\n".join(lines)


def _newest(row: Row, now: datetime) -> str:
    if row.newest_at is not None:
        return f"newest snapshot {ago(row.newest_at, now)}"
    known = isinstance(row.instance, Instance) and not row.trouble
    return f"no snapshot in {SEARCH_DAYS} days" if known else "newest snapshot unknown"


def _runs(row: Row, now: datetime) -> str:
    parts = []
    if row.last is not None:
        sign = "failed " if row.last.failed else ""
        parts.append(f"last run: {row.last.work} {sign}{ago(row.last.at, now)}")
    if row.next is not None:
        parts.append(f"next: {_next(row.next, now)}")
    return " · ".join(parts)


def _next(run: Run, now: datetime) -> str:
    if run.at <= now:
        return f"{run.work}, due since {moment(run.at)}"
    return f"{run.work} {moment(run.at)} ({ago(run.at, now)})"


def _act(row: Row) -> Block:
    return actions(
        f"home.{row.instance.id[:100]}",
        button("Restore…", Action.OPEN_RESTORE, row.instance.id),
        button("Take snapshot", Action.TAKE_SNAPSHOT, row.instance.id),
    )


def _pages(page: Page) -> list[Block]:
    if page.pages == 1:
        return []
    number, every = page.place.page, page.instances
    first, last = number * PAGE + 1, min(every, (number + 1) * PAGE)
    left = every - len(page.rows)
    told = section(f"{first} to {last} of {count(every, 'instance')}; {left} more.")
    buttons = []
    if number > 0:
        buttons.append(button("Previous", f"{Action.HOME_PAGE}:previous", str(number - 1)))
    if number < page.pages - 1:
        buttons.append(button("Next", f"{Action.HOME_PAGE}:next", str(number + 1)))
    return [told, actions("home.pages", *buttons)]
