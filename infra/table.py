"""The one table."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.stages import Stage

TTL_ATTRIBUTE = "expires"


def make_table(scope: Construct, stage: Stage) -> dynamodb.Table:
    """Make it: PK and SK, on demand, no index; a stream of both images, recovery, TTL."""
    reads, writes = stage.most_units or (None, None)
    return dynamodb.Table(
        scope,
        "Table",
        partition_key=dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="SK", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        max_read_request_units=reads,
        max_write_request_units=writes,
        stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute=TTL_ATTRIBUTE,
        deletion_protection=stage.protected,
        removal_policy=stage.removal,
    )
