"""When Telegram may tell a realtor, as they set it."""

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cobroke.domain.notices import push_settings
from cobroke.domain.notices.push_settings import DEFAULT, Quiet, is_time_zone
from cobroke.edge.models.fields import Body


def _a_time_zone(value: str) -> str:
    if not is_time_zone(value):
        raise PydanticCustomError("time_zone", "Must be a time zone, as in Europe/Moscow")
    return value


type ClockTime = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_NAME = {"type": "string", "format": "iana-time-zone"}
TimeZone = Annotated[
    str,
    BeforeValidator(lambda zone: DEFAULT.time_zone if zone is None else zone),
    AfterValidator(_a_time_zone),
    WithJsonSchema({"anyOf": [_NAME, {"type": "null"}]}, mode="validation"),
    WithJsonSchema(_NAME, mode="serialization"),
]


class QuietHours(Body):
    """From `from` until before `to`: over midnight where `to` comes before `from`."""

    model_config = ConfigDict(serialize_by_alias=True)

    start: Annotated[ClockTime, Field(alias="from")]
    end: Annotated[ClockTime, Field(alias="to")]

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.start == self.end:
            raise PydanticCustomError("empty_range", "Must not end when it begins")
        return self


class PushSettings(Body):
    """When Telegram may tell a realtor, by their own clock."""

    enabled: bool
    """Without, nothing is pushed; what came meanwhile never is."""
    time_zone: TimeZone = DEFAULT.time_zone
    """A name of the IANA list; absent: Europe/Moscow."""
    quiet: QuietHours | None = None
    """When nothing is pushed: what comes waits for the end."""
    daily_at: ClockTime | None = None
    """Once a day, at this time, recommendations are pushed, all in one message; null: at once."""

    def settings(self) -> push_settings.PushSettings:
        quiet = Quiet(self.quiet.start, self.quiet.end) if self.quiet else None
        return push_settings.PushSettings(self.enabled, self.time_zone, quiet, self.daily_at)


class OwnPushes(Body):
    """How a realtor wants to be told by Telegram."""

    pushes: PushSettings


def shown(settings: push_settings.PushSettings) -> PushSettings:
    quiet = settings.quiet
    return PushSettings.model_construct(
        enabled=settings.enabled,
        time_zone=settings.time_zone,
        quiet=QuietHours.model_construct(start=quiet.start, end=quiet.end) if quiet else None,
        daily_at=settings.daily_at,
    )
