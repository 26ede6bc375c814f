"""The offline service against its own description: whatever a request is, the answer is no failure of the service."""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from topics import records, single_token_labels

from ftlint.mock.experiments.train import train
from ftlint.mock.jobs.jobs import new_file
from ftlint.mock.jobs.store import Store
from ftlint.mock.server.app import application
from ftlint.mock.server.service import Service

DATA = records(30, single_token_labels(2), signal=0.6)
HEADERS = {"Authorization": "Bearer sk-test", "Host": "localhost"}


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A service with a file and a model, so that requests reach what is behind the names."""
    service = Service(Store(tmp_path_factory.mktemp("described")))
    file = new_file(service.store, "a.jsonl", "fine-tune", "".join(json.dumps(one) + "\n" for one in DATA).encode())
    content = service.store.write(train(DATA, "ada", n_epochs=1).save)
    service.store.add("models", {"id": "ada:ft-x", "base": "ada", "job": "ft-x", "created": 0, "content": content})
    yield service, file["id"]
    service.close()


def test_no_request_makes_it_fail(known):
    service, file = known
    schema = schemathesis.openapi.from_asgi("/openapi.json", application(service), headers=HEADERS)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == 25
    for operation in operations:

        @settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
        @given(case=operation.as_strategy(), real=st.booleans())
        def check(case, real):
            answered(case, real, file)

        check()


def answered(case, real, file):
    """The answer to a request; where `real`, it names a file and a model that exist."""
    if real and isinstance(case.body, dict):
        names = {"model": "gpt-4o-mini" if "messages" in case.body else "ada:ft-x", "training_file": file, "n_epochs": 1}
        case.body |= {name: value for name, value in names.items() if name in case.body}
    if isinstance(case.body, dict) and isinstance(case.body.get("n"), int) and case.body["n"] > 2:
        case.body["n"] = 2  # many long texts take long, and that is all
    response = case.call(headers=HEADERS)
    assert response.status_code < 500, response.text
    described = {*case.operation.definition.raw["responses"], "405"}  # of methods that are not described
    assert str(response.status_code) in described, response.text
    if response.status_code >= 400:
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}
