"""What loading a backup file says in its own words."""

from bot.core.backups import Inspection
from bot.core.operations import Phase, Upload
from bot.core.operations import events as e
from bot.core.uploads import BackupFile, Exported, expected_minutes
from bot.core.vault import export_id
from bot.views.asked import Words, flow
from bot.views.kit import Block, bold, clean, code, moment, span
from bot.views.vault_text import size as volume
from bot.views.words import environment_name, flat, leaving

_PLACES = {"vault": "in the vault", "local": "in the folder for uploads"}


def named(op: Upload) -> str:
    """Name the file as it can be copied."""
    return code(op.plan.file.name, 120)


def of_what(source: Exported) -> str:
    """Say of what a file is an export: `*orders-prod* `0d5e7a11` of production`."""
    instance = f"{bold(source.instance_name, 80)} {code(source.instance_id, 40)}"
    return f"{instance} of {environment_name(source.environment)}"


def kind(said: Inspection) -> str:
    """Say what a file is: `backup (full, recovered)`, `dump`."""
    marks = [
        word
        for word, is_so in (
            ("full", said.full),
            ("recovered", said.recovered),
            ("with users and roles", said.with_users),
        )
        if is_so
    ]
    if said.recovered is False:
        marks.append("not recovered")
    return f"{said.kind} ({', '.join(marks)})" if marks else str(said.kind)


def facts(said: Inspection) -> list[tuple[str, str]]:
    """Show what a file says of itself, as labels and values; what it does not say is left out."""
    taken = [("Data as of", moment(said.taken_at))] if said.taken_at else []
    database = [("Database in the file", code(said.database, 80))] if said.database else []
    store = [("Store format", code(str(said.store), 60))] if said.store else []
    unpacked = volume(said.unpacked) if said.unpacked else "not said by the file"
    last = said.highest_transaction
    transaction = [("Last transaction", str(last))] if last is not None else []
    return [
        ("Kind", f"{kind(said)}, {volume(said.size)}"),
        ("Store once loaded", unpacked),
        *taken,
        *database,
        *store,
        *transaction,
    ]


def progress(op: Upload) -> str:
    """Say how far the file has come: bytes, rate and remaining time."""
    size = op.plan.file.size
    began, told = op.when(e.TransferBegun), op.when(e.Transferred)
    text = f"{volume(op.sent)} of {volume(size)}"
    if began is None or told is None or not op.sent:
        return text
    seconds = (told - began).total_seconds()
    if seconds <= 0:
        return text
    left = (size - op.sent) * seconds / op.sent
    return f"{text} · {volume(int(op.sent / seconds))}/s · about {span(left)} left"


def _where(file: BackupFile) -> str:
    place = _PLACES[file.place]
    return f"{place}, an export of {of_what(file.exported)}" if file.exported else place


def _as_of(op: Upload) -> str:
    taken = op.plan.file.inspection.taken_at
    return f" with data as of {moment(taken)}" if taken else ""


def _direction(op: Upload) -> str:
    text = flow(
        op,
        f"file {named(op)} ({_where(op.plan.file)}){_as_of(op)}",
        present="\nEverything in it is replaced, also what was written after the file was made.",
        former="",
    )
    if op.phase in (Phase.AWAITING_APPROVAL, Phase.APPROVED) and op.by_command:
        text += " The safety snapshot is taken first; then `neo4j-admin` sends and loads the file."
    elif op.phase in (Phase.AWAITING_APPROVAL, Phase.APPROVED):
        text += " The file is sent first; the safety snapshot is taken when it has arrived."
    return text


def _source(op: Upload) -> list[tuple[str, str]]:
    file = op.plan.file
    return [
        ("File", f"{named(op)}\n{_where(file)} · SHA-256 {code(file.sha256[:16])}…"),
        ("What it says of itself", _in_short(file.inspection)),
    ]


def _in_short(said: Inspection) -> str:
    """Put what approvers must know into one field: Slack takes ten of them."""
    taken = f"data as of {moment(said.taken_at)}" if said.taken_at else ""
    database = f"database {code(said.database, 80)}" if said.database else ""
    loaded = f"{volume(said.unpacked)} once loaded" if said.unpacked else ""
    parts = [f"{kind(said)}, {volume(said.size)}", loaded, taken, database]
    return " · ".join(part for part in parts if part)


def _question(op: Upload) -> str:
    plan = op.plan
    return (
        f"All data in {flat(plan.instance.name, 40)} ({flat(plan.instance.id, 20)}, "
        f"{flat(plan.environment, 20)}) is replaced by the file {flat(plan.file.name, 80)}."
    )


def _holds(op: Upload) -> str:
    return f"It holds the data of the file {named(op)}{_as_of(op)}."


def _command(op: Upload) -> str:
    file = op.plan.file
    word = export_id(file.name) if file.place == "vault" else clean(file.name, 100)
    return f"/aura upload {clean(op.instance_id, 40)} {word}"


def _notes(op: Upload) -> list[Block]:
    """Say where data would leave its environment; nobody knows it of local files."""
    source = op.plan.file.exported
    return leaving(source.environment, op.plan.environment, op.plan.instance) if source else []


def by_command(op: object) -> bool:
    """Whether Neo4j's own command sends and loads the file, in one go."""
    return isinstance(op, Upload) and op.by_command


def _expected(op: Upload) -> str:
    """Say how long Aura may take, by the rule of Neo4j's own command."""
    return f" Loading it may take Aura about {expected_minutes(op.plan.file.unpacked)} min."


UPLOAD = Words(
    of="upload into {}",
    ask="to load a backup file into {}",
    doing="loading the file into {}",
    done="Loaded a file into {}",
    past="loaded from the file",
    gone="What it held before is gone from it.",
    direction=_direction,
    holds=_holds,
    source=_source,
    title="Overwrite {}",
    question=_question,
    command=_command,
    notes=_notes,
    arrived=_expected,
    first="the file is sent, and then the safety snapshot is taken",
)
