"""The keys behind the tokens, and the one behind the hashes of Telegram ids: made by a custom
resource that never replaces or deletes one.

Only auth can read the private ones. The public ones are plain configuration of every function.
"""

from dataclasses import dataclass

from aws_cdk import Acknowledgment, CustomResource, Duration, RemovalPolicy, Stack, Validations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function import Function, as_nag_writes, parameter_arn
from infra.stages import Stage

HASH_KEY = "telegram-ids"
"""The name of the key under which Telegram ids are hashed. Under another what protects others from
who was erased is not found: it is kept for 30 days, so for so long two are needed to rotate it.
"""


@dataclass(frozen=True)
class SigningKeys:
    """The keys of a stage. `public` is JSON: key id → public key. `signing_id` and
    `signing_parameter` name the key that signs. `private` has the parameters of all: a deploy that
    changes which key signs must find both readable.
    """

    public: str
    signing_id: str
    signing_parameter: str
    private: tuple[str, ...]
    hashes: str
    """The parameter of the key under which Telegram ids are hashed."""


def make_signing_keys(scope: Construct, stage: Stage, layer: lambda_.ILayerVersion) -> SigningKeys:
    """Make the keys of the stage's `signing_keys`, each once and for good."""
    maker = _make_maker(scope, stage, layer)
    made = {
        name: _make_key(scope, f"SigningKey{name}", "Custom::SigningKey", maker, name)
        for name in stage.signing_keys
    }
    hashing = _make_key(scope, "HashKey", "Custom::HashKey", maker, HASH_KEY)
    public = {key.get_att_string("KeyId"): key.get_att_string("Key") for key in made.values()}
    return SigningKeys(
        public=Stack.of(scope).to_json_string(public),
        signing_id=made[stage.signs].get_att_string("KeyId"),
        signing_parameter=made[stage.signs].get_att_string("Parameter"),
        private=tuple(key.get_att_string("Parameter") for key in made.values()),
        hashes=hashing.get_att_string("Parameter"),
    )


def _make_key(
    scope: Construct, construct_id: str, kind: str, maker: Function, name: str
) -> CustomResource:
    key = CustomResource(
        scope,
        construct_id,
        service_token=maker.live.function_arn,
        resource_type=kind,
        service_timeout=Duration.minutes(2),
        properties={"KeyName": name},
        removal_policy=RemovalPolicy.RETAIN,
    )
    # The rights must be there before the first key is made.
    key.node.add_dependency(maker)
    return key


def _make_maker(scope: Construct, stage: Stage, layer: lambda_.ILayerVersion) -> Function:
    """Make the function that puts keys. It reads public ones; a private key it can never read."""
    private, public = f"/cobroke/{stage.name}/signing-keys", f"/cobroke/{stage.name}/public-keys"
    environment = {"PRIVATE_KEYS": private, "PUBLIC_KEYS": public}
    maker = Function(scope, stage, "signing_key", layer, environment, Duration.minutes(1))
    names = (*stage.signing_keys, HASH_KEY)
    private_arns = [parameter_arn(scope, f"{private}/{name}/*") for name in names]
    public_arns = [parameter_arn(scope, f"{public}/{name}") for name in names]
    # A key is put once: whatever the code says, none is ever written over. The emulator knows no
    # such condition, and would refuse.
    anew = None if stage.is_local else {"StringEquals": {"ssm:Overwrite": "false"}}
    maker.allow(["ssm:PutParameter"], *private_arns, *public_arns, when=anew)
    maker.allow(["ssm:GetParameter"], *public_arns)
    for arn in private_arns:
        Validations.of(scope).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{as_nag_writes(scope, arn)}]",
                reason="It may only put there, and the last part of the name is the key's own id, "
                "not known before.",
            )
        )
    return maker
