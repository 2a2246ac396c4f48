"""Who may do what: one role a function, named actions on named things."""

import json
from typing import Any

from infra.endpoints import TABLE_ACTIONS
from infra.schedules import AUDIT_ACTIONS, ERASURE_ACTIONS, PLANNER_ACTIONS, WORKER_ACTIONS
from infra.triggers import PUSH_ACTIONS, QUEUE_ACTIONS, READ_STREAM, STREAM_READERS
from tests.infra.conftest import Template

SCHEDULE = "AWS::Scheduler::Schedule"
# What CDK lets a stream's function do with the queue that its failed records go to.
FAILS_INTO = ("GetQueueAttributes", "GetQueueUrl", "SendMessage")
PRIVATE_KEY = ("signing-keys", '"Parameter"')
BOT_TOKEN = ("telegram-bot-token", "TelegramBotToken")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _actions(template: Template, function: str, service: str) -> set[str]:
    actions = (action for one in template.statements(function) for action in _listed(one["Action"]))
    return {action for action in actions if action.startswith(f"{service}:")}


def test_no_statement_has_a_star_for_actions_or_resources(template: Template) -> None:
    for function in template.functions():
        for statement in template.statements(function):
            assert statement["Effect"] == "Allow"
            assert not [action for action in _listed(statement["Action"]) if "*" in action]
            assert "*" not in _listed(statement["Resource"])


def _role_of_push_schedules(template: Template) -> str:
    variables = template.functions()["telegram_push"]["Environment"]["Variables"]
    return str(variables["PUSH_SCHEDULES_ROLE"]["Fn::GetAtt"][0])


