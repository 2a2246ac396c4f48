"""What is packed comes back equal; a market's ranges hold whatever the knock-outs let through."""

from hypothesis import assume, given
from hypothesis import strategies as st

from cobroke.domain.matching.market import highest_price, prices, rooms_key, rooms_keys
from cobroke.domain.matching.score import knocked_out
from cobroke.domain.postings.features import (
    LeadFeatures,
    PropertyFeatures,
    pack_lead,
    pack_property,
    unpack_lead,
    unpack_property,
)

CITY = "орел"
MONEY = st.integers(1, 10**14)
AREAS = st.integers(1, 10**7)
ROOMS = st.integers(0, 50)
PLACES = st.binary(min_size=8, max_size=8)
STEPS = st.integers(0, 3)

LEADS = st.builds(
    lambda kind, klass, condition, money, areas, rooms, districts, metros: LeadFeatures(
        CITY,
        kind,
        klass,
        condition,
        min(money),
        max(money),
        min(areas),
        max(areas),
        rooms,
        districts,
        metros,
    ),
    st.sampled_from([0, 2, 3]),
    STEPS,
    STEPS,
    st.tuples(MONEY, MONEY),
    st.tuples(st.just(0) | AREAS, AREAS),
    st.frozensets(ROOMS, max_size=20),
    st.frozensets(PLACES, max_size=50),
    st.frozensets(PLACES, max_size=50),
)
LISTINGS = st.builds(
    PropertyFeatures, st.just(CITY), STEPS, STEPS, STEPS, MONEY, AREAS, ROOMS, PLACES, PLACES
)


@given(LEADS)
def test_a_packed_lead_comes_back(lead: LeadFeatures) -> None:
    assert unpack_lead(CITY, pack_lead(lead)) == lead


@given(LISTINGS)
def test_a_packed_property_comes_back(listing: PropertyFeatures) -> None:
    packed = pack_property(listing)
    assert unpack_property(CITY, packed) == listing
    assert len(packed) == 30


@given(LEADS, LISTINGS, st.data())
def test_the_market_ranges_hold_every_pair_that_is_not_knocked_out(
    lead: LeadFeatures, listing: PropertyFeatures, data: st.DataObject
) -> None:
    listing = data.draw(_near(lead, listing))
    assume(not knocked_out(lead, listing))
    assert prices(lead).lowest <= listing.price <= prices(lead).highest
    assert highest_price(lead) >= listing.price
    assert rooms_key(listing.rooms) in rooms_keys(lead)
    assert lead.market == listing.market


@st.composite
def _near(draw: st.DrawFn, lead: LeadFeatures, listing: PropertyFeatures) -> PropertyFeatures:
    """The listing with what decides about a knock-out about as the lead wants it, or just beside
    that.
    """
    low, high = lead.budget_min * 6 // 10, lead.budget_max * 11 // 10
    rooms = draw(st.sampled_from(sorted(lead.rooms) or [listing.rooms])) + draw(st.integers(-2, 2))
    return listing._replace(
        type=draw(st.sampled_from([0, 1])) if lead.type == 0 else lead.type,
        price=draw(st.integers(max(low - 2, 1), high + 2)),
        area=draw(st.integers(max(lead.area_min, 1), lead.area_max)),
        rooms=max(rooms, 0),
        district=draw(st.sampled_from(sorted(lead.districts) or [listing.district])),
    )
