"""One's own profile: GET /me · PUT /me/pushes"""

from pydantic import BaseModel

from cobroke.clock import now_ms
from cobroke.domain.errors import Unauthorized
from cobroke.edge.api import Api
from cobroke.edge.models.fields import Id
from cobroke.edge.models.pushes import OwnPushes, PushSettings, shown
from cobroke.storage import realtors
from cobroke.storage.notices import push_settings

api = handler = Api("me")


class Me(BaseModel):
    realtor_id: Id
    telegram_id: str
    verified: bool
    phone: str
    email: str | None
    agency_name: str | None
    name: str | None
    """As Telegram has proven it."""
    pushes: PushSettings


@api.serves("GET /me")
def me() -> Me:
    """Read the caller's own profile.

    (added)
    """
    realtor = realtors.find(api.table, api.caller)
    if realtor is None:
        raise Unauthorized
    return Me(
        realtor_id=realtor.id,
        telegram_id=realtor.telegram_id,
        verified=realtor.verified,
        phone=realtor.phone,
        email=realtor.email,
        agency_name=realtor.agency_name,
        name=realtor.name,
        pushes=shown(push_settings.of(realtor)),
    )


@api.serves("PUT /me/pushes")
def set_pushes(body: OwnPushes) -> OwnPushes:
    """Set when Telegram may tell the caller.

    (added) It replaces the whole, and counts within a minute. What is not pushed is told in the app
    nevertheless.
    """
    settings = body.pushes.settings()
    push_settings.put(api.table, api.caller, settings, now_ms, api.allowance)
    return body
