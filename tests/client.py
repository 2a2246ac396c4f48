"""A realtor's client of the API, the same over HTTP and in process: what differs is how a request
travels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from cobroke.exact_json import dumps, loads
from tests.builders import Json, a_registration


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    text: str

    @property
    def json(self) -> Any:
        return loads(self.text)

    def needs(self, status: int) -> Any:
        """The document of an answer with this status; any other status fails the test."""
        assert self.status == status, f"{self.status} instead of {status}: {self.text}"
        return self.json


type Transport = Callable[[str, str, str, Mapping[str, str], bytes | None], Answer]
"""(verb, path, query string, headers, body) → answer."""


@dataclass(frozen=True)
class Client:
    """Speaks for one realtor, or (without a token) for a stranger."""

    transport: Transport
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, verb: str, path: str, body: bytes | None = None, **query: Any) -> Answer:
        headers = dict(self.headers)
        if self.token:
            headers.setdefault("authorization", f"Bearer {self.token}")
        if body is not None:
            headers.setdefault("content-type", "application/json")
        return self.transport(verb, path, urlencode(query), headers, body)

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, **query)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.send("POST", path, None if body is None else dumps(body).encode())

    def put(self, path: str, body: Any = None) -> Answer:
        return self.send("PUT", path, None if body is None else dumps(body).encode())

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path)

    def registered(self, **changes: Any) -> "Client":
        """A client for a newly registered realtor."""
        token = self.post("/auth/register", a_registration(**changes)).needs(201)["access_token"]
        return Client(self.transport, token, self.headers)

    def post_lead(self, body: Json) -> str:
        return str(self.post("/leads", body).needs(201)["lead_id"])

    def post_property(self, body: Json) -> str:
        return str(self.post("/properties", body).needs(201)["property_id"])

    def properties_for(self, lead_id: str, **query: Any) -> Any:
        return self.get(f"/leads/{lead_id}/property-recommendations", **query).needs(200)

    def leads_for(self, property_id: str, **query: Any) -> Any:
        return self.get(f"/properties/{property_id}/lead-recommendations", **query).needs(200)
