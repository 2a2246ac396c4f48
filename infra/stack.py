"""The stack, wired of what the modules beside it make."""

from aws_cdk import CfnOutput, CfnParameter, CliCredentialsStackSynthesizer, Stack
from constructs import Construct

from infra import alarms, api, endpoints, layer, schedules, signing_keys, table, triggers
from infra.stages import Stage as Settings


class CobrokeStack(Stack):
    """All of Cobroke, in one stage."""

    def __init__(self, scope: Construct, name: str, stage: Settings) -> None:
        synthesizer = CliCredentialsStackSynthesizer() if stage.is_local else None
        super().__init__(
            scope, name, synthesizer=synthesizer, termination_protection=stage.protected
        )
        made_table = table.make_table(self, stage)
        made_layer = layer.make_layer(self, stage)
        keys = signing_keys.make_signing_keys(self, stage, made_layer)
        bot_token = self._bot_token(stage)
        functions = endpoints.make_endpoints(self, stage, made_layer, made_table, keys, bot_token)
        triggers.make_triggers(self, stage, made_layer, made_table, bot_token)
        schedules.make_schedules(self, stage, made_layer, made_table)
        made_api = api.make_api(self, stage, functions)
        alarms.make_alarms(self, stage)
        CfnOutput(
            self, "ApiUrl", value=made_api.api_endpoint, description="The base URL of the API"
        )
        CfnOutput(self, "TableName", value=made_table.table_name)

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
