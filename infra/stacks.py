"""The two stacks of a stage, wired of what the modules beside them make: what must be kept, and
what is made again from the code at any time.
"""

from aws_cdk import CfnOutput, CfnParameter, CliCredentialsStackSynthesizer, Environment, Stack
from constructs import Construct

from infra import (
    alarms,
    api,
    budget,
    dashboard,
    deployments,
    docs_page,
    endpoints,
    failures,
    layer,
    schedules,
    signing_keys,
    table,
    triggers,
)
from infra.stages import Stage as Settings


class _StageStack(Stack):
    def __init__(self, scope: Construct, name: str, stage: Settings) -> None:
        super().__init__(
            scope,
            name,
            env=Environment(account=stage.account or None, region=stage.region or None),
            synthesizer=CliCredentialsStackSynthesizer() if stage.is_local else None,
            termination_protection=stage.protected,
        )


class DataStack(_StageStack):
    """The table, and the keys behind the tokens. No change of the code changes it."""

    def __init__(self, scope: Construct, stage: Settings) -> None:
        super().__init__(scope, f"cobroke-{stage.name}-data", stage)
        self.table = table.make_table(self, stage)
        self.keys = signing_keys.make_signing_keys(self, stage, layer.make_libraries(self, stage))
        CfnOutput(self, "TableName", value=self.table.table_name)


class CobrokeStack(_StageStack):
    """All else: functions, queues, schedules, the API, and what watches them."""

    def __init__(self, scope: Construct, stage: Settings, data: DataStack) -> None:
        super().__init__(scope, f"cobroke-{stage.name}", stage)
        made_layer = layer.make_layer(self, stage)
        bot_token = self._bot_token(stage)
        functions = endpoints.make_endpoints(
            self, stage, made_layer, data.table, data.keys, bot_token
        )
        if stage.docs:
            functions["docs"] = docs_page.make_docs_page(self, stage, made_layer)
        erasures = schedules.make_erasure(self, stage, made_layer, data.table)
        pushing = triggers.make_triggers(self, stage, made_layer, data.table, bot_token, erasures)
        schedules.make_schedules(self, stage, made_layer, data.table)
        schedules.let_pushes_wait(self, stage, *pushing)
        made_api = api.make_api(self, stage, functions)
        if not stage.is_local:  # nobody would look
            self._watch(stage, (data, self))
        CfnOutput(
            self, "ApiUrl", value=made_api.api_endpoint, description="The base URL of the API"
        )

    def _watch(self, stage: Settings, stacks: tuple[Stack, ...]) -> None:
        found = tuple(failures.alarms_of(stage, stacks))
        rings = alarms.make_alarms(self, stage, found)
        deployments.make_deployments(self, stage, rings)
        dashboard.make_dashboard(self, stage, found, stacks)
        budget.make_budget(self, stage)

    def _bot_token(self, stage: Settings) -> str:
        """Return the name of its parameter. CloudFormation looks it up before it changes anything:
        where the token is missing, the deploy fails.
        """
        if stage.is_local:
            return stage.bot_token_parameter
        parameter = CfnParameter(
            self,
            "TelegramBotToken",
            type="AWS::SSM::Parameter::Name",
            default=stage.bot_token_parameter,
            allowed_values=[stage.bot_token_parameter],
            description="Put the token there as a SecureString before the first deploy",
        )
        return parameter.value_as_string
