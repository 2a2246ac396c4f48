"""A stage that is not configured says so before anything is made."""

import pytest
from aws_cdk import App

from infra.stages import NotConfigured, stage_of


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"stage": "test"}, "There is no stage 'test'"),
        ({"stage": "prod"}, "-c origins=https://"),
        ({"stage": "prod", "origins": "http://app.example.com"}, "no origin"),
        ({"stage": "prod", "origins": "https://app.example.com/"}, "no origin"),
        ({"stage": "prod", "origins": "*"}, "no origin"),
        ({"stage": "dev", "origins": "https://*.example.com"}, "no origin"),
        ({"stage": "prod", "origins": "http://localhost.example.com"}, "no origin"),
        ({"stage": "dev", "origins": "ftp://localhost"}, "no origin"),
        ({"stage": "dev", "hotfix": "true"}, "hotfix is 'true': write yes"),
    ],
)
def test_what_is_missing_or_wrong_is_said(context: dict[str, str], said: str) -> None:
    with pytest.raises(NotConfigured, match=said):
        stage_of(App(context=context).node)


def test_origins_are_those_of_the_context() -> None:
    node = App(context={"stage": "prod", "origins": "https://a.example,https://b.example"}).node
    assert stage_of(node).origins == ("https://a.example", "https://b.example")


def test_every_stage_signs_with_a_key_that_it_publishes() -> None:
    for name in ("local", "dev", "prod"):
        stage = stage_of(App(context={"stage": name, "origins": "https://a.example"}).node)
        assert stage.signs in stage.signing_keys
