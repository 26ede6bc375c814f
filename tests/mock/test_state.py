"""What the offline service keeps, whatever happens to it: restarts, kills, a full disk, a second service on the same folder."""

from __future__ import annotations

import errno
import json
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import ClassVar

import pytest
from paths import TESTS
from service import Client, lines
from topics import records, single_token_labels
from waiting import until_worked

import ftlint
from ftlint.mock import Model, serving
from ftlint.mock.jobs.jobs import fail
from ftlint.mock.jobs.store import Clock, Store, saved_model
from ftlint.mock.server.serving import Serving

DATA = records(60, single_token_labels(3), signal=0.6)


@pytest.fixture(autouse=True)
def _no_process_is_left():
    yield
    while Process.running:
        Process.running.pop().kill()


class Process:
    """`ftlint mock serve` on a state folder."""

    running: ClassVar[list[subprocess.Popen]] = []

    def __init__(self, folder, *options):
        command = [sys.executable, "-m", "ftlint", "mock", "serve", "--port", "0", "--state", str(folder), "--output", "json"]
        self.process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.running.append(self.process)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        self.client = Client(json.loads(line)["url"])

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=30)
        self.client.http.close()
        return self.process.returncode, errors


def test_all_is_there_after_a_restart(tmp_path):
    with serving(state=tmp_path) as server, Client(server.url) as client:
        job = client.fine_tune(DATA)
        asked = {"model": job["fine_tuned_model"], "prompt": DATA[0]["prompt"], "max_tokens": 2, "logprobs": 2, "seed": 1}
        before = client.post("/completions", asked)["choices"]
        files = client.get("/files")
    with serving(state=tmp_path) as server, Client(server.url) as client:
        assert client.get("/files") == files
        assert client.get(f"/fine-tunes/{job['id']}") == job
        assert client.post("/completions", asked)["choices"] == before
    assert saved_model(tmp_path, job["fine_tuned_model"]).base.name == "ada"


def test_a_job_that_was_being_trained_when_the_service_was_killed_is_trained_again(tmp_path):
    first = Process(tmp_path)
    path = f"/fine_tuning/jobs/{first.client.job(DATA * 20, model='babbage-002', wait=False)['id']}"
    waiting = f"/fine-tunes/{first.client.fine_tune(DATA, wait=False)['id']}"
    first.client.until(lambda: first.client.get(path + "/checkpoints")["data"])
    first.end(signal.SIGKILL)
    second = Process(tmp_path)
    done = second.client.finished(path)
    assert done["status"] == "succeeded"
    assert second.client.finished(waiting)["status"] == "succeeded"
    events = [event["message"] for event in second.client.get(path + "/events", limit=1000)["data"]]
    assert "The service was restarted; training starts again" in events
    steps = [one["step_number"] for one in second.client.get(path + "/checkpoints", limit=100)["data"]]
    assert len(steps) == len(set(steps)) == done["hyperparameters"]["n_epochs"]
    assert second.end()[0] == 128 + signal.SIGTERM


def test_a_paused_job_is_still_paused_after_a_restart(tmp_path):
    with serving(state=tmp_path) as server, Client(server.url) as client:
        path = f"/fine_tuning/jobs/{client.job(DATA * 20, model='babbage-002', wait=False)['id']}"
        client.post(path + "/pause")
    with serving(state=tmp_path) as server, Client(server.url) as client:
        assert client.get(path)["status"] == "paused"
        client.post(path + "/resume")
        assert client.finished(path)["status"] == "succeeded"


def test_a_job_that_was_paused_in_training_is_trained_again_after_a_restart(tmp_path):
    with serving(state=tmp_path) as server, Client(server.url) as client:
        path = f"/fine_tuning/jobs/{client.job(DATA * 20, model='babbage-002', wait=False)['id']}"
        client.until(lambda: client.get(path + "/checkpoints")["data"])
        client.post(path + "/pause")
    with serving(state=tmp_path) as server, Client(server.url) as client:
        assert client.get(path)["status"] == "paused"
        assert client.job(DATA, model="babbage-002")["status"] == "succeeded"  # nobody waits for it
        client.post(path + "/resume")
        done = client.finished(path)
        assert done["status"] == "succeeded"
        steps = [one["step_number"] for one in client.get(path + "/checkpoints", limit=100)["data"]]
        assert len(steps) == len(set(steps)) == done["hyperparameters"]["n_epochs"]


