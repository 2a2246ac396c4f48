"""What the market answers: GET /leads/{lead_id}/what-if · GET /properties/{property_id}/demand"""

from cobroke.clock import now_ms
from cobroke.edge.api import Api
from cobroke.edge.models.insights import (
    DemandAnswer,
    WhatIfAnswer,
    demand_answer,
    takes,
    what_if_answer,
)
from cobroke.flows.matching.insights import ask_demand, ask_what_if
from cobroke.storage.matching.held_markets import HeldMarkets

api = handler = Api("insights")
held = HeldMarkets(api.table, now_ms)


@api.serves("GET /leads/{lead_id}/what-if")
def get_what_if(lead_id: str) -> WhatIfAnswer:
    """What own lead must change so that more listings fit.

    (added) Counted in the market as it is now: the smallest single changes of the lead, and how
    many listings fit after each. A dislike is judged as after a PUT, now and then alike. An
    archived or stale lead has none.
    """
    asked = ask_what_if(api.table, held, api.caller, lead_id, now_ms, takes, api.allowance)
    return what_if_answer(asked)


@api.serves("GET /properties/{property_id}/demand")
def get_demand(property_id: str) -> DemandAnswer:
    """Which leads want own property, at which price.

    (added) Counted in the market as it is now, for prices from 85 to 110 % of today's; what keeps
    the near ones away, and what comparable properties ask. An archived or stale property has none.
    """
    asked = ask_demand(api.table, held, api.caller, property_id, now_ms, api.allowance)
    return demand_answer(asked)
