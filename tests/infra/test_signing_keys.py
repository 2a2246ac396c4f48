"""What a rotation changes in the template: at each step of the drill, the keys alone, and none that
stays.
"""

from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from infra.signing_keys import make_signing_keys
from infra.stages import STAGES
from tools.drill.rotation import FIRST, NEW, OLD, STEPS, Step

type Keys = dict[str, tuple[str, Any]]
"""Name → logical id and resource."""


def _synthesized(step: Step) -> tuple[Keys, dict[str, Any]]:
    """The keys of the template, and what the functions are told of them."""
    stack = Stack(App(context={"aws:cdk:bundling-stacks": []}), "drill")
    stage = replace(STAGES["prod"], signing_keys=step.keys, signs=step.signs)
    layer = lambda_.LayerVersion.from_layer_version_arn(
        stack, "layer", "arn:aws:lambda:eu-central-1:1:layer:one:1"
    )
    keys = make_signing_keys(stack, stage, layer)
    found = Template.from_stack(stack).find_resources("Custom::SigningKey")
    told = {
        "signs": keys.signing_id,
        "private": keys.signing_parameter,
        "public": keys.public,
        "all": list(keys.private),
    }
    return {one["Properties"]["KeyName"]: (name, one) for name, one in found.items()}, dict(
        stack.resolve(told)
    )


@pytest.fixture(scope="module")
def synthesized() -> list[tuple[Step, Keys, dict[str, Any]]]:
    return [(step, *_synthesized(step)) for step in (FIRST, *STEPS[1:4])]


type Synthesized = list[tuple[Step, Keys, dict[str, Any]]]


def test_a_key_that_stays_is_the_same_resource_to_the_letter(synthesized: Synthesized) -> None:
    for name in (OLD, NEW):
        resources = [keys[name] for _, keys, _ in synthesized if name in keys]
        assert len(resources) == 3
        assert resources[0] == resources[1] == resources[2]


def test_a_key_that_leaves_is_kept(synthesized: Synthesized) -> None:
    for _, keys, _ in synthesized:
        for _, resource in keys.values():
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_all_keys_of_a_step_are_published_and_one_signs(synthesized: Synthesized) -> None:
    for step, keys, told in synthesized:
        assert tuple(keys) == step.keys
        ids = {name: logical for name, (logical, _) in keys.items()}
        assert told["signs"] == {"Fn::GetAtt": [ids[step.signs], "KeyId"]}
        assert told["private"] == {"Fn::GetAtt": [ids[step.signs], "Parameter"]}
        assert told["all"] == [{"Fn::GetAtt": [ids[name], "Parameter"]} for name in step.keys]
        parts = [one for one in told["public"]["Fn::Join"][1] if isinstance(one, dict)]
        assert parts == [
            {"Fn::GetAtt": [ids[name], part]} for name in step.keys for part in ("KeyId", "Key")
        ]
