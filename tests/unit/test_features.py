"""What is packed comes back equal; a market's ranges hold whatever the knock-outs let through."""

from hypothesis import assume, given
from hypothesis import strategies as st

from cobroke.domain.matching.market import highest_price, prices, rooms_key, rooms_keys
from cobroke.domain.matching.score import knocked_out
from cobroke.domain.postings import features
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


@given(LEADS)
def test_what_is_read_of_a_packed_lead_without_the_rest_is_what_was_packed(
    lead: LeadFeatures,
) -> None:
    packed = pack_lead(lead)
    budget_area = features.LEAD_BUDGET_AREA.unpack_from(packed)
    assert budget_area == (lead.budget_min, lead.budget_max, lead.area_min, lead.area_max)
    *rooms, kind = packed[features.LEAD_ROOMS_KIND]
    assert int.from_bytes(rooms) == sum(1 << count for count in lead.rooms)
    assert kind == lead.type << 4 | lead.klass << 2 | lead.condition
    assert packed[features.LEAD_DISTRICTS] == len(lead.districts)
    assert packed[features.LEAD_METROS] == len(lead.metros)
    places = (*sorted(lead.districts), *sorted(lead.metros))
    assert packed[features.LEAD_PLACES :] == b"".join(places)
    assert all(len(place) == features.PLACE_BYTES for place in places)


@given(LISTINGS)
def test_what_is_read_of_a_packed_property_without_the_rest_is_what_was_packed(
    listing: PropertyFeatures,
) -> None:
    packed = pack_property(listing)
    assert features.LISTING_PRICE_AREA.unpack_from(packed) == (listing.price, listing.area)
    rooms, kind = packed[features.LISTING_ROOMS_KIND]
    assert rooms == listing.rooms
    assert kind == listing.type << 4 | listing.klass << 2 | listing.condition
    assert packed[features.LISTING_DISTRICT] == listing.district
    assert packed[features.LISTING_METRO] == listing.metro
    assert features.price_of(packed) == listing.price


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
