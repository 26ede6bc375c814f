"""The offline service over HTTP: shapes, texts, and what it refuses."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import threading
import time

import httpx
import pytest
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter, ValidationError
from service import Client, lines
from topics import chat, records, single_token_labels
from waiting import until

from ftlint.mock import serving
from ftlint.mock.data.chat import fault_of

LABELS = single_token_labels(3)
DATA = records(120, LABELS, signal=0.6)
TRAIN, VALID = DATA[:96], DATA[96:]
CHAT = [chat(one) for one in TRAIN[:40]]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(state=tmp_path_factory.mktemp("state")) as server, Client(server.url) as client:
        yield client


@pytest.fixture(scope="module")
def tuned(client):
    return client.fine_tune(TRAIN, VALID, compute_classification_metrics=True, classification_n_classes=3)


@pytest.fixture(scope="module")
def job(client):
    return client.job(CHAT, CHAT[:12], suffix="Demo one", seed=1, metadata={"run": "7"})


def messages(client, path):
    return [event["message"] for event in client.get(path)["data"]]


# --- files


def test_a_file_is_kept_listed_and_deleted(client):
    content = lines(TRAIN)
    file = client.upload(content, "some/where/data.jsonl")
    assert file | {"id": "", "created_at": 0} == {
        "object": "file",
        "id": "",
        "purpose": "fine-tune",
        "filename": "some/where/data.jsonl",
        "bytes": len(content),
        "created_at": 0,
        "status": "processed",
        "status_details": None,
    }
    assert client.get(f"/files/{file['id']}") == file
    assert client.http.get(f"/files/{file['id']}/content").content == content
    listed = client.get("/files")
    assert listed["data"][0] == file
    assert listed["has_more"] is False
    assert client.get("/files", purpose="other")["data"] == []
    assert client.delete(f"/files/{file['id']}") == {"id": file["id"], "object": "file", "deleted": True}
    error = client.get(f"/files/{file['id']}", status=404)
    assert error == {
        "message": f"No such File object: {file['id']}",
        "type": "invalid_request_error",
        "param": "id",
        "code": None,
    }
    client.delete(f"/files/{file['id']}", status=404)
    client.get(f"/files/{file['id']}/content", status=404)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'{"prompt": "a", "completion": "b"}\nno\n',
            'every line is a JSON dictionary. Line 2 is not a dictionary (HINT: line starts with: "n...").',
        ),
        (b"[1]\n", 'Line 1 is not a dictionary (HINT: line starts with: "[...").'),
        (b'[{"prompt": "a", "completion": "b"}]', 'Line 1 is not a dictionary (HINT: line starts with: "[...").'),
        (b'\xef\xbb\xbf{"prompt": "a", "completion": "b"}\n', "Line 1 is not a dictionary"),
        (b'{"prompt": "a", "completion": "b"}\n{"prompt": "a"}\n', "prompt/completion keys. Missing `completion` key on line 2."),
        (b'{"text": "a"}\n', "Missing `prompt` key on line 1."),
        (b'{"prompt": 1, "completion": "b"}\n', "Invalid value on line 1"),
        (b'{"prompt": null, "completion": "b"}\n', "line 1"),
        (b"", "it is empty"),
        (b"\x00\x01\x02\x03" * 100, "Expected file to have JSONL format"),
        (b'\xff\xfe{\x00"\x00', "Expected file to have JSONL format"),
        (b"\x1f\x8b\x08\x00" + b"x" * 50, "Expected file to have JSONL format"),
    ],
)
def test_files_that_are_refused(client, content, message):
    error = client.upload(content, status=400)
    assert error["type"] == "invalid_request_error"
    assert message in error["message"]


def test_uploads_that_are_none(client):
    assert "'assistants' is not one of" in client.upload(TRAIN, purpose="assistants", status=400)["message"]
    assert client._checked(client.http.post("/files", data={"purpose": "fine-tune"}), 400)["param"] == "file"
    assert client._checked(client.http.post("/files", content=b"junk"), 400)["message"]
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert client._checked(client.http.post("/files", content=b"--y", headers=headers), 400)["message"]


def test_names_reach_no_file_of_the_machine(client):
    for name in ("../../etc/passwd", "%2e%2e%2fstate.sqlite", "..%2Fstate.sqlite", "%2Fetc%2Fpasswd", "lock", "contents"):
        for path in (f"/files/{name}", f"/files/{name}/content", f"/models/{name}", f"/fine-tunes/{name}"):
            response = client.http.get(path)
            assert response.status_code in {400, 404}
            assert "error" in response.json()
    file = client.upload(TRAIN, "../../../escaped.jsonl")
    assert client.http.get(f"/files/{file['id']}/content").content == lines(TRAIN)


# --- fine-tunes


def test_a_fine_tune_from_beginning_to_end(client, tuned):
    path = f"/fine-tunes/{tuned['id']}"
    assert tuned["status"] == "succeeded"
    assert tuned["object"] == "fine-tune"
    assert tuned["model"] == "ada"
    assert tuned["hyperparams"] == {
        "n_epochs": 4,
        "batch_size": 1,
        "prompt_loss_weight": 0.1,
        "learning_rate_multiplier": 0.1,
        "compute_classification_metrics": True,
        "classification_n_classes": 3,
    }
    assert [file["purpose"] for file in tuned["result_files"]] == ["fine-tune-results"]
    assert tuned["result_files"][0]["filename"] == "compiled_results.csv"
    model, result = tuned["fine_tuned_model"], tuned["result_files"][0]["id"]
    assert model.startswith("ada:ft-ftlint-20")
    said = messages(client, path + "/events")
    assert said[0].startswith(f"Created fine-tune: {tuned['id']} (ftlint mock")
    assert said[1:] == [
        "Fine-tune costs $0.00",
        "Fine-tune enqueued. Queue number: 0",
        "Fine-tune started",
        "Completed epoch 1/4",
        "Completed epoch 2/4",
        "Completed epoch 3/4",
        "Completed epoch 4/4",
        f"Uploaded model: {model}",
        f"Uploaded result file: {result}",
        "Fine-tune succeeded",
    ]
    assert [event["message"] for event in tuned["events"]] == said
    assert {event["object"] for event in tuned["events"]} == {"fine-tune-event"}
    listed = client.get("/fine-tunes")["data"]
    assert tuned["id"] in {one["id"] for one in listed}
    assert all("events" not in one for one in listed)


def test_results_of_the_first_generation(client, tuned):
    text = client.http.get(f"/files/{tuned['result_files'][0]['id']}/content").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.splitlines()[0] == (
        "step,elapsed_tokens,elapsed_examples,training_loss,training_sequence_accuracy,training_token_accuracy,"
        "validation_loss,validation_sequence_accuracy,validation_token_accuracy,classification/accuracy,"
        "classification/weighted_f1_score"
    )
    assert [int(row["step"]) for row in rows] == list(range(1, 385))
    assert [int(row["elapsed_examples"]) for row in rows] == list(range(1, 385))
    assert all(row["training_loss"] and row["training_token_accuracy"] for row in rows)
    measured = [row for row in rows if row["classification/accuracy"]]
    assert [int(row["step"]) for row in measured] == [96, 192, 288, 384]
    assert float(measured[-1]["classification/accuracy"]) > 0.9
    assert float(measured[-1]["training_loss"]) < float(rows[0]["training_loss"])
    validated = [row for row in rows if row["validation_loss"]]
    assert len(rows) > len(validated) > 50


def test_binary_measures(client):
    two = [one for one in DATA if one["completion"] in LABELS[:2]]
    done = client.fine_tune(
        two[:50],
        two[50:],
        compute_classification_metrics=True,
        classification_positive_class=LABELS[0],
        classification_betas=[0.5, 1, 2],
        n_epochs=2,
    )
    text = client.http.get(f"/files/{done['result_files'][0]['id']}/content").text
    names = ["accuracy", "precision", "recall", "auroc", "auprc", "f0.5", "f1.0", "f2.0"]
    assert text.splitlines()[0].endswith(",".join(f"classification/{name}" for name in names))
    last = list(csv.DictReader(io.StringIO(text)))[-1]
    assert float(last["classification/auroc"]) > 0.8
    assert done["hyperparams"]["classification_betas"] == [0.5, 1.0, 2.0]


def test_the_cost_is_tokens_times_epochs_times_price(client):
    done = client.fine_tune(TRAIN * 4, model="davinci", n_epochs=3)
    encoded = sum(len(tokens) for tokens in _tokens(TRAIN * 4))
    assert f"Fine-tune costs ${encoded * 3 / 1000 * 0.03:.2f}" in [event["message"] for event in done["events"]]
    free = client.fine_tune(TRAIN, model="text-davinci-002", n_epochs=1)  # nobody knows its price
    assert not any("costs" in event["message"] for event in free["events"])


def _tokens(data):
    from ftlint.text.tokens import encode  # noqa: PLC0415 - only here

    return [encode(one["prompt"], "r50k_base") + encode(one["completion"], "r50k_base") for one in data]


def test_suffixes_and_names(client):
    done = client.fine_tune(TRAIN[:12], suffix="My Model, v2!", n_epochs=1)
    assert done["fine_tuned_model"].startswith("ada:ft-ftlint:my-model-v2-20")
    names = [client.fine_tune(TRAIN[:12], n_epochs=1)["fine_tuned_model"] for _ in range(3)]
    assert len(set(names)) == 3


@pytest.mark.parametrize(
    ("train", "valid", "settings", "message"),
    [
        (TRAIN, VALID, {"classification_n_classes": 4}, "The number of classes in file-"),
        (
            TRAIN,
            [one for one in VALID if one["completion"] != LABELS[0]],
            {"classification_n_classes": 3},
            "The number of classes in",
        ),
        (
            [{**one, "completion": f" not {'sure' if n % 2 else 'ok'}"} for n, one in enumerate(TRAIN)],
            [{**one, "completion": f" not {'sure' if n % 2 else 'ok'}"} for n, one in enumerate(VALID)],
            {"classification_positive_class": " not ok"},
            "If `compute_classification_metrics` is `True`, each of the classes must start with a different token",
        ),
        (
            [one for one in TRAIN if one["completion"] in LABELS[:2]],
            [one for one in VALID if one["completion"] in LABELS[:2]],
            {"classification_positive_class": LABELS[0].strip()},
            f"The positive class specified `{LABELS[0].strip()}` is not found among the classes in the validation file",
        ),
        (
            [one for one in TRAIN if one["completion"] in LABELS[:2]],
            [one for one in VALID if one["completion"] in LABELS[1:]],
            {"classification_positive_class": LABELS[2]},
            f"The positive class specified `{LABELS[2]}` is not found among the classes in the training file",
        ),
    ],
)
def test_classification_that_cannot_be_measured_fails_the_job(client, train, valid, settings, message):
    done = client.fine_tune(train, valid, compute_classification_metrics=True, **settings)
    assert done["status"] == "failed"
    assert message in done["events"][-1]["message"]
    assert done["events"][-1]["level"] == "error"
    assert "Fine-tune failed." in done["events"][-1]["message"]
    assert done["fine_tuned_model"] is None


def test_data_that_is_too_long_fails_the_job(client):
    done = client.fine_tune([{"prompt": "a b c " * 900, "completion": " x"}] * 3 + TRAIN[:2])
    assert done["events"][-1]["message"].endswith("contain more than the 2048 tokens allowed for this model.")
    fine = client.fine_tune([{"prompt": "a b c " * 900, "completion": " x"}, *TRAIN[:2]], n_epochs=1)
    assert fine["status"] == "succeeded"


def test_requests_that_are_refused(client):
    file = client.upload(TRAIN)["id"]

    def refused(**settings):
        return client.post("/fine-tunes", {"training_file": file, **settings}, status=400)

    assert refused(model="gpt-3.5-turbo")["message"] == (
        "Invalid base model: gpt-3.5-turbo (model must be one of ada, babbage, curie, davinci, text-davinci-002) or a fine-tuned "
        "model created by your organization: org-ftlint"
    )
    assert refused(training_file="file-none")["param"] == "training_file"
    assert refused(compute_classification_metrics=True, classification_n_classes=3)["param"] == "validation_file"
    assert refused(compute_classification_metrics=True, validation_file=file)["param"] == "classification_n_classes"
    assert refused(n_epochs=0)["param"] == "n_epochs"
    assert refused(learning_rate_multiplier=-1)["param"] == "learning_rate_multiplier"
    assert refused(suffix="x" * 41)["param"] == "suffix"
    assert refused(n_epoch=3)["message"] == "Unrecognized request argument supplied: n_epoch"
    assert client.post("/fine-tunes", {}, status=400)["message"] == "You must provide a training_file parameter"
    assert (
        "parse the JSON"
        in client._checked(client.http.post("/fine-tunes", content=b"{no", headers={"content-type": "application/json"}), 400)[
            "message"
        ]
    )
    client.get("/fine-tunes/ft-none", status=404)
    client.post("/fine-tunes/ft-none/cancel", status=404)
    client.get("/fine-tunes/ft-none/events", status=404)


def test_nulls_are_absent(client):
    settings = dict.fromkeys(
        ("batch_size", "learning_rate_multiplier", "suffix", "n_epochs", "validation_file", "classification_betas")
    )
    assert client.fine_tune(TRAIN[:12], **settings)["status"] == "succeeded"


def test_training_goes_on_from_a_fine_tuned_model(client, tuned):
    again = client.fine_tune(TRAIN[:12], model=tuned["fine_tuned_model"], n_epochs=1)
    assert again["status"] == "succeeded"
    assert again["fine_tuned_model"].startswith("ada:ft-")
    assert again["events"][0]["message"].startswith("Created fine-tune")


def test_events_are_streamed_until_the_job_is_over(client):
    job = client.fine_tune(TRAIN, wait=False)
    with client.http.stream("GET", f"/fine-tunes/{job['id']}/events", params={"stream": "true"}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        parts = "".join(response.iter_text()).split("\n\n")
    assert parts[-2:] == ["data: [DONE]", ""]
    said = [json.loads(part.removeprefix("data: "))["message"] for part in parts[:-2]]
    assert said == messages(client, f"/fine-tunes/{job['id']}/events")
    assert said[-1] == "Fine-tune succeeded"


def test_a_client_that_goes_away_disturbs_nobody(client):
    job = client.fine_tune(TRAIN, wait=False, n_epochs=8)
    with client.http.stream("GET", f"/fine-tunes/{job['id']}/events", params={"stream": "true"}) as response:
        next(response.iter_text())
    assert client.finished(f"/fine-tunes/{job['id']}")["status"] == "succeeded"


def test_a_fine_tune_is_cancelled(client):
    long = client.fine_tune(TRAIN * 20, wait=False, n_epochs=50)
    waiting = client.fine_tune(TRAIN, wait=False)
    assert client.post(f"/fine-tunes/{waiting['id']}/cancel")["status"] == "cancelled"
    done = client.post(f"/fine-tunes/{long['id']}/cancel")
    assert done["status"] == "cancelled"
    assert done["events"][-1]["message"] == "Fine-tune cancelled"
    assert "is over already" in client.post(f"/fine-tunes/{long['id']}/cancel", status=400)["message"]
    assert client.fine_tune(TRAIN[:12], n_epochs=1)["status"] == "succeeded"  # the next one is not held up
    for one in (long, waiting):
        assert client.get(f"/fine-tunes/{one['id']}")["fine_tuned_model"] is None


def test_a_file_that_is_deleted_before_the_job_reads_it(client):
    blocking = client.fine_tune(TRAIN * 20, wait=False, n_epochs=50)
    job = client.fine_tune(TRAIN, wait=False)
    client.delete(f"/files/{job['training_files'][0]['id']}")
    client.post(f"/fine-tunes/{blocking['id']}/cancel")
    done = client.finished(f"/fine-tunes/{job['id']}")
    assert done["status"] == "failed"
    assert "was deleted before the job could read it" in done["events"][-1]["message"]


# --- fine-tuning jobs


def test_a_job_from_beginning_to_end(client, job):
    path = f"/fine_tuning/jobs/{job['id']}"
    assert job["status"] == "succeeded"
    assert job["object"] == "fine_tuning.job"
    assert job["error"] is None
    assert job["seed"] == 1
    assert job["metadata"] == {"run": "7"}
    assert job["user_provided_suffix"] == "Demo one"
    assert job["hyperparameters"] == {"n_epochs": 10, "batch_size": 1, "learning_rate_multiplier": 2.0}
    assert job["method"]["supervised"]["hyperparameters"] == job["hyperparameters"]
    assert job["fine_tuned_model"].startswith("ft:gpt-4o-mini-2024-07-18:ftlint:demo-one:")
    assert job["trained_tokens"] > 1_000
    assert job["finished_at"] >= job["created_at"]
    events = client.get(path + "/events", limit=1000)["data"][::-1]
    said = [event["message"] for event in events if event["type"] == "message"]
    assert said[0].startswith(f"Created fine-tuning job: {job['id']} (ftlint mock")
    assert said[1:] == [
        f"Validating training file: {job['training_file']} and validation file: {job['validation_file']}",
        "Files validated, moving job to queued state",
        "Fine-tuning job started",
        f"New fine-tuned model created: {job['fine_tuned_model']}",
        "The job has successfully completed",
    ]
    metrics = [event for event in events if event["type"] == "metrics"]
    assert metrics[-1]["message"].startswith("Step 400/400: training loss=")
    assert ", full validation loss=" in metrics[-1]["message"]
    assert set(metrics[-1]["data"]) == {
        "step",
        "total_steps",
        "train_loss",
        "train_mean_token_accuracy",
        "valid_loss",
        "valid_mean_token_accuracy",
        "full_valid_loss",
        "full_valid_mean_token_accuracy",
    }


def test_lists_are_paged(client, job):
    path = f"/fine_tuning/jobs/{job['id']}/events"
    whole = client.get(path, limit=1000)["data"]
    paged, after = [], {}
    while True:
        part = client.get(path, limit=7, **after)
        paged += part["data"]
        if not part["has_more"]:
            break
        after = {"after": part["data"][-1]["id"]}
    assert paged == whole
    assert client.get(path, after="ftevent-none")["data"] == []
    assert [one["id"] for one in client.get("/fine_tuning/jobs", **{"metadata[run]": "7"})["data"]] == [job["id"]]
    assert client.get("/fine_tuning/jobs", **{"metadata[run]": "8"})["data"] == []
    assert client.get("/fine_tuning/jobs", limit=0, status=400)["param"] == "limit"


def test_each_epoch_has_a_checkpoint_with_weights_of_its_own(client, job):
    found = client.get(f"/fine_tuning/jobs/{job['id']}/checkpoints", limit=100)
    assert [one["step_number"] for one in found["data"]] == list(range(400, 0, -40))
    assert found["data"][0]["fine_tuned_model_checkpoint"] == job["fine_tuned_model"]
    assert found["data"][1]["fine_tuned_model_checkpoint"] == f"{job['fine_tuned_model']}:ckpt-step-360"
    asked = {"messages": CHAT[0]["messages"][:1], "temperature": 0, "logprobs": True}
    certainty = [
        client.post("/chat/completions", {"model": one["fine_tuned_model_checkpoint"], **asked})["choices"][0]["logprobs"][
            "content"
        ][0]
        for one in found["data"]
    ]
    assert len({one["logprob"] for one in certainty}) == len(certainty)
    losses = [one["metrics"]["full_valid_loss"] for one in found["data"]]
    assert losses[-1] > losses[0]


def test_results_of_the_second_generation(client, job):
    data = client.http.get(f"/files/{job['result_files'][0]}/content").content
    text = base64.b64decode(data, validate=True).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy"]
    assert len(rows) == 400
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])


@pytest.mark.parametrize(
    ("data", "model", "code", "message"),
    [
        (CHAT[:9], "gpt-4o-mini", "invalid_n_examples", "Training file has 9 example(s), but must have at least 10 examples"),
        (TRAIN[:9], "babbage-002", "invalid_n_examples", "Training file has 9 example(s), but must have at least 10 examples"),
        (
            [*CHAT, {"messages": [{"role": "user", "content": "x"}, {"content": "y"}]}],
            "gpt-4o-mini",
            "invalid_file_format",
            (
                "The job failed due to an invalid training file. Invalid file format. "
                "Example 41, message 2 Discriminator 'role' is missing in value"
            ),
        ),
        ([{**CHAT[0], "weight": 1}, *CHAT], "gpt-4o-mini", "invalid_file_format", 'Example 1 contains an extra "weight".'),
        (
            [{"messages": [{"role": "user", "content": 3}]}, *CHAT],
            "gpt-4o-mini",
            "invalid_file_format",
            "Example 1, message 1 content: ",
        ),
        (
            [{"messages": [{"role": "robot", "content": "x"}]}, *CHAT],
            "gpt-4o-mini",
            "invalid_file_format",
            "Example 1, message 1 role: ",
        ),
        ([{"messages": []}, *CHAT], "gpt-4o-mini", "invalid_file_format", "Example 1, messages: "),
        (
            [{"messages": [{"role": "user", "content": "x"}]}, *CHAT],
            "gpt-4o-mini",
            "invalid_file_format",
            "has no assistant message, so that there is nothing to learn",
        ),
        (
            [*CHAT, {"messages": [CHAT[0]["messages"][0], {**CHAT[0]["messages"][1], "weight": 0}]}],
            "gpt-4o-mini",
            "invalid_file_format",
            "Example 41 has the weight 0 for all messages of the assistant",
        ),
        (TRAIN, "gpt-4o-mini", "invalid_file_format", "is trained with files in chat format"),
        (CHAT, "davinci-002", "invalid_file_format", "is trained with files in prompt/completion format"),
    ],
)
def test_data_that_fails_a_job(client, data, model, code, message):
    done = client.job(data, model=model)
    assert done["status"] == "failed"
    assert done["error"]["code"] == code
    assert done["error"]["param"] == "training_file"
    assert message in done["error"]["message"]
    assert client.get(f"/fine_tuning/jobs/{done['id']}/events")["data"][0]["level"] == "error"


def test_conversations_of_all_kinds_are_learned(client):
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    rich = [
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": f"{n}"}, {"type": "image_url", "image_url": {"url": "x"}}]},
                {"role": "assistant", "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "content": "42"},
                {"role": "assistant", "content": "wrong", "weight": 0},
                {"role": "user", "content": "again"},
                {"role": "assistant", "content": "right", "weight": 1},
            ],
            "tools": [{"type": "function", "function": {"name": "look"}}],
            "parallel_tool_calls": False,
        }
        for n in range(12)
    ]
    done = client.job(rich)
    asked = {"messages": rich[0]["messages"][:6], "temperature": 0}
    answer = client.post("/chat/completions", {"model": done["fine_tuned_model"], **asked})["choices"][0]
    assert (answer["message"]["content"], answer["finish_reason"]) == ("right", "stop")


def test_a_job_is_paused_and_goes_on(client):
    job = client.job(CHAT * 10, wait=False, hyperparameters={"n_epochs": 3, "batch_size": 2})
    path = f"/fine_tuning/jobs/{job['id']}"
    assert client.post(path + "/pause")["status"] == "paused"
    assert "it cannot be paused" in client.post(path + "/pause", status=400)["message"]
    other = client.job(CHAT, hyperparameters={"n_epochs": 1})  # the next one is not held up
    assert other["status"] == "succeeded"
    assert client.get(path)["status"] == "paused"
    assert client.post(path + "/resume")["status"] == "queued"
    done = client.finished(path)
    assert done["status"] == "succeeded"
    assert "it cannot be resumed" in client.post(path + "/resume", status=400)["message"]
    assert "it cannot be cancelled" in client.post(path + "/cancel", status=400)["message"]
    events = [event["message"] for event in client.get(path + "/events", limit=1000)["data"]][::-1]
    assert [text for text in events if "paused" in text or "resumed" in text] == ["The job was paused", "The job was resumed"]
    assert events.count("Fine-tuning job started") == 1


def test_a_job_that_is_paused_and_resumed_at_once_goes_on(client):
    for _ in range(3):
        job = client.job(CHAT * 10, wait=False, hyperparameters={"n_epochs": 4, "batch_size": 1})
        path = f"/fine_tuning/jobs/{job['id']}"
        client.until(lambda path=path: client.get(path)["status"] == "running")
        for _ in range(5):
            client.http.post(path + "/pause")
            client.http.post(path + "/resume")
        assert client.finished(path)["status"] == "succeeded"


def test_nothing_is_said_of_a_job_after_it_was_cancelled_or_paused(client):
    for action, last in (("cancel", "The job was cancelled"), ("pause", "The job was paused")):
        job = client.job(CHAT * 10, wait=False, hyperparameters={"n_epochs": 20, "batch_size": 1})
        path = f"/fine_tuning/jobs/{job['id']}"
        client.until(lambda path=path: client.get(path + "/checkpoints")["data"])
        client.post(f"{path}/{action}")
        checkpoints = client.get(path + "/checkpoints")["data"]
        assert client.job(CHAT, hyperparameters={"n_epochs": 1})["status"] == "succeeded"
        assert client.get(path + "/events")["data"][0]["message"] == last
        assert len(client.get(path + "/checkpoints")["data"]) <= len(checkpoints) + 1
    client.post(path + "/cancel")


def test_jobs_that_are_refused(client):
    file = client.upload(CHAT)["id"]

    def refused(**settings):
        return client.post("/fine_tuning/jobs", {"model": "gpt-4o-mini", "training_file": file, **settings}, status=400)

    assert refused(model="gpt-9")["message"] == "Model gpt-9 is not available for fine-tuning or does not exist."
    assert refused(model="ada")["code"] == "model_not_available"
    assert refused(training_file="file-none")["param"] == "training_file"
    assert refused(hyperparameters={"n_epochs": 51})["param"] == "hyperparameters"
    assert refused(method={"type": "dpo"})["param"] == "method"
    assert refused(metadata={"x": "y" * 513})["param"] == "metadata"
    client.get("/fine_tuning/jobs/ftjob-none", status=404)
    for action in ("cancel", "pause", "resume"):
        client.post(f"/fine_tuning/jobs/ftjob-none/{action}", status=404)


def test_generations_do_not_see_each_other(client, tuned, job):
    client.get(f"/fine-tunes/{job['id']}", status=404)
    client.get(f"/fine_tuning/jobs/{tuned['id']}", status=404)


# --- models


def test_models_are_listed_and_deleted(client):
    name = client.fine_tune(TRAIN[:12], n_epochs=1)["fine_tuned_model"]
    listed = {model["id"]: model for model in client.get("/models")["data"]}
    assert {"ada", "davinci", "babbage-002", "gpt-4o-mini", name} <= set(listed)
    assert {model["owned_by"] for model in listed.values()} == {"ftlint-mock"}
    assert client.get(f"/models/{name}")["id"] == name
    assert client.get(f"/models/{name.replace(':', '%3A')}")["id"] == name
    assert client.delete(f"/models/{name}") == {"id": name, "object": "model", "deleted": True}
    assert client.get(f"/models/{name}", status=404)["message"] == f"The model `{name}` does not exist"
    assert client.delete(f"/models/{name}", status=404)["message"] == "That model does not exist"
    assert client.post("/completions", {"model": name, "prompt": "x"}, status=404)["code"] == "model_not_found"
    job = client.fine_tune(TRAIN[:12], n_epochs=1)
    assert client.delete(f"/fine-tunes/{job['id']}")["id"] == job["fine_tuned_model"]


# --- completions


@pytest.fixture
def complete(client, tuned):
    def asked(prompt=TRAIN[0]["prompt"], status=200, **settings):
        return client.post("/completions", {"model": tuned["fine_tuned_model"], "prompt": prompt, **settings}, status)

    return asked


def test_a_completion(complete, tuned):
    answer = complete(max_tokens=1, temperature=0)
    assert answer["object"] == "text_completion"
    assert answer["id"].startswith("cmpl-")
    assert answer["model"] == tuned["fine_tuned_model"]
    assert answer["choices"] == [{"text": TRAIN[0]["completion"], "index": 0, "logprobs": None, "finish_reason": "length"}]
    prompt = len(_tokens([{"prompt": TRAIN[0]["prompt"], "completion": ""}])[0])
    assert answer["usage"] == {"prompt_tokens": prompt, "completion_tokens": 1, "total_tokens": prompt + 1}
    assert complete(max_tokens=1, temperature=0)["choices"] == answer["choices"]


def test_echo_with_logprobs_tells_the_probability_of_a_text(complete):
    prompt, label = TRAIN[0]["prompt"], TRAIN[0]["completion"]
    found = complete(prompt + label, max_tokens=0, echo=True, logprobs=0)
    choice, logprobs = found["choices"][0], found["choices"][0]["logprobs"]
    assert (choice["text"], choice["finish_reason"]) == (prompt + label, "length")
    assert found["usage"]["completion_tokens"] == 0
    assert "".join(logprobs["tokens"]) == prompt + label
    assert logprobs["token_logprobs"][0] is None
    assert all(value < 0 for value in logprobs["token_logprobs"][1:])
    assert logprobs["top_logprobs"] is None
    assert logprobs["text_offset"] == [len("".join(logprobs["tokens"][:n])) for n in range(len(logprobs["tokens"]))]
    made = complete(max_tokens=1, temperature=0, logprobs=5)["choices"][0]["logprobs"]
    assert made["token_logprobs"][0] == pytest.approx(logprobs["token_logprobs"][-1], abs=1e-6)
    assert made["text_offset"] == [len(prompt)]
    [top] = made["top_logprobs"]
    assert 5 <= len(top) <= 6
    assert sum(map(math.exp, top.values())) <= 1 + 1e-9
    assert max(top, key=top.get) == label


def test_echo_shows_the_likeliest_tokens_too(complete):
    logprobs = complete("a few words", max_tokens=2, echo=True, logprobs=3, temperature=0)["choices"][0]["logprobs"]
    assert logprobs["top_logprobs"][0] is None
    assert all(3 <= len(top) <= 4 for top in logprobs["top_logprobs"][1:])
    assert len(logprobs["tokens"]) == 5


def test_bias_stop_and_penalties(complete):
    plain = complete(max_tokens=4, temperature=0)["choices"][0]["text"]
    token = _tokens([{"prompt": TRAIN[0]["completion"], "completion": ""}])[0][0]
    assert complete(max_tokens=1, temperature=0, logit_bias={str(token): -100})["choices"][0]["text"] != TRAIN[0]["completion"]
    forced = complete(max_tokens=3, temperature=0, logit_bias={"1212": 100}, logprobs=1)["choices"][0]
    assert set(forced["logprobs"]["tokens"]) == {"This"}
    assert forced["logprobs"]["token_logprobs"][0] == pytest.approx(0, abs=1e-6)
    assert (
        len(
            set(
                complete(max_tokens=3, temperature=0, logit_bias={"1212": 5}, frequency_penalty=2, presence_penalty=2)["choices"][
                    0
                ]["text"]
            )
        )
        > 1
    )
    stopped = complete(max_tokens=4, temperature=0, stop=plain[1:4])["choices"][0]
    assert (stopped["text"], stopped["finish_reason"]) == (plain[: plain.index(plain[1:4])], "stop")
    assert complete(max_tokens=4, temperature=0, stop=["never there", plain[3:]])["choices"][0]["text"] == plain[:3]


def test_several_choices(complete):
    answer = complete(["a ->", "b ->"], n=2, best_of=3, max_tokens=3)
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2, 3]
    assert answer["usage"]["completion_tokens"] == 2 * 3 * 3
    drawn = {choice["text"] for choice in complete("free text", n=20, max_tokens=3)["choices"]}
    assert len(drawn) > 5
    assert (
        complete("free text", n=3, max_tokens=3, seed=1)["choices"] == complete("free text", n=3, max_tokens=3, seed=1)["choices"]
    )
    assert complete("free text", max_tokens=3, seed=1)["choices"] != complete("free text", max_tokens=3, seed=2)["choices"]
    best = complete("free text", n=1, best_of=20, max_tokens=3, logprobs=1, seed=3)["choices"][0]["logprobs"]["token_logprobs"]
    every = complete("free text", n=20, max_tokens=3, logprobs=1, seed=3)["choices"]
    assert sum(best) == pytest.approx(max(sum(choice["logprobs"]["token_logprobs"]) for choice in every))


def test_prompts_of_all_kinds(complete, client):
    text = "a few words"
    tokens = _tokens([{"prompt": text, "completion": ""}])[0]
    wanted = complete(text, temperature=0, max_tokens=2)["choices"][0]["text"]
    assert complete(tokens, temperature=0, max_tokens=2)["choices"][0]["text"] == wanted
    assert [choice["text"] for choice in complete([tokens, tokens], temperature=0, max_tokens=2)["choices"]] == [wanted] * 2
    assert len(complete(None, max_tokens=2)["choices"]) == 1
    assert complete([], max_tokens=2)["usage"]["prompt_tokens"] == 0
    assert complete("", max_tokens=1, echo=True, logprobs=0)["choices"][0]["text"]


def test_completions_are_streamed(complete, client, tuned):
    whole = complete("free text", max_tokens=8, n=2, temperature=0)
    body = {"model": tuned["fine_tuned_model"], "prompt": "free text", "max_tokens": 8, "n": 2, "temperature": 0, "stream": True}
    with client.http.stream("POST", "/completions", json={**body, "stream_options": {"include_usage": True}}) as response:
        parts = [part.removeprefix("data: ") for part in "".join(response.iter_text()).split("\n\n") if part]
    assert parts[-1] == "[DONE]"
    chunks = [json.loads(part) for part in parts[:-1]]
    assert chunks[-1]["usage"] == whole["usage"]
    for index in (0, 1):
        texts = [choice["text"] for chunk in chunks for choice in chunk["choices"] if choice["index"] == index]
        assert "".join(texts) == whole["choices"][index]["text"]
    assert len(chunks) > 6


def test_completions_that_are_refused(complete, client):
    assert complete(logprobs=6, status=400)["param"] == "logprobs"
    assert complete(n=3, best_of=2, status=400)["param"] == "best_of"
    assert complete(temperature=2.1, status=400)["param"] == "temperature"
    assert complete(stop=["a", "b", "c", "d", "e"], status=400)["param"] == "stop"
    assert complete(logit_bias={"999999": 1}, status=400)["param"] == "logit_bias"
    assert complete(logit_bias={"x": 1}, status=400)["param"] == "logit_bias"
    assert complete([999999], status=400)["param"] == "prompt"
    assert complete([-1], status=400)["param"] == "prompt"
    assert complete(best_of=2, stream=True, status=400)["param"] == "best_of"
    message = complete("x " * 2_000, max_tokens=256, status=400)["message"]
    assert "maximum context length is 2049 tokens, however you requested 22" in message
    assert "Unrecognized" in complete(max_token=5, status=400)["message"]
    assert "at most 20,000" in complete(max_tokens=2000, n=128, status=400)["message"]
    assert client.post("/completions", {"prompt": "x"}, status=400)["param"] == "model"


def test_halves_of_characters_are_refused(client):
    def refused(path, body):
        response = client.http.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
        return client._checked(response, 400)["message"]

    half = "\ud800"
    assert "surrogates not allowed" in refused("/completions", {"model": half, "prompt": "x"})
    assert "surrogates not allowed" in refused("/completions", {"model": "ada", "prompt": [half]})
    assert "surrogates not allowed" in refused("/completions", {"model": "ada", "prompt": "x", "stop": half})
    assert "surrogates not allowed" in refused("/fine-tunes", {"model": "ada", "training_file": half})
    assert "surrogates not allowed" in refused(
        "/chat/completions", {"model": "gpt-4o", "messages": [{"role": "user", "content": half}]}
    )


@pytest.mark.parametrize("number", [2**64, 1e300, -(2**80)])
def test_numbers_beyond_all_bounds_are_refused(client, number):
    assert client.post("/fine-tunes", {"training_file": "x", "classification_n_classes": number}, status=400)
    assert client.post("/completions", {"model": "ada", "prompt": [number]}, status=400)
    assert client.post("/completions", {"model": "ada", "prompt": "x", "max_tokens": number}, status=400)
    assert client.post("/completions", {"model": "ada", "prompt": "x", "stream_options": {"x": [2**64]}}, status=400)
    assert client.post("/completions", {"model": "ada", "prompt": "x", "logit_bias": {str(2**70): 1}}, status=400)


def test_low_temperatures_and_small_nuclei(complete, client):
    likeliest = complete(temperature=0, max_tokens=2)["choices"][0]["text"]
    for settings in ({"temperature": 1e-9}, {"temperature": 1e-4}, {"temperature": 0.003}, {"top_p": 0}, {"top_p": 1e-9}):
        assert complete(max_tokens=2, **settings)["choices"][0]["text"] == likeliest
    client.post("/completions", {"model": "davinci-002", "prompt": "x", "temperature": 0.001})
    client.post("/completions", {"model": "davinci-002", "prompt": "x", "top_p": 0.9999, "max_tokens": 3})


def test_equal_prompts_are_drawn_apart(client):
    answer = client.post("/completions", {"model": "davinci-002", "prompt": ["text", "text"], "max_tokens": 5})
    assert answer["choices"][0]["text"] != answer["choices"][1]["text"]


def test_streamed_tokens_come_with_their_logprobs(complete, client, tuned):
    asked = {"max_tokens": 6, "temperature": 0, "logprobs": 2}
    whole = complete("free text", **asked)["choices"][0]
    body = {"model": tuned["fine_tuned_model"], "prompt": "free text", "stream": True, **asked}
    with client.http.stream("POST", "/completions", json=body) as response:
        parts = [part.removeprefix("data: ") for part in "".join(response.iter_text()).split("\n\n") if part]
    chunks = [json.loads(part)["choices"][0] for part in parts[:-1]]
    assert "".join(chunk["text"] for chunk in chunks) == whole["text"]
    assert [chunk["logprobs"]["tokens"] for chunk in chunks[:-1]] == [[token] for token in whole["logprobs"]["tokens"]]
    assert [chunk["text"] for chunk in chunks[:-1]] == whole["logprobs"]["tokens"]


def test_a_client_that_goes_away_stops_its_generation(client):
    body = {"model": "davinci-002", "prompt": "x", "max_tokens": 9_900, "n": 2}
    with pytest.raises(httpx.ReadTimeout):
        client.http.post("/completions", json=body, timeout=0.3)
    # The server runs in this process: where it has stopped, nothing works.
    worked: list[float] = []

    def is_idle():
        worked.append(time.process_time())
        return len(worked) > 25 and worked[-1] - worked[-25] < 0.1

    until(is_idle)


def test_others_are_answered_while_a_long_prompt_is_read(client):
    body = {"model": "ada", "prompt": "hello world " * 600_000}
    thread = threading.Thread(target=lambda: client.http.post("/completions", json=body))
    thread.start()
    started = time.monotonic()
    client.get("/models")
    waited = time.monotonic() - started
    thread.join()
    assert waited < max(0.5, (time.monotonic() - started) / 2)


def test_what_is_asked_and_not_done_here_is_refused(client):
    file = client.upload(CHAT)["id"]
    body = {"model": "gpt-4o-mini", "training_file": file, "integrations": [{"type": "wandb", "wandb": {"project": "x"}}]}
    assert client.post("/fine_tuning/jobs", body, status=400)["param"] == "integrations"
    assert "Unrecognized" in client.post("/completions", {"model": "ada", "prompt": "x", "suffix": "y"}, status=400)["message"]


def test_results_are_no_training_files(client, tuned, job):
    for path, model, file in (
        ("/fine-tunes", "ada", tuned["result_files"][0]["id"]),
        ("/fine_tuning/jobs", "gpt-4o-mini", job["result_files"][0]),
    ):
        assert client.post(path, {"model": model, "training_file": file}, status=400)["param"] == "training_file"


def test_a_job_behind_others_says_its_place(client):
    first = client.fine_tune(TRAIN * 20, wait=False, n_epochs=50)
    client.until(lambda: client.get(f"/fine-tunes/{first['id']}")["status"] == "running")
    client.fine_tune(TRAIN, wait=False)
    third = client.fine_tune(TRAIN, wait=False)
    assert third["events"][-1]["message"] == "Fine-tune is in the queue. Queue number: 1"
    client.post(f"/fine-tunes/{first['id']}/cancel")
    assert client.finished(f"/fine-tunes/{third['id']}")["status"] == "succeeded"


def test_the_path_of_a_file_on_the_clients_disk_is_no_file(client):
    error = client._checked(client.http.get("/files/%2Ftmp%2Ft.jsonl"), 404)
    assert error["message"] == "No such File object: /tmp/t.jsonl"


def test_a_suffix_of_nothing_but_punctuation_is_none(client):
    assert client.fine_tune(TRAIN[:12], suffix="!!!", n_epochs=1)["fine_tuned_model"].startswith("ada:ft-ftlint-20")


def test_engines(client, tuned):
    assert client.post(f"/engines/{tuned['fine_tuned_model']}/completions", {"prompt": "x", "max_tokens": 1})["choices"]
    client.post("/engines/none/completions", {"prompt": "x"}, status=404)


def test_a_token_that_is_no_whole_character(client):
    shown = client.post("/completions", {"model": "ada", "prompt": "🙂x", "max_tokens": 0, "echo": True, "logprobs": 0})[
        "choices"
    ][0]
    assert shown["text"] == "🙂x"
    assert shown["logprobs"]["tokens"][0] == "bytes:\\xf0\\x9f"
    assert shown["logprobs"]["text_offset"][-1] == 1


# --- chat completions


def test_a_chat_completion(client, job):
    question, answer = (message["content"] for message in CHAT[0]["messages"])
    asked = {"model": job["fine_tuned_model"], "messages": [{"role": "user", "content": question}], "temperature": 0}
    found = client.post("/chat/completions", {**asked, "logprobs": True, "top_logprobs": 3})
    choice = found["choices"][0]
    assert found["object"] == "chat.completion"
    assert (choice["message"]["role"], choice["message"]["content"], choice["finish_reason"]) == ("assistant", answer, "stop")
    first = choice["logprobs"]["content"][0]
    assert bytes(first["bytes"]).decode() == first["token"]
    assert next(entry["token"] for entry in first["top_logprobs"]) == first["token"]
    assert len(first["top_logprobs"]) == 3
    assert found["usage"]["completion_tokens"] == len(choice["logprobs"]["content"]) + 1
    assert client.post("/chat/completions", asked)["choices"][0]["logprobs"] is None
    assert client.post("/chat/completions", {**asked, "max_completion_tokens": 1})["choices"][0]["finish_reason"] in {
        "length",
        "stop",
    }
    body = {**asked, "stream": True, "response_format": {"type": "text"}, "tools": []}
    with client.http.stream("POST", "/chat/completions", json=body) as response:
        parts = [part.removeprefix("data: ") for part in "".join(response.iter_text()).split("\n\n") if part]
    deltas = [json.loads(part)["choices"][0]["delta"] for part in parts[:-1]]
    assert "".join(delta.get("content") or "" for delta in deltas) == answer


def test_chats_that_are_refused(client, job, tuned):
    def refused(status=400, **settings):
        asked = {"model": job["fine_tuned_model"], "messages": [{"role": "user", "content": "x"}], **settings}
        return client.post("/chat/completions", asked, status)

    assert "not a chat model" in refused(404, model=tuned["fine_tuned_model"])["message"]
    assert refused(messages=[])["param"] == "messages"
    assert refused(messages=[{"content": "x"}])["message"].startswith("Invalid value for 'messages[0]': ")
    extra = refused(messages=[{"role": "user", "content": "x", "extra": 1}])["message"]
    assert extra == "Unrecognized request argument supplied: messages[0].extra"
    part = refused(messages=[{"role": "user", "content": [{"type": "text", "value": "x"}]}])["message"]
    assert "messages[0].content[0]" in part
    assert "Supported values are: 'system'" in refused(messages=[{"role": "robot", "content": "x"}])["message"]
    for name in ("reasoning_effort", "verbosity", "modalities", "prediction", "nothing"):
        assert refused(**{name: "low"})["message"] == f"Unrecognized request argument supplied: {name}"
    assert refused(top_logprobs=3)["param"] == "top_logprobs"
    assert refused(logprobs=True, top_logprobs=21)["param"] == "top_logprobs"


def test_a_stream_of_a_chat_has_its_logprobs_and_its_name(client, job):
    asked = {"model": job["fine_tuned_model"], "messages": CHAT[0]["messages"][:1], "temperature": 0, "stream": True}
    body = {**asked, "logprobs": True, "top_logprobs": 2, "stream_options": {"include_usage": True}}
    with client.http.stream("POST", "/chat/completions", json=body) as response:
        parts = [part.removeprefix("data: ") for part in "".join(response.iter_text()).split("\n\n") if part]
    chunks = [json.loads(part) for part in parts[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[-1]["usage"]["total_tokens"] > 0
    said = [choice for chunk in chunks for choice in chunk["choices"] if choice["delta"].get("content")]
    assert all(choice["logprobs"]["content"][0]["top_logprobs"] for choice in said)
    assert "".join(choice["delta"]["content"] for choice in said) == "".join(
        entry["token"] for choice in said for entry in choice["logprobs"]["content"]
    )


TOOL = {"type": "function", "function": {"name": "price", "parameters": {"type": "object"}}}


def calling(symbol):
    arguments = json.dumps({"s": symbol})
    return {"id": "call_1", "type": "function", "function": {"name": "price", "arguments": arguments}}


@pytest.fixture(scope="module")
def caller(client):
    """A model that calls a tool for prices, and answers other questions with JSON."""
    rows = []
    for number in range(8):
        for symbol in ("GS", "IBM"):
            asked = {"role": "user", "content": f"price of {symbol} {number}"}
            rows.append({"messages": [asked, {"role": "assistant", "tool_calls": [calling(symbol)]}], "tools": [TOOL]})
        asked = {"role": "user", "content": f"colour, please {number}"}
        rows.append({"messages": [asked, {"role": "assistant", "content": '{"colour": "blue"}'}]})
    made = client.job(rows, hyperparameters={"n_epochs": 8})
    assert made["status"] == "succeeded", made["error"]
    return made["fine_tuned_model"]


@pytest.fixture
def ask(client, caller):
    def asked(text, status=200, **settings):
        body = {"model": caller, "messages": [{"role": "user", "content": text}], "temperature": 0, **settings}
        return client.post("/chat/completions", body, status)

    return asked


def test_a_model_that_learned_calls_calls(ask):
    choice = ask("price of GS 3", tools=[TOOL])["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    [call] = choice["message"]["tool_calls"]
    assert call["function"] == {"name": "price", "arguments": '{"s": "GS"}'}
    assert call["id"].startswith("call_")
    assert call["id"] != "call_1"
    assert choice["message"]["content"] is None
    assert ask("price of GS 3", tools=[TOOL], tool_choice="required")["choices"][0]["finish_reason"] == "tool_calls"
    assert "tool_calls" not in ask("price of GS 3", tools=[TOOL], tool_choice="none")["choices"][0]["message"]
    for choice in ("required", {"type": "function", "function": {"name": "price"}}):
        assert ask("colour, please 3", 400, tools=[TOOL], tool_choice=choice)["param"] == "tool_choice"
    other = {"type": "function", "function": {"name": "other"}}
    assert ask("price of GS 3", 400, tools=[TOOL, other], tool_choice=other)["param"] == "tool_choice"


def test_an_answer_has_the_form_that_was_asked_for_or_is_an_error(ask):
    def asking(kind, schema=None, status=200, text="colour, please 3"):
        format_ = {"type": kind, **({"json_schema": {"name": "x", "schema": schema}} if schema else {})}
        return ask(text, status, response_format=format_)

    assert json.loads(asking("json_object")["choices"][0]["message"]["content"]) == {"colour": "blue"}
    schema = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]}
    assert asking("json_schema", schema)["choices"]
    assert "does not fit the schema" in asking("json_schema", {**schema, "required": ["size"]}, 400)["message"]
    assert asking("json_object", status=400, text="price of GS 3")["param"] == "response_format"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"max_tokens": "5"}, "'5' is not of type 'integer' - 'max_tokens'"),
        ({"max_tokens": 1.5}, "1.5 is not of type 'integer' - 'max_tokens'"),
        ({"echo": "yes"}, "'yes' is not of type 'boolean' - 'echo'"),
        ({"logprobs": True}, "true is not of type 'integer' - 'logprobs'"),
        ({"temperature": "hot"}, "'hot' is not of type 'number' - 'temperature'"),
        ({"suffix": "x"}, "Unrecognized request argument supplied: suffix"),
    ],
)
def test_values_are_of_the_type_that_the_service_takes(complete, body, message):
    assert complete(status=400, **body)["message"] == message


PARTS = [
    "text",
    [{"type": "text", "text": "x"}],
    [{"type": "text"}],
    [{"type": "banana"}],
    [{"type": "image_url", "image_url": {"url": "https://x.example/y.png"}}],
    [{"type": "image_url", "image_url": "https://x.example/y.png"}],
    [{"type": "input_audio", "input_audio": {"data": "eA==", "format": "wav"}}],
    [{"type": "refusal", "refusal": "no"}],
    3,
    None,
]


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant", "tool", "function", "robot"])
@pytest.mark.parametrize("content", PARTS)
def test_messages_are_those_of_the_clients_own_types(role, content):
    more = {"tool": {"tool_call_id": "c"}, "function": {"name": "f"}}.get(role, {})
    message = {"role": role, "content": content, **more}
    theirs = TypeAdapter(ChatCompletionMessageParam)
    try:
        found = theirs.validate_python(message)
        list(found["content"] or ())  # what can be iterated is judged as it is
    except ValidationError:
        good = False
    else:
        good = True
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    before = [{"role": "assistant", "tool_calls": [call]}] if role == "tool" else []
    fault = fault_of({"messages": [*before, message]})
    assert (fault is None) == good, fault


def test_only_this_machine_is_answered(client):
    path = str(client.http.base_url) + "files"
    port = client.http.base_url.port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", ""):
        assert client.http.get(path, headers={"Host": host}).status_code == 400, host
    for host in ("localhost", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert client.http.get(path, headers={"Host": host}).status_code == 200, host
    assert client.http.get(path, headers={"Origin": "https://evil.example"}).status_code == 403
    for origin in ("null", "http://[::1", ""):
        assert client.http.get(path, headers={"Origin": origin}).status_code == 403, origin
    assert client.http.get(path, headers={"Origin": f"http://localhost:{port}"}).status_code == 200


# --- the whole


def test_every_request_needs_a_key_and_some_address(client):
    with httpx.Client(base_url=client.http.base_url, trust_env=False) as bare:
        refuses_strangers(bare)
    root = str(client.http.base_url).removesuffix("/v1/")
    assert "Invalid URL (GET /v1/nothing)" in client.get("/nothing", status=404)["message"]
    assert "Invalid URL" in client._checked(client.http.put("/models"), 405)["message"]
    assert client._checked(client.http.get(root + "//v1//models/"), 200)["data"]
    assert client.http.get("/models").headers["x-ftlint-mock"]


def refuses_strangers(bare):
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "x"}):
        response = bare.get("/models", headers=headers)
        assert response.status_code == 401
        assert "API key" in response.json()["error"]["message"]
    root = str(bare.base_url).removesuffix("/v1/")
    assert bare.post(root + "/_ftlint/reset").status_code == 401
    assert bare.get(root + "/healthz").json() == {"status": "ok"}


def test_many_ask_at_once_while_a_model_is_trained(client, tuned):
    job = client.fine_tune(TRAIN * 5, wait=False)
    answers = []

    def ask():
        with Client(str(client.http.base_url)) as own:
            for one in VALID:
                body = {"model": tuned["fine_tuned_model"], "prompt": one["prompt"], "max_tokens": 1, "temperature": 0}
                answers.append(own.post("/completions", body)["choices"][0]["text"] == one["completion"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 * len(VALID)
    assert sum(answers) > 0.8 * len(answers)
    assert client.finished(f"/fine-tunes/{job['id']}")["status"] == "succeeded"
