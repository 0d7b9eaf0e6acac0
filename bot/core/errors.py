"""One tree of errors, phrased for people.

``summary`` is one plain sentence: lower case, no full stop, what happened. ``hint`` is a whole
sentence: what to do next. `bot.views.errors` is the one place that renders them.
"""

from bot.core.base import OperationId


class BotError(Exception):
    """Something a person should be told; every expected refusal and failure derives from it."""

    def __init__(self, summary: str, *, hint: str | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint


class BadCommand(BotError):
    """The typed words do not form a command."""


class UnknownInstance(BotError):
    """No instance, alias or id matches; the hint names near ones."""


class AmbiguousInstance(BotError):
    """A name fits more than one instance; the hint lists the candidates (promise P14)."""


class UnknownSnapshot(BotError):
    """The instance has no such snapshot."""


class NotRestorable(BotError):
    """The snapshot or the instance is in a state from which no restore can start."""


class NotABackup(BotError):
    """A file is no backup, is damaged, or ends too early; ``hint`` says what to look for."""


class UnknownFile(BotError):
    """There is no such file, or it lies where files are not taken from."""


class NotAllowed(BotError):
    """The person may not do this."""


class NoRoom(NotAllowed):
    """So many scratch instances live, or are about to, as may; it can be asked again later."""


class AlreadyDecided(BotError):
    """Somebody was faster, or the operation has moved on (promise P9)."""


class InstanceBusy(BotError):
    """Another operation holds the instance, or the name of the clone (promise P8)."""

    def __init__(self, summary: str, *, holder: OperationId, hint: str | None = None) -> None:
        super().__init__(summary, hint=hint)
        self.holder = holder


class UnknownOperation(BotError):
    """No operation has this id."""


class UnknownEnvironment(BotError):
    """The configuration has no environment of this name."""


class UnknownAlert(BotError):
    """There is no such alert, or it is over."""


class UnknownSchedule(BotError):
    """No schedule has this id."""


class IllegalTransition(BotError):
    """The machine's table has no such move; the operation is untouched."""


class StoreUnavailable(BotError):
    """Redis does not answer; what was to be changed stands as it was."""


class Unsure(StoreUnavailable):
    """Redis did not answer while it was to accept a change; nobody can know whether it did."""

    def __init__(self) -> None:
        super().__init__(
            "the store did not answer, and I cannot tell whether this was accepted",
            hint="`/aura job list` shows in a minute whether it was; try again only if it was not.",
        )


class PasswordNotKept(BotError):
    """The place for first passwords did not take one; its text never holds it."""


class ChatFailed(BotError):
    """Slack refused a call.

    ``code`` is Slack's error word, such as ``not_in_channel``.
    """

    def __init__(self, summary: str, *, code: str, hint: str | None = None) -> None:
        super().__init__(summary, hint=hint)
        self.code = code


class ChatUnavailable(ChatFailed):
    """Slack did not answer, or asked to wait ``retry_after`` seconds."""

    def __init__(self, summary: str, *, code: str, retry_after: float = 5.0) -> None:
        super().__init__(summary, code=code)
        self.retry_after = retry_after


class ChatLockedOut(ChatUnavailable):
    """Slack takes our token no more: nothing is said or learned until there is another one."""

    def __init__(self, summary: str, *, code: str, retry_after: float = 30.0) -> None:
        super().__init__(summary, code=code, retry_after=retry_after)
        self.hint = "Whoever runs Savepoint must give it a new token; `savepoint check` says which."


class AuraError(BotError):
    """The Aura API did not do what was asked.

    ``status`` is the HTTP status (None without an answer), ``reason`` Aura's own word,
    ``request_id`` its ``X-Request-Id``, to be quoted to Neo4j's support.
    """

    #: True when Aura certainly did not carry out the call; False when nobody can know.
    definite = True

    def __init__(
        self,
        summary: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        reason: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(summary, hint=hint)
        self.status = status
        self.reason = reason
        self.request_id = request_id


class AuraAuthFailed(AuraError):
    """The credential is wrong, revoked, or lacks the permission (401, or 403 twice)."""


class AuraNotFound(AuraError):
    """No such instance, snapshot or project (404)."""


class AuraConflict(AuraError):
    """Another operation runs on the instance, or its state forbids this (409)."""


class AuraRefused(AuraError):
    """Any other clear no (400, 402, 405, 415, 420, or a 500 that states a rule)."""


class AuraThrottled(AuraError):
    """Too many requests (429); come back after ``retry_after`` seconds."""

    def __init__(
        self, summary: str, *, retry_after: float, status: int = 429, request_id: str | None = None
    ) -> None:
        super().__init__(summary, status=status, request_id=request_id)
        self.retry_after = retry_after


class AuraUnavailable(AuraError):
    """No usable answer: a timeout, a broken connection, a 5xx. The call may have been done."""

    definite = False


class AuraUnreachable(AuraUnavailable):
    """The connection was never made, so the call was certainly not done."""

    definite = True


class GraphError(BotError):
    """A database did not answer a question; none of these ever holds a password or a value."""


class GraphUnavailable(GraphError):
    """The database does not answer: away, too slow, or it asks to come back later."""


class GraphRefused(GraphError):
    """The database said no; ``code`` is Neo4j's, such as ``Neo.ClientError.Security.Forbidden``."""

    def __init__(self, summary: str, *, code: str, hint: str | None = None) -> None:
        super().__init__(summary, hint=hint)
        self.code = code


class GraphTooMuch(GraphError):
    """The answer has more rows or bytes than were allowed; none of it was used."""


class GraphGarbled(GraphError):
    """The answer is not what Neo4j's documentation says."""


class VaultUnavailable(BotError):
    """The vault's store did not do what was asked; nothing is known to be damaged."""


class VaultDamaged(BotError):
    """The vault's store gave back other bytes than it was given."""


class VaultSealed(BotError):
    """An export is encrypted, and the key to read it is not here."""


class AlreadyHeld(BotError):
    """An export is held, and may neither expire nor be held again."""


class NotConfigured(BotError):
    """What was asked for needs something that the configuration does not name."""
