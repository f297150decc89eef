"""A server on loopback: moto's dispatcher with the layer in front, in a thread of the test's own process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

from tests.support.aws.canned import LACKING
from tests.support.aws.layer import Layer

ACCOUNT = "123456789012"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running double."""

    url: str
    layer: Layer

    def client(self, service: str, region: str = "us-east-1") -> Any:
        import botocore.session
        from botocore.config import Config

        session = botocore.session.Session()
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, inject_host_prefix=False)
        return session.create_client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=config,
        )


@contextmanager
def cloud() -> Iterator[Cloud]:
    """Start empty, stop at the end."""
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    from moto.moto_api._internal import moto_api_backend
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Silent(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  as werkzeug names it
            del type, message, args

    layer = Layer(DomainDispatcherApplication(create_backend_app), canned=dict(LACKING))
    server = make_server("127.0.0.1", 0, layer, threaded=True, request_handler=Silent)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Cloud(f"http://127.0.0.1:{server.server_port}", layer)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        moto_api_backend.reset()
