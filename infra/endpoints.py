"""The API's functions as data: what each may do with the table. Only auth reads secrets."""

from aws_cdk import aws_dynamodb
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function import Function, parameter_arn
from infra.signing_keys import SigningKeys
from infra.stages import Stage

_READ = ("BatchGetItem", "GetItem", "Query")
_OBJECTS = ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")

# A transaction needs the actions of its parts and no other.
TABLE_ACTIONS = {
    "auth": ("BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem"),
    "me": (*_READ, "PutItem", "UpdateItem"),
    "leads": (*_OBJECTS, "BatchGetItem"),
    "properties": (*_OBJECTS, "BatchGetItem"),
    "recommendations": (*_READ, "PutItem", "UpdateItem"),
    "insights": (*_READ, "UpdateItem"),
    "actions": (*_READ, "ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"),
    "matches": (*_READ, "DeleteItem", "PutItem", "UpdateItem"),
    "notifications": ("BatchGetItem", "DeleteItem", "GetItem", "Query", "UpdateItem"),
    "blocks": ("BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
}


def make_endpoints(
    scope: Construct,
    stage: Stage,
    layer: lambda_.ILayerVersion,
    table: aws_dynamodb.Table,
    keys: SigningKeys,
    bot_token: str,
) -> dict[str, Function]:
    """Make the functions behind the routes, by their names, with what each may do."""
    functions = {}
    for name, actions in TABLE_ACTIONS.items():
        environment = {
            "TABLE_NAME": table.table_name,
            "PUBLIC_KEYS": keys.public,
            "FAIR_USE": stage.fair_use,
            "NEWCOMER_DAYS": str(stage.newcomer_days),
        }
        if name == "auth":
            environment |= _secrets(stage, keys, bot_token)
        functions[name] = Function(scope, stage, name, layer, environment)
        functions[name].allow([f"dynamodb:{action}" for action in actions], table.table_arn)
    # They lie under the account's own key of SSM, which lets in whoever may read the parameter.
    secrets = [parameter_arn(scope, name) for name in (*keys.private, keys.hashes, bot_token)]
    functions["auth"].allow(["ssm:GetParameter"], *secrets)
    return functions


def _secrets(stage: Stage, keys: SigningKeys, bot_token: str) -> dict[str, str]:
    """Tell a function the names of the secrets, never their text."""
    return {
        "REGISTRATION": stage.registration,
        "SIGNING_KEY_ID": keys.signing_id,
        "SIGNING_KEY_PARAMETER": keys.signing_parameter,
        "HASH_KEY_PARAMETER": keys.hashes,
        "BOT_TOKEN_PARAMETER": bot_token,
    }
