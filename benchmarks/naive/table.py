"""The table by boto3's resource, which makes Python's own values of DynamoDB's."""

import os
from collections.abc import Sequence
from itertools import batched
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

type Item = dict[str, Any]

NAME = os.environ["TABLE_NAME"]
LAST = "~"
BATCH = 100
_RESOURCE = boto3.resource("dynamodb")
_TABLE = _RESOURCE.Table(NAME)
_CLIENT = _RESOURCE.meta.client


def get(pk: str, sk: str) -> Item | None:
    found = _TABLE.get_item(Key={"PK": pk, "SK": sk}, ConsistentRead=True)
    return found.get("Item")


def get_many(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Item]:
    found: dict[tuple[str, str], Item] = {}
    for some in batched(keys, BATCH, strict=False):
        wanted = [{"PK": pk, "SK": sk} for pk, sk in some]
        asked: Any = {NAME: {"Keys": wanted, "ConsistentRead": True}}
        while asked:
            answer = _RESOURCE.batch_get_item(RequestItems=asked)
            items = answer["Responses"][NAME]
            found |= {(str(item["PK"]), str(item["SK"])): item for item in items}
            asked = answer["UnprocessedKeys"]
    return found


def query(
    pk: str,
    low: str = " ",
    high: str = LAST,
    *,
    newest_first: bool = False,
    attributes: str = "",
    limit: int | None = None,
) -> list[Item]:
    """Read all, or all that one call with a limit reads."""
    asked: dict[str, Any] = {
        "KeyConditionExpression": Key("PK").eq(pk) & Key("SK").between(low, high),
        "ConsistentRead": True,
        "ScanIndexForward": not newest_first,
    }
    if attributes:
        asked["ProjectionExpression"] = attributes
    if limit:
        asked["Limit"] = limit
    found: list[Item] = []
    while True:
        page = _TABLE.query(**asked)
        found += page["Items"]
        if limit or "LastEvaluatedKey" not in page:
            return found
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def put_alone(item: Item) -> None:
    """Put it at once."""
    _TABLE.put_item(Item=item)


def put(item: Item, condition: str = "", values: Item | None = None) -> Item:
    return {"Put": {"TableName": NAME, "Item": item} | _when(condition, values)}


def update(pk: str, sk: str, expression: str, values: Item, condition: str = "") -> Item:
    asked = {"TableName": NAME, "Key": {"PK": pk, "SK": sk}, "UpdateExpression": expression}
    return {"Update": asked | _when(condition, values)}


def check(pk: str, sk: str, condition: str, values: Item) -> Item:
    asked = {"TableName": NAME, "Key": {"PK": pk, "SK": sk}}
    return {"ConditionCheck": asked | _when(condition, values)}


def transact(writes: Sequence[Item]) -> None:
    _CLIENT.transact_write_items(TransactItems=writes)  # type: ignore[arg-type]


def _when(condition: str, values: Item | None) -> Item:
    said: Item = {"ConditionExpression": condition} if condition else {}
    return said | ({"ExpressionAttributeValues": values} if values else {})
