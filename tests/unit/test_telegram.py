"""Proofs of identity: the published vectors, and what a proof tells. What must not verify:
test_proofs_hostile.
"""

import json
from typing import Any

import pytest

from cobroke.telegram.proofs import BadProof, verify
from tests.builders import BOT_TOKEN, init_data, widget
from tests.conftest import SHARED

NOW = 1_764_000_000
VECTORS = SHARED / "vectors" / "telegram.json"


def _auth_date(vector: dict[str, Any]) -> int:
    if vector["kind"] == "widget":
        return int(vector["widget"]["auth_date"])
    return int(dict(part.split("=") for part in vector["init_data"].split("&"))["auth_date"])


@pytest.mark.skipif(not VECTORS.exists(), reason="the published vectors lie outside the repository")
def test_the_published_vectors_verify_with_their_bot_and_no_other() -> None:
    for vector in json.loads(VECTORS.read_text()):
        sent = (
            vector["widget"] if vector["kind"] == "widget" else {"init_data": vector["init_data"]}
        )
        proof = verify(sent, vector["bot_token"], _auth_date(vector))
        assert proof.telegram_id == str(vector["telegram_id"]), vector["id"]
        with pytest.raises(BadProof):
            verify(sent, vector["bot_token"] + "X", _auth_date(vector))


def test_a_mini_app_proof_tells_id_names_and_moment() -> None:
    user = json.dumps(
        {
            "id": 42,
            "first_name": "Иван",
            "last_name": " Петров ",
            "username": "ivan",
            "is_premium": True,
        }
    )
    proof = verify({"init_data": init_data(42, auth_date=str(NOW - 7), user=user)}, BOT_TOKEN, NOW)
    assert proof == ("42", "Иван Петров", "ivan", NOW - 7)


def test_a_widget_proof_tells_id_names_and_moment() -> None:
    sent = widget(42, auth_date=NOW - 7, last_name="Петров", username="ivan")
    assert verify(sent, BOT_TOKEN, NOW) == ("42", "Иван Петров", "ivan", NOW - 7)
