"""A ceiling of what the account should cost in a month: it stops nothing, it tells."""

from aws_cdk import aws_budgets
from constructs import Construct

from infra.stages import Stage

TOLD_AT = (("ACTUAL", 80), ("FORECASTED", 100))
"""In percent: of what was spent, of what the month will come to."""


def make_budget(scope: Construct, stage: Stage) -> None:
    """Make the budget; the topic of the alarms is told. CloudFormation names it: another topic
    makes another budget, which could not have the same name beside the old one.
    """
    aws_budgets.CfnBudget(
        scope,
        "Budget",
        budget=aws_budgets.CfnBudget.BudgetDataProperty(
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=aws_budgets.CfnBudget.SpendProperty(amount=stage.budget_usd, unit="USD"),
        ),
        notifications_with_subscribers=[
            aws_budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=aws_budgets.CfnBudget.NotificationProperty(
                    comparison_operator="GREATER_THAN",
                    notification_type=kind,
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[
                    aws_budgets.CfnBudget.SubscriberProperty(
                        address=stage.alarm_topic, subscription_type="SNS"
                    )
                ],
            )
            for kind, percent in TOLD_AT
            if stage.alarm_topic
        ],
    )
