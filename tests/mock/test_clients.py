"""The offline service, driven by the real clients: today's, and the last of the first generation with its command line."""

from __future__ import annotations

import base64
import json
import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import openai
import pytest
from service import OVER, lines
from topics import chat, records, single_token_labels

from ftlint.mock import serving

LABELS = single_token_labels(3)
DATA = records(120, LABELS, signal=0.6)


@pytest.fixture
def client(ftlint_mock):
    with openai.OpenAI(max_retries=0) as client:
        yield client


def trained(client, data, model, **settings):
    file = client.files.create(file=("data.jsonl", lines(data)), purpose="fine-tune")
    client.files.wait_for_processing(file.id)
    job = client.fine_tuning.jobs.create(model=model, training_file=file.id, **settings)
    while job.status not in OVER:
        time.sleep(0.05)
        job = client.fine_tuning.jobs.retrieve(job.id)
    return job


def test_todays_client_from_the_file_to_the_answer(client):
    settings = {"n_epochs": 4, "batch_size": 4, "learning_rate_multiplier": 2}
    method = {"type": "supervised", "supervised": {"hyperparameters": settings}}
    job = trained(client, DATA, "babbage-002", suffix="mine", seed=7, metadata={"a": "b"}, method=method)
    assert (job.status, job.error, job.seed) == ("succeeded", None, 7)
    assert job.hyperparameters.model_dump() == settings
    events = list(client.fine_tuning.jobs.list_events(job.id, limit=2))
    assert events[0].message == "The job has successfully completed"
    assert any(event.type == "metrics" for event in events)
    checkpoints = list(client.fine_tuning.jobs.checkpoints.list(job.id, limit=1))
    assert [one.step_number for one in checkpoints] == [120, 90, 60, 30]
    text = base64.b64decode(client.files.content(job.result_files[0]).read()).decode()
    assert text.startswith("step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,")
    assert client.models.retrieve(job.fine_tuned_model).owned_by == "ftlint-mock"

    asked = {"model": job.fine_tuned_model, "prompt": DATA[0]["prompt"]}
    made = client.completions.create(**asked, max_tokens=1, temperature=0, logprobs=5).choices[0]
    assert made.text == DATA[0]["completion"]
    assert sum(map(math.exp, made.logprobs.top_logprobs[0].values())) <= 1 + 1e-9
    with_label = {**asked, "prompt": DATA[0]["prompt"] + made.text}
    echo = client.completions.create(**with_label, max_tokens=0, echo=True, logprobs=0).choices[0].logprobs
    assert echo.token_logprobs[0] is None
    assert echo.token_logprobs[-1] == pytest.approx(made.logprobs.token_logprobs[0], abs=1e-6)
    streamed = client.completions.create(**asked, max_tokens=5, temperature=0, stream=True)
    whole = client.completions.create(**asked, max_tokens=5, temperature=0).choices[0].text
    assert "".join(chunk.choices[0].text for chunk in streamed) == whole
    assert client.models.delete(job.fine_tuned_model).deleted


def test_todays_client_and_chat(client):
    job = trained(client, [chat(one) for one in DATA], "gpt-4o-mini-2024-07-18", suffix="demo")
    question, answer = (message["content"] for message in chat(DATA[0])["messages"])
    asked = {"model": job.fine_tuned_model, "messages": [{"role": "user", "content": question}], "temperature": 0}
    choice = client.chat.completions.create(**asked, logprobs=True, top_logprobs=3).choices[0]
    assert (choice.message.content, choice.finish_reason) == (answer, "stop")
    assert next(len(entry.top_logprobs) for entry in choice.logprobs.content) == 3
    streamed = client.chat.completions.create(**asked, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed) == answer


def test_todays_client_and_errors(client):
    job = trained(client, DATA[:9], "babbage-002")
    assert (job.status, job.error.code) == ("failed", "invalid_n_examples")
    for call in (
        lambda: client.models.retrieve("none"),
        lambda: client.files.retrieve("file-none"),
        lambda: client.fine_tuning.jobs.retrieve("ftjob-none"),
        lambda: client.completions.create(model="none", prompt="x"),
    ):
        with pytest.raises(openai.NotFoundError) as error:
            call()
        assert error.value.request_id
    with pytest.raises(openai.BadRequestError, match="not a dictionary"):
        client.files.create(file=("bad.jsonl", b"no\n"), purpose="fine-tune")
    with pytest.raises(openai.BadRequestError, match="logprobs"):
        client.completions.create(model="davinci", prompt="x", logprobs=6)
    with pytest.raises(openai.BadRequestError, match="cannot be cancelled"):
        client.fine_tuning.jobs.cancel(job.id)


