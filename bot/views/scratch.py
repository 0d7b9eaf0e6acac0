"""What people are told of scratch instances that should not be there any more."""

from bot.core.instances import InstanceSummary
from bot.core.scratch import ScratchEntry
from bot.views.kit import Message, clean, code, fields, header, moment, section
from bot.views.words import called, environment_name, sentence, spoken


def leftover(entry: ScratchEntry, reason: str) -> Message:
    """Tell that a scratch instance cannot be deleted, and that it costs money until it is."""
    instance = code(entry.instance_id, 40) if entry.instance_id else "its id is not known"
    return Message(
        text=f"Alert: the scratch instance {entry.name} could not be deleted, and is billed on.",
        blocks=(
            header("⚠️ A scratch instance could not be deleted"),
            section(
                f"{sentence(reason)} It is billed until it is gone. I go on trying once a minute; "
                "you can also delete it in the Aura console."
            ),
            fields(
                [
                    ("Name", code(entry.name)),
                    ("Instance", instance),
                    ("Project", code(entry.order.project_id)),
                    ("Environment", environment_name(entry.environment)),
                    ("Made for", f"{entry.purpose} {code(entry.operation_id)}"),
                    ("Its time was up", moment(entry.dies_at)),
                ]
            ),
        ),
    )


def stray(found: InstanceSummary) -> Message:
    """Tell of an instance that is called like ours and that no ledger entry knows."""
    created = moment(found.created_at) if found.created_at else "unknown"
    return Message(
        text=f"The instance {spoken(found)} is called like a scratch instance, but is not mine.",
        blocks=(
            header("🔎 An instance that I do not know"),
            section(
                f"{called(found)} is called like one of my scratch instances, but my ledger does "
                "not hold it. I delete only what I created, so I leave it alone. If nobody needs "
                "it, delete it in the Aura console: until then it is billed."
            ),
            fields([("Project", code(clean(found.project_id, 60))), ("Created", created)]),
        ),
    )