def test_fixed_names_are_not_made_twice_in_a_folder(tmp_path):
    names = set()
    for _ in range(3):
        with serving(state=tmp_path, fixed_clock=True) as server, Client(server.url) as client:
            job = client.fine_tune(DATA, n_epochs=1)
            names |= {job["id"], job["training_files"][0]["id"], job["fine_tuned_model"]}
            assert client.get(f"/files/{job['training_files'][0]['id']}")["bytes"] == len(lines(DATA))
    assert len(names) == 9


def test_a_content_that_is_gone_is_said_without_a_path(tmp_path):
    with serving(state=tmp_path) as server, Client(server.url) as client:
        file = client.upload(DATA)["id"]
        for path in (tmp_path / "contents").iterdir():
            path.unlink()
        job = client.post("/fine-tunes", {"model": "ada", "training_file": file})
        done = client.finished(f"/fine-tunes/{job['id']}")
        assert done["events"][-1]["message"] == f"The file {file} cannot be read: No such file or directory"
        assert str(tmp_path) not in client.http.get(f"/files/{file}/content").text


def test_a_service_that_prepares_a_job_stops_soon(tmp_path):
    service = Process(tmp_path)
    job = service.client.fine_tune(DATA * 1_500, wait=False)
    until_worked(service.process, 2)
    service.client.post(f"/fine-tunes/{job['id']}/cancel")
    started = time.monotonic()
    service.end()
    assert time.monotonic() - started < 15


def test_nothing_is_half_written_whenever_the_service_is_killed(tmp_path):
    chance = random.Random(7)
    for _ in range(6):
        service = Process(tmp_path)
        for _ in range(3):
            service.client.fine_tune(DATA, wait=False, n_epochs=2)
        service.client.job(DATA, model="babbage-002", wait=False)
        until_worked(service.process, 1.5 + chance.random())
        service.end(signal.SIGKILL)
        db = sqlite3.connect(tmp_path / "state.sqlite")
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for (name,) in db.execute("SELECT id FROM models").fetchall():
            assert isinstance(saved_model(tmp_path, name), Model)
        for (body,) in db.execute("SELECT body FROM jobs").fetchall():
            job = json.loads(body)
            if job["status"] == "succeeded":
                assert saved_model(tmp_path, job["fine_tuned_model"])
        db.close()
    with serving(state=tmp_path) as server, Client(server.url) as client:
        jobs = [job["id"] for job in client.get("/fine-tunes")["data"]]
        assert {client.finished(f"/fine-tunes/{job}")["status"] for job in jobs} == {"succeeded"}
        others = [job["id"] for job in client.get("/fine_tuning/jobs", limit=100)["data"]]
        assert {client.finished(f"/fine_tuning/jobs/{job}")["status"] for job in others} == {"succeeded"}
        store = server.service.store
        named = {body["content"] for table in ("files", "models") for body in store.all(table)}
    assert {path.name for path in (tmp_path / "contents").iterdir()} == named


def test_a_second_service_on_a_folder_says_so(tmp_path):
    with serving(state=tmp_path):
        with pytest.raises(ftlint.UsageError, match="is in use by another service"):
            Serving(state=tmp_path)
        command = [sys.executable, "-m", "ftlint", "mock", "serve", "--port", "0", "--state", str(tmp_path)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("ftlint: the folder ")
    with serving(state=tmp_path):
        pass


def test_what_cannot_be_a_state_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "state.sqlite").write_bytes(b"no database" * 1000)
    for name in ("file", "other"):
        with pytest.raises(ftlint.UsageError, match="cannot hold the service's state"):
            Store(tmp_path / name)
        with pytest.raises(ftlint.UsageError, match="not a state folder"):
            saved_model(tmp_path / name, "x")
    with pytest.raises(ftlint.UsageError, match="not a state folder"):
        saved_model(tmp_path / "missing", "x")
    Store(tmp_path / "new").close()
    with pytest.raises(ftlint.UsageError, match="has no model 'x'"):
        saved_model(tmp_path / "new", "x")


