"""A stage that is not configured says so before anything is made."""

from dataclasses import replace
from typing import cast

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk.aws_lambda import CfnFunction, Code, LayerVersion

from infra.function import Function
from infra.stages import STAGES, NotConfigured, stage_of
from tests.infra.conftest import Template


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


def test_a_stage_keeps_runs_for_a_function_only_where_it_says_so(
    templates: dict[str, Template],
) -> None:
    for template in templates.values():
        kept = [one.get("ReservedConcurrentExecutions") for one in template.functions().values()]
        assert {*kept} == {None}
    stage = replace(STAGES["dev"], reserved={"auth": 20})
    stack = Stack(App(), "Any", env=Environment(region="eu-central-1"))
    layer = LayerVersion(stack, "Layer", code=Code.from_asset("functions/auth"))
    made = [Function(stack, stage, name, layer, {}) for name in ("auth", "leads")]
    children = cast("list[CfnFunction]", [one.node.default_child for one in made])
    assert [one.reserved_concurrent_executions for one in children] == [20, None]


def test_newcomers_are_known_in_prod_alone_unless_make_run_says_so() -> None:
    context = {"origins": "https://a.example"}
    stages = [stage_of(App(context={"stage": name, **context}).node) for name in ("dev", "prod")]
    assert [stage.newcomer_days for stage in stages] == [0, 7]
    assert [stage.fair_use for stage in stages] == ["1", "1"]
    said = {"stage": "local", "fair_use": "0.5", "newcomer_days": "3"}
    local = stage_of(App(context=said).node)
    assert (local.fair_use, local.newcomer_days) == ("0.5", 3)
