"""The CDK app, with the signing keys of `local` as a step of the rotation has them. On AWS such a
step is an edit of `infra/stages.py`.

Usage: python -m tools.drill.app KEY,KEY SIGNS
"""

import os
import sys
from dataclasses import replace

from app import synthesize
from infra.stages import STAGES

if __name__ == "__main__":
    keys, signs = sys.argv[1:]
    STAGES["local"] = replace(STAGES["local"], signing_keys=tuple(keys.split(",")), signs=signs)
    synthesize(os.environ["CDK_OUTDIR"])
