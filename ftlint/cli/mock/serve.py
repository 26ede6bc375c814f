"""`ftlint mock serve`."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from ftlint.cli.mock.options import needs_extra


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Port of 127.0.0.1; 0: a free one.")
@click.option("--state", metavar="DIR", help="Folder that keeps files, jobs and models; default: all is forgotten at the end.")
@click.option(
    "--clock", type=click.Choice(["system", "fixed"]), default="system", help="fixed: names and times are the same in every run."
)
@click.option("--plain-results", is_flag=True, help="Results files of /fine_tuning/jobs as they are, not in Base64.")
@click.option("--no-base-models", is_flag=True, help="Models that were never trained do not answer (404).")
@click.option(
    "--max-upload", type=click.IntRange(1), default=512, show_default=True, metavar="MIB", help="Largest file that is taken."
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: the address as one line of JSON.")
@needs_extra
def serve(port: int, output: str, *, no_base_models: bool, max_upload: int, clock: str, **options: Any) -> int:
    """Serve the fine-tuning service on 127.0.0.1, until it is stopped."""
    from ftlint.mock.server.serving import Serving  # noqa: PLC0415 - the extra

    server = Serving(port=port, fixed_clock=clock == "fixed", base_models=not no_base_models, upload=max_upload << 20, **options)
    if output == "json":
        click.echo(json.dumps({"url": server.url}))
    else:
        click.echo(f"ftlint mock serves at {server.url}  (stop it with Ctrl-C)")
        click.echo(
            f"  export OPENAI_BASE_URL={server.url} OPENAI_API_BASE={server.url} OPENAI_API_KEY=sk-test NO_PROXY=127.0.0.1"
        )
        click.echo(f"  files, jobs and models: http://127.0.0.1:{server.port}/")
    sys.stdout.flush()
    server.run()
    return 0