def test_a_port_that_is_taken_is_exit_code_2():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "ftlint", "mock", "serve", "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert (
        result.stderr.strip()
        == f"ftlint: port {port} of 127.0.0.1 cannot be used: Address already in use; --port 0 takes a free one"
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_service_that_is_stopped_ends_at_once_and_says_nothing(tmp_path, how):
    service = Process(tmp_path / "state")
    service.client.fine_tune(DATA * 50, wait=False, n_epochs=50)
    with service.client.http.stream("GET", "/fine-tunes", params={}) as response:
        response.read()
    started = time.monotonic()
    code, errors = service.end(how)
    assert time.monotonic() - started < 20
    assert errors.strip() == ""
    assert code == 128 + how


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), sqlite3.OperationalError("database or disk is full")]
)
def test_a_full_disk(tmp_path, monkeypatch, error):
    with serving(state=tmp_path) as server, Client(server.url) as client:
        store = server.service.store
        file = client.upload(DATA)

        def full(*_):
            raise error

        monkeypatch.setattr(store, "write", full)
        assert client.upload(DATA, status=507)["message"] == "There is no space left on the device of this mock"
        job = client.post("/fine_tuning/jobs", {"model": "babbage-002", "training_file": file["id"]})
        done = client.finished(f"/fine_tuning/jobs/{job['id']}")
        assert done["status"] == "failed"
        assert done["error"]["message"] == "The job's model could not be saved: there is no space left on the device"
        monkeypatch.undo()
        assert client.fine_tune(DATA, n_epochs=1)["status"] == "succeeded"
        assert not [model for model in client.get("/models")["data"] if model["id"] == done["fine_tuned_model"]]


def test_on_a_full_disk_a_job_still_ends_and_a_file_can_be_deleted(tmp_path, monkeypatch):
    with serving(state=tmp_path) as server, Client(server.url) as client:
        store, whole = server.service.store, Store.transaction
        file = client.upload(DATA)
        job = client.post("/fine-tunes", {"model": "ada", "training_file": file["id"], "n_epochs": 50})

        @contextmanager
        def full(self):
            with whole(self) as db:
                yield db
                if (tmp_path / "reserve").exists():
                    raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(Store, "transaction", full)
        monkeypatch.setattr(store, "_keep_reserve", lambda: None)
        done = client.finished(f"/fine-tunes/{job['id']}")
        assert done["events"][-1]["message"].endswith("there is no space left on the device")
        (tmp_path / "reserve").write_bytes(b"")
        assert client.upload(DATA, status=507)
        assert client.delete(f"/files/{file['id']}")["deleted"]