def test_every_function_has_a_role_of_its_own_and_nobody_manages_it(template: Template) -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in template.functions().values()]
    assert len(set(roles)) == len(roles)
    clocks = {
        one["Properties"]["Target"]["RoleArn"]["Fn::GetAtt"][0]
        for one in template.all(SCHEDULE).values()
    } | {_role_of_push_schedules(template)}
    others = set(template.all("AWS::IAM::Role")) - set(roles) - clocks
    # CodeDeploy moves aliases by AWS's own policy.
    assert len(others) == (template.stage != "local")
    for name in set(roles) | clocks:
        role = template.all("AWS::IAM::Role")[name]
        assert "ManagedPolicyArns" not in role["Properties"]
        (trusted,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert trusted["Principal"] == {
            "Service": f"{'scheduler' if name in clocks else 'lambda'}.amazonaws.com"
        }
        ours = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        assert trusted.get("Condition") == (ours if name in clocks else None)


def test_a_function_does_with_the_table_what_it_is_listed_for(template: Template) -> None:
    listed = dict(TABLE_ACTIONS)
    for reader in STREAM_READERS:
        listed[reader.function] = (*reader.actions, *READ_STREAM, "ListStreams")
    listed |= {
        "telegram_push": PUSH_ACTIONS,
        "rematch_planner": PLANNER_ACTIONS,
        "rematch_worker": WORKER_ACTIONS,
        "erasure": ERASURE_ACTIONS,
    }
    listed |= {"audit": AUDIT_ACTIONS}
    for function in template.functions():
        assert _actions(template, function, "dynamodb") == {
            f"dynamodb:{action}" for action in listed.get(function, ())
        }
    assert not {"UpdateItem", "Query", "Scan"} & set(TABLE_ACTIONS["auth"])
    assert TABLE_ACTIONS["recommendations"] == (
        *("BatchGetItem", "GetItem", "Query", "PutItem", "UpdateItem"),
    )
    assert [function for function, actions in listed.items() if "Scan" in actions] == ["audit"]


def test_only_auth_can_read_the_private_key_and_only_it_and_the_push_the_bot_token(
    template: Template,
) -> None:
    readers = {
        name
        for name in template.functions()
        if "ssm:GetParameter" in _actions(template, name, "ssm")
    }
    assert readers == {"auth", "signing_key", "telegram_push"}
    for function in template.functions():
        reads = [
            one
            for one in template.statements(function)
            if "ssm:GetParameter" in _listed(one["Action"])
        ]
        named = json.dumps([one["Resource"] for one in reads])
        assert any(secret in named for secret in PRIVATE_KEY) == (function == "auth")
        assert any(secret in named for secret in BOT_TOKEN) == (
            function in {"auth", "telegram_push"}
        )
        assert not {action for one in reads for action in _listed(one["Action"])} - {
            "ssm:GetParameter"
        }


def test_a_function_does_with_queues_what_it_must(template: Template) -> None:
    listed: dict[str, tuple[str, ...]] = {reader.function: FAILS_INTO for reader in STREAM_READERS}
    listed |= {"telegram_push": (*QUEUE_ACTIONS, "SendMessage"), "rematch_worker": QUEUE_ACTIONS}
    listed |= {"erasure": (*QUEUE_ACTIONS, "SendMessage")}
    listed |= {
        "rematch_planner": (
            "SendMessage",
            *(("SendMessageBatch",) if template.stage == "local" else ()),
        )
    }
    for function in template.functions():
        assert _actions(template, function, "sqs") == {
            f"sqs:{action}" for action in listed.get(function, ())
        }


def test_the_maker_of_keys_can_put_and_read_only_the_public_part(template: Template) -> None:
    reads, puts = (
        json.dumps(
            [
                one["Resource"]
                for one in template.statements("signing_key")
                if action in _listed(one["Action"])
            ]
        )
        for action in ("ssm:GetParameter", "ssm:PutParameter")
    )
    assert f"/cobroke/{template.stage}/public-keys/2026-11" in reads
    assert "signing-keys" not in reads
    assert f"/cobroke/{template.stage}/signing-keys/2026-11/*" in puts
    assert _actions(template, "signing_key", "ssm") == {"ssm:GetParameter", "ssm:PutParameter"}


def test_the_maker_of_keys_can_never_write_over_one(template: Template) -> None:
    (puts,) = (
        one
        for one in template.statements("signing_key")
        if "ssm:PutParameter" in _listed(one["Action"])
    )
    assert puts["Action"] == "ssm:PutParameter"
    never = {"StringEquals": {"ssm:Overwrite": "false"}}
    assert puts.get("Condition") == (None if template.stage == "local" else never)


def test_nobody_is_given_rights_over_kms_or_other_services(template: Template) -> None:
    for function in template.functions():
        actions = {
            action for one in template.statements(function) for action in _listed(one["Action"])
        }
        assert {action.partition(":")[0] for action in actions} <= {
            *("dynamodb", "logs", "sqs", "ssm"),
            *(("iam", "scheduler") if function == "telegram_push" else ()),
        }


def test_the_push_makes_and_deletes_schedules_of_its_own_names_that_send_to_its_queue_alone(
    template: Template,
) -> None:
    of = {
        action: one
        for one in template.statements("telegram_push")
        for action in _listed(one["Action"])
        if action.partition(":")[0] in {"iam", "scheduler"}
    }
    assert {*of} == {"iam:PassRole", "scheduler:CreateSchedule", "scheduler:DeleteSchedule"}
    named = json.dumps(of["scheduler:CreateSchedule"]["Resource"])
    assert f":schedule/default/cobroke-{template.stage}-push-*" in named
    role = _role_of_push_schedules(template)
    assert of["iam:PassRole"]["Resource"] == {"Fn::GetAtt": [role, "Arn"]}
    passed = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    assert of["iam:PassRole"]["Condition"] == passed
    (allowed,) = (
        statement
        for policy in template.all("AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    )
    queue = template.functions()["telegram_push"]["Environment"]["Variables"]["PUSH_QUEUE_ARN"]
    assert (allowed["Action"], allowed["Resource"]) == ("sqs:SendMessage", queue)


def test_no_environment_holds_a_secret(template: Template) -> None:
    for name, function in template.functions().items():
        variables = function["Environment"]["Variables"]
        assert (name in {"auth", "telegram_push"}) == ("BOT_TOKEN_PARAMETER" in variables)
        assert (name == "auth") == ("SIGNING_KEY_PARAMETER" in variables)
        assert (name == "auth") == ("HASH_KEY_PARAMETER" in variables)
        assert "resolve:ssm" not in json.dumps(variables)
    assert "AWS::SSM::Parameter::Value<SecureString>" not in json.dumps(template.body)


def test_only_the_gateway_may_call_a_function(template: Template) -> None:
    for permission in template.all("AWS::Lambda::Permission").values():
        assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
        assert "SourceArn" in permission["Properties"]
