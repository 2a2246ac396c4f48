"""A realtor's own profile, as they see it."""

from pydantic import BaseModel

from cobroke.domain.realtors import Realtor
from cobroke.edge.models.fields import Id
from cobroke.edge.models.pushes import PushSettings, shown
from cobroke.storage.notices import push_settings


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


def profile(realtor: Realtor) -> Me:
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
