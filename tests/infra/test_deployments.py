"""How versions take over, what is settled of a stage, and what the emulator must not be given."""

import json

from tests.infra.conftest import ACCOUNT, MINI_APP, REGION, TOPIC, Template

GROUP = "AWS::CodeDeploy::DeploymentGroup"
ALARM = "AWS::CloudWatch::Alarm"
UNKNOWN_TO_THE_EMULATOR = (
    *("AWS::CodeDeploy::Application", GROUP),
    *("AWS::Budgets::Budget", "AWS::Logs::QueryDefinition"),
)


def test_a_tenth_of_prod_meets_a_new_version_first_and_dev_at_once(
    templates: dict[str, Template], settled: Template
) -> None:
    assert {stage: _ways(template) for stage, template in templates.items()} == {
        "local": set(),
        "dev": {"CodeDeployDefault.LambdaAllAtOnce"},
        "prod": {"CodeDeployDefault.LambdaCanary10Percent5Minutes"},
    }
    assert _ways(settled) == {"CodeDeployDefault.LambdaAllAtOnce"}


def _ways(template: Template) -> set[str]:
    return {one["Properties"]["DeploymentConfigName"] for one in template.all(GROUP).values()}


def test_every_alias_is_moved_by_a_shift_that_goes_back_when_an_alarm_rings(prod: Template) -> None:
    groups = prod.all(GROUP)
    alarms = {
        name: one["Properties"]["AlarmName"].removeprefix("cobroke-prod-")
        for name, one in prod.all(ALARM).items()
    }
    moved = set()
    for alias in prod.main["Resources"].values():
        if alias["Type"] == "AWS::Lambda::Alias":
            by = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"]
            group = groups[by]["Properties"]
            watched = group["AlarmConfiguration"]
            rings = {alarms[one["Name"]["Ref"]] for one in watched["Alarms"]}
            assert rings == {"api-5xx", "api-slow", f"{group['DeploymentGroupName']}-errors"}
            assert watched["Enabled"] is True
            assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
            moved.add(group["DeploymentGroupName"])
    assert moved == prod.functions().keys() - {"signing_key"}


def test_a_hotfix_is_not_stopped_by_the_alarm_that_it_mends(settled: Template) -> None:
    for group in (one["Properties"] for one in settled.all(GROUP).values()):
        assert group["AlarmConfiguration"]["Enabled"] is False
        assert "DEPLOYMENT_STOP_ON_ALARM" not in group["AutoRollbackConfiguration"]["Events"]


def test_local_has_nothing_that_the_emulator_refuses(templates: dict[str, Template]) -> None:
    for kind in UNKNOWN_TO_THE_EMULATOR:
        assert not templates["local"].all(kind)
        assert templates["dev"].all(kind)


def test_a_budget_tells_before_the_month_is_spent(
    templates: dict[str, Template], settled: Template
) -> None:
    limits = {
        stage: templates[stage].one("AWS::Budgets::Budget")["Budget"] for stage in ("dev", "prod")
    }
    assert {
        stage: (one["BudgetLimit"]["Amount"], one["TimeUnit"]) for stage, one in limits.items()
    } == {"dev": (30, "MONTHLY"), "prod": (300, "MONTHLY")}
    # What is told to whom is fixed for good: another topic makes another one beside it.
    assert "BudgetName" not in limits["prod"]
    told = settled.one("AWS::Budgets::Budget")["NotificationsWithSubscribers"]
    assert [
        (one["Notification"]["NotificationType"], one["Notification"]["Threshold"]) for one in told
    ] == [("ACTUAL", 80), ("FORECASTED", 100)]
    for one in told:
        assert one["Subscribers"] == [{"Address": TOPIC, "SubscriptionType": "SNS"}]


def test_a_stage_that_names_its_account_goes_nowhere_else(settled: Template) -> None:
    (folder,) = {path.parent for path in settled.paths.values()}
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    where = {name: artifacts[name]["environment"] for name in settled.paths}
    assert set(where.values()) == {f"aws://{ACCOUNT}/{REGION}"}


def test_what_a_team_has_filled_in_is_in_every_deploy(settled: Template) -> None:
    alarms = [one["Properties"] for one in settled.all(ALARM).values()]
    assert alarms
    assert {json.dumps(one["AlarmActions"]) for one in alarms} == {json.dumps([TOPIC])}
    push = settled.functions()["telegram_push"]["Environment"]["Variables"]
    assert push["MINI_APP_URL"] == MINI_APP


def test_cdk_nag_finds_nothing_there_either(settled: Template) -> None:
    """In a known account its words for what was acknowledged are others."""
    conclusions = {one["pluginName"]: one["conclusion"] for one in settled.report["pluginReports"]}
    assert conclusions["AwsSolutions"] == "success"