@pytest.mark.network
def test_the_first_generation_with_its_command_line(tmp_path):
    place = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    pip = [place / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "openai==0.28.1", "pandas"]
    subprocess.run(pip, check=True)
    Path(tmp_path / "train.jsonl").write_bytes(lines(DATA[:96]))
    Path(tmp_path / "valid.jsonl").write_bytes(lines(DATA[96:]))
    with serving() as server:
        # A base address that ends in a slash is common, and makes the client ask for //fine-tunes.
        own = {"OPENAI_API_BASE": f"{server.url}/", "OPENAI_API_KEY": "sk-test", "NO_PROXY": "127.0.0.1"}

        def cli(*arguments, code=0):
            command = [place / "bin" / "openai", "api", *arguments]
            result = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=os.environ | own, cwd=tmp_path, check=False
            )
            assert result.returncode == code, result.stdout + result.stderr
            return result.stdout if code == 0 else result.stderr

        files = ("-t", "train.jsonl", "-v", "valid.jsonl", "-m", "ada", "--no_check_if_files_exist")
        measured = ("--compute_classification_metrics", "--classification_n_classes")
        said = cli("fine_tunes.create", *files, *measured, "3", "--suffix", "Custom Model Name")
        assert (
            said.index("Created fine-tune: ft-")
            < said.index("Completed epoch 4/4")
            < said.index("Job complete! Status: succeeded")
        )
        job, model = re.search(r"Created fine-tune: (ft-\w+)", said)[1], re.search(r"Uploaded model: (\S+)", said)[1]
        assert model.startswith("ada:ft-ftlint:custom-model-name-")
        rows = cli("fine_tunes.results", "-i", job).strip().splitlines()
        assert len(rows) == 385
        assert rows[0].endswith("classification/accuracy,classification/weighted_f1_score")
        prompt = DATA[0]["prompt"]
        assert (
            cli("completions.create", "-m", model, "-p", prompt, "-M", "1", "-t", "0").strip() == prompt + DATA[0]["completion"]
        )
        for name in ("get", "events", "follow"):
            assert job in cli(f"fine_tunes.{name}", "-i", job)
        assert job in cli("fine_tunes.list")
        assert model in cli("models.list")
        assert "Job failed" in cli("fine_tunes.create", *files, *measured, "4")
        assert "Invalid base model: gpt-3.5-turbo" in cli("fine_tunes.create", "-t", "train.jsonl", "-m", "gpt-3.5-turbo", code=1)
        Path(tmp_path / "bad.jsonl").write_text('{"prompt": "a"}\n')
        assert "Missing `completion` key on line 1" in cli("files.create", "-f", "bad.jsonl", "-p", "fine-tune", code=1)
        assert "deleted" in cli("models.delete", "-i", model)
        assert "does not exist" in cli("models.get", "-i", model, code=1)

        code = f"""
import json, openai
file = openai.File.create(file=open("train.jsonl", "rb"), purpose="fine-tune")
job = openai.FineTune.create(training_file=file.id, model="curie", n_epochs=2)
events = [event["message"] for event in openai.FineTune.stream_events(job.id)]
job = openai.FineTune.retrieve(job.id)
answer = openai.Completion.create(engine=job.fine_tuned_model, prompt={prompt!r}, max_tokens=1, temperature=0)
parts = openai.Completion.create(model=job.fine_tuned_model, prompt={prompt!r}, max_tokens=3, temperature=0, stream=True)
print(json.dumps([events[-1], answer.choices[0].text, "".join(part.choices[0].text for part in parts)]))
"""
        command = [place / "bin" / "python", "-c", code]
        result = subprocess.run(command, capture_output=True, text=True, env=os.environ | own, cwd=tmp_path, check=True)
        last, text, streamed = json.loads(result.stdout)
        assert last == "Fine-tune succeeded"
        assert text == DATA[0]["completion"]
        assert streamed.startswith(text)
