"""A double in a process of its own: prints its address when the state is laid, then `calls` as JSON for each line read.

python -m benchmarks.aws.server FACTOR
"""

import json
import os
import sys

from benchmarks.aws.state import mixed_account
from tests.support.aws.server import CREDENTIALS, cloud


def main() -> None:
    os.environ.update(CREDENTIALS)
    with cloud() as aws:
        made = mixed_account(aws, int(sys.argv[1]))
        aws.layer.calls.clear()
        print(json.dumps({"url": aws.url, "resources": made}), flush=True)
        for line in sys.stdin:
            if line.startswith("latency"):
                aws.layer.latency = float(line.split()[1])
            print(json.dumps({"calls": sum(aws.layer.calls.values()), "by": dict(aws.layer.calls)}), flush=True)
            aws.layer.calls.clear()


if __name__ == "__main__":
    main()
