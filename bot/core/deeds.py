"""What is still to be said of an alert, in as few messages as tell it truly."""

from bot.core.alerts import Deed


def owe(owed: tuple[Deed, ...], deed: Deed | None) -> tuple[Deed, ...]:
    """Return what is owed once a deed has joined, oldest first.

    Each message shows the present state, so that an update that is not told yet need not be told
    twice, a call tells it too, and the all-clear makes both needless.
    """
    match deed:
        case None:
            return owed
        case Deed.UPDATE if owed:
            return owed
        case Deed.ESCALATE | Deed.CLEAR:
            kept = tuple(d for d in owed if d is Deed.OPEN)
            if deed is Deed.ESCALATE and kept:
                return kept  # the opening itself is still to call people
            return (*kept, deed)
        case _:
            return (*owed, deed)