def test_a_job_that_cannot_be_ended_is_ended_later(tmp_path, monkeypatch):
    monkeypatch.setattr("ftlint.mock.jobs.worker._AGAIN", 0.05)
    with serving(state=tmp_path) as server, Client(server.url) as client:
        tries = []

        def fail_later(store, job, refusal):
            tries.append(job["id"])
            if len(tries) < 3:
                raise sqlite3.OperationalError("database or disk is full")
            return fail(store, job, refusal)

        monkeypatch.setattr("ftlint.mock.jobs.worker.fail", fail_later)
        monkeypatch.setattr(server.service.store, "write", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        file = new_file_of(server, DATA)
        job = client.post("/fine_tuning/jobs", {"model": "babbage-002", "training_file": file})
        assert client.finished(f"/fine_tuning/jobs/{job['id']}")["status"] == "failed"


def new_file_of(server, data):
    """A file of a service whose disk is full by now."""
    store = server.service.store
    path = store.folder / "contents" / "kept"
    path.write_bytes(lines(data))
    store.add(
        "files", {"id": "file-kept", "purpose": "fine-tune", "filename": "a", "bytes": 1, "created_at": 0, "content": "kept"}
    )
    return "file-kept"


def test_a_content_that_is_interrupted_leaves_nothing(tmp_path):
    store = Store(tmp_path)

    def broken(out):
        out.write(b"half")
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        store.write(broken)
    assert list((tmp_path / "contents").iterdir()) == []
    store.write(lambda out: out.write(b"whole, but nothing names it"))
    store.close()
    Store(tmp_path).close()
    assert list((tmp_path / "contents").iterdir()) == []


def test_without_a_folder_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with serving() as server, Client(server.url) as client:
        client.upload(DATA)
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def test_a_fixed_clock_makes_names_the_same_in_every_run(tmp_path):
    def run(folder):
        with serving(state=folder, fixed_clock=True) as server, Client(server.url) as client:
            job = client.fine_tune(DATA)
            return json.dumps(job), client.http.get(f"/files/{job['result_files'][0]['id']}/content").content

    assert run(tmp_path / "a") == run(tmp_path / "b")
    assert Clock(fixed=True).now() == 1_700_000_000


def test_the_same_seed_gives_the_same_results(tmp_path):
    with serving() as server, Client(server.url) as client:
        jobs = [client.job(DATA, model="babbage-002", seed=seed) for seed in (3, 3, 4)]
        contents = [client.http.get(f"/files/{job['result_files'][0]}/content").content for job in jobs]
    assert contents[0] == contents[1] != contents[2]


def test_a_reset_forgets_all(tmp_path):
    with serving(state=tmp_path) as server, Client(server.url) as client:
        client.fine_tune(DATA)
        client.fine_tune(DATA * 20, wait=False)
        client._checked(client.http.post(server.url.removesuffix("/v1") + "/_ftlint/reset"), 200)
        assert client.get("/files")["data"] == client.get("/fine-tunes")["data"] == []
        assert len(client.get("/models")["data"]) < 20
        assert client.fine_tune(DATA, n_epochs=1)["status"] == "succeeded"


def test_memory_does_not_grow_with_jobs(tmp_path):
    """After the first ones, which load libraries, jobs in a row take no more and more memory."""
    script = tmp_path / "jobs.py"
    script.write_text(
        f"""
import json, sys
sys.path.insert(0, {str(TESTS)!r})
from service import Client, lines
from ftlint.mock import serving
def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
data = json.loads({json.dumps(DATA[:30])!r})
with serving() as server, Client(server.url) as client:
    sizes = []
    for number in range(60):
        assert client.fine_tune(data, n_epochs=1)["status"] == "succeeded"
        if number % 20 == 19:
            sizes.append(resident())
print(json.dumps(sizes))
"""
    )
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    sizes = json.loads(subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout)
    assert sizes[-1] - sizes[0] < 20_000, sizes


# What is cut off in the middle of a file leaves the library's buffer to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_uploads_have_a_limit(tmp_path):
    with serving(upload=10_000) as server, Client(server.url) as client:
        assert client.upload(b"x" * 2_000_000, status=413)["code"] == "request_too_large"

        def endless():
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n'
            for _ in range(200):
                yield b"x" * 10_000

        headers = {"content-type": "multipart/form-data; boundary=x"}
        response = client.http.post("/files", content=endless(), headers=headers)
        assert response.status_code == 413
        assert client.upload(DATA[:5])["bytes"]


def test_base_models_may_be_silent():
    with serving(base_models=False) as server, Client(server.url) as client:
        assert client.post("/completions", {"model": "ada", "prompt": "x"}, status=404)["code"] == "model_not_found"


def test_results_may_come_as_they_are():
    with serving(plain_results=True) as server, Client(server.url) as client:
        job = client.job(DATA, model="babbage-002", hyperparameters={"n_epochs": 1})
        assert client.http.get(f"/files/{job['result_files'][0]}/content").text.startswith("step,train_loss")
