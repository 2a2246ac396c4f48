"""The refusals: facts, one class each. The edge (problems.py) turns them into statuses.

Refusal
├── Malformed                  the body or a header cannot be read            400
├── Unauthorized               no token, a bad one, or a bad Telegram proof   401
├── NotFound                   absent, or not the caller's                    404
│   └── NotRegistered          a proven Telegram id that nobody registered
├── WrongVerb                  the path is known, the verb is not             405
├── Conflict                   the state does not allow it                    409
│   ├── AlreadyRegistered
│   ├── Archived
│   ├── OwnObject              lead and property of one realtor
│   ├── PairDeclined           the other side closed the match less than 30 days ago
│   ├── NotAConcession         worse for the other side than the last offer
│   ├── TooManyRounds
│   ├── TermsAgreed            another share than the agreed one
│   ├── MatchClosed            completed
│   └── NotAccepted            nothing agreed that could be completed
├── TelegramProofRequired      this stage registers nobody without a proof    403
├── Suspended                  the operator has suspended the Telegram account 403
├── PreconditionFailed         what was read has been written since           412
├── LimitReached               too many active objects, or blocks; waiting does not help 429
├── RateLimited                too much at once; waiting helps                429
├── TooLarge                   the body is over the limit                     413
├── NotJson                    the content type is not application/json       415
├── Invalid                    well-formed but not valid, with the fields     422
│   └── IdempotencyKeyReused   the same key with another body
└── Busy                       the store stayed busy after our own retries    503
"""

from typing import ClassVar, Literal, NamedTuple

type Rule = Literal["not_utf8", "not_json", "repeated_member", "character", "number", "depth"]
"""A rule that a body must keep to be read at all."""


class FieldError(NamedTuple):
    """A fault of one field: a JSON pointer, a code for programs, a sentence for people."""

    pointer: str
    code: str
    message: str


class BodyFault(NamedTuple):
    """The rule that a body breaks, and the offset of the first byte that breaks it."""

    code: Rule
    at: int


class Refusal(Exception):
    """The base of every refusal: `code` for programs, `title` for people. It never holds what the
    caller sent.
    """

    code: ClassVar[str]
    title: ClassVar[str]


class Malformed(Refusal):
    code = "malformed"
    title = "The body is not JSON that this API reads, or a header has no form."

    def __init__(self, *errors: BodyFault) -> None:
        """Take the fault of a body; nothing where it is a header."""
        super().__init__()
        self.errors = errors


class Unauthorized(Refusal):
    code = "unauthorized"
    title = "A valid access token or Telegram proof is needed."


class NotFound(Refusal):
    code = "not_found"
    title = "There is no such thing here."


class NotRegistered(NotFound):
    code = "not_registered"
    title = "This Telegram account is not registered."


class WrongVerb(Refusal):
    code = "method_not_allowed"
    title = "This path does not know the verb."

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed


class Conflict(Refusal):
    code = "conflict"
    title = "The present state does not allow this."


class AlreadyRegistered(Conflict):
    code = "already_registered"
    title = "This Telegram account is registered already."


class Archived(Conflict):
    code = "archived"
    title = "The object is archived."


class OwnObject(Conflict):
    code = "own_object"
    title = "The lead and the property are both yours."


class PairDeclined(Conflict):
    code = "pair_declined"
    title = "The other side closed this match. It cannot be reopened yet."


class NotAConcession(Conflict):
    code = "not_a_concession"
    title = "An offer may only become better for the other side."


class TooManyRounds(Conflict):
    code = "too_many_rounds"
    title = "There have been too many offers. Accept the last one or decline."


class TermsAgreed(Conflict):
    code = "terms_agreed"
    title = "The share is agreed and can no longer change."


class AlreadyAnswered(Conflict):
    code = "already_answered"
    title = "The other side has answered. DISLIKE withdraws."


class MatchClosed(Conflict):
    code = "match_closed"
    title = "The match is closed."


class NotAccepted(Conflict):
    code = "not_accepted"
    title = "Only an accepted match can be completed."


class TelegramProofRequired(Refusal):
    code = "telegram_proof_required"
    title = "Registering needs a proof of the Telegram account."


class Suspended(Refusal):
    code = "suspended"
    title = "The operator has suspended this Telegram account."


class PreconditionFailed(Refusal):
    code = "precondition_failed"
    title = "It has been written since you read it."


class LimitReached(Refusal):
    code = "limit_reached"
    title = "A realtor may have at most 1,000 active leads, 1,000 properties and 1,000 blocks."


class RateLimited(Refusal):
    code = "rate_limited"
    title = "That was too much at once for one realtor. Try again after Retry-After."

    def __init__(self, wait_ms: int) -> None:
        super().__init__()
        self.wait_ms = wait_ms

    @property
    def wait_s(self) -> int:
        """Return the wait in whole seconds, rounded up."""
        return -(-self.wait_ms // 1000)


class TooLarge(Refusal):
    code = "too_large"
    title = "The body is larger than 262,144 bytes."


class NotJson(Refusal):
    code = "unsupported_media_type"
    title = "The body must be application/json."


class Invalid(Refusal):
    code = "invalid"
    title = "Some fields are not valid."

    def __init__(self, *errors: FieldError) -> None:
        super().__init__()
        self.errors = errors


class IdempotencyKeyReused(Invalid):
    code = "idempotency_key_reused"
    title = "The Idempotency-Key came with another body before."


class Busy(Refusal):
    code = "busy"
    title = "The store is busy. Try again."
