"""One's own data: GET /me · PUT /me · PUT /me/pushes · GET /me/export"""

from cobroke.clock import now_ms, timestamp
from cobroke.domain.errors import Unauthorized
from cobroke.domain.realtors import Realtor
from cobroke.edge.api import Api
from cobroke.edge.exports import part, place_of
from cobroke.edge.models.export import Export
from cobroke.edge.models.fields import Cursor
from cobroke.edge.models.profile import Me, profile
from cobroke.edge.models.pushes import OwnPushes
from cobroke.edge.models.realtor import OwnContacts
from cobroke.flows.own import export
from cobroke.flows.own.profile import put_contacts
from cobroke.storage import realtors
from cobroke.storage.notices import push_settings

api = handler = Api("me")


@api.serves("GET /me")
def me() -> Me:
    """Read the caller's own profile.

    (added)
    """
    return _shown(_caller())


@api.serves("PUT /me")
def replace_me(body: OwnContacts) -> Me:
    """Replace what the caller says of themselves.

    (added) Counterparts see it in matches at once, in lists of recommendations within 30 seconds.
    """
    return _shown(
        put_contacts(
            api.table, api.caller, body.contacts(), now_ms, api.call.if_match, api.allowance
        )
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


@api.serves("GET /me/export", written=Export)
def export_me(after: Cursor | None = None) -> str:
    """Export everything that is kept about the caller, part by part.

    (added) Every part has every member; `next` of one is `after` of the next. Each object is there
    once. What is written meanwhile may or may not be there.
    """
    start = place_of(api.caller, after)
    export.charge(api.table, now_ms, api.allowance)
    own, now = profile(_caller()).model_dump(), now_ms()
    found = export.steps(api.table, api.caller, start, now // 1000)
    return part(api.caller, {"exported_at": timestamp(now), "profile": own}, found)


def _caller() -> Realtor:
    """Read who calls. Raises Unauthorized where they are there no more."""
    realtor = realtors.find(api.table, api.caller)
    if realtor is None:
        raise Unauthorized
    return realtor


def _shown(realtor: Realtor) -> Me:
    api.tag(realtor.revision)
    return profile(realtor)
