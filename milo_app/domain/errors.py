"""What can go wrong, said so that the person who caused it can act on it.

Every error carries a message fit for a page. HTTP status codes are chosen in `http/`, never here.
"""


class MiloError(Exception):
    """Root of all errors that a person may be shown. `message` is one or two plain sentences."""

    message = "Something went wrong. Nothing you entered is lost."

    def __init__(self, message: str | None = None, **facts: object) -> None:
        self.message = message or type(self).message
        self.facts = facts
        super().__init__(self.message)


class NotFound(MiloError):
    """The thing does not exist, or belongs to someone else; the two are never told apart."""

    message = "We could not find that."


class Gone(MiloError):
    """A link or page that used to work and no longer does. `reason` is expired, used, withdrawn or closed."""

    message = "This link no longer works."

    def __init__(self, reason: str = "expired", message: str | None = None, **facts: object) -> None:
        self.reason = reason
        super().__init__(message, **facts)


class Forbidden(MiloError):
    """Known, but not allowed to do this."""

    message = "You do not have permission to do that."


class NotSignedIn(MiloError):
    """Nobody is known behind this request."""

    message = "Please sign in again."


class Throttled(MiloError):
    """Too many tries. `retry_after` is in seconds."""

    message = "Too many tries. Please wait a little and try again."

    def __init__(self, retry_after: int = 60, message: str | None = None, **facts: object) -> None:
        self.retry_after = retry_after
        super().__init__(message, **facts)


class Conflict(MiloError):
    """The state of things does not allow this now (a closed stage, a finished application)."""

    message = "That is no longer possible at this point."


class Invalid(MiloError):
    """Input that cannot be taken. `fields` maps a field's name to the sentence shown beside it."""

    message = "Please check what you entered."

    def __init__(
        self, message: str | None = None, fields: dict[str, str] | None = None, **facts: object
    ) -> None:
        self.fields = fields or {}
        super().__init__(message or next(iter(self.fields.values()), None), **facts)


class TooLarge(Invalid):
    """A file or text beyond what is taken. The message names the limit."""

    message = "This is too large."
