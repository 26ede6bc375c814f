"""What the page of the service shows: curves of jobs, confusion matrices, findings in files."""

from __future__ import annotations

import csv

import pytest
from service import Client
from topics import chat, records, single_token_labels
from waiting import until

from ftlint.mock import serving
from ftlint.mock.jobs.results import curves

LABELS = single_token_labels(3)
DATA = records(120, LABELS, signal=0.6)
TRAIN, VALID = DATA[:96], DATA[96:]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(state=tmp_path_factory.mktemp("state")) as server, Client(server.url) as client:
        yield client


@pytest.fixture(scope="module")
def root(client):
    return str(client.http.base_url).removesuffix("/v1/")


def job_of(client, root, identity):
    jobs = client.http.get(f"{root}/_ftlint/state").json()["jobs"]
    return next(job for job in jobs if job["id"] == identity)


def test_the_page_is_whole_by_itself(client, root):
    answer = client.http.get(f"{root}/", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert "connect-src 'self'" in answer.text
    assert "default-src 'none'" in answer.text
    assert "https://" not in answer.text


def test_what_is_read_needs_no_key_and_what_is_changed_does(client, root):
    assert client.http.get(f"{root}/_ftlint/state", headers={"Authorization": ""}).status_code == 200
    assert client.http.post(f"{root}/_ftlint/reset", headers={"Authorization": ""}).status_code == 401
    elsewhere = {"Authorization": "", "Origin": "https://example.org"}
    assert client.http.get(f"{root}/_ftlint/state", headers=elsewhere).status_code == 403


def test_curves_are_those_of_the_results_file(client, root):
    job = client.fine_tune(TRAIN, VALID, compute_classification_metrics=True, classification_n_classes=3, n_epochs=2)
    shown = job_of(client, root, job["id"])
    rows = list(csv.DictReader(client.http.get(f"/files/{job['result_files'][0]['id']}/content").text.splitlines()))
    assert shown["curves"]["classification/accuracy"] == [
        [int(row["step"]), float(row["classification/accuracy"])] for row in rows if row["classification/accuracy"]
    ]
    loss = shown["curves"]["training_loss"]
    assert 50 < len(loss) <= 100
    size = -(-len(rows) // 100)
    assert loss[0] == pytest.approx([size, sum(float(row["training_loss"]) for row in rows[:size]) / size])
    assert loss[-1][0] == int(rows[-1]["step"])
    assert shown["fine_tuned_model"] == job["fine_tuned_model"]
    assert shown["used"]["n_epochs"] == 2


def test_curves_of_a_job_that_is_not_over_are_there(client, root):
    job = client.job([chat(one) for one in TRAIN] * 30, wait=False, hyperparameters={"n_epochs": 20})
    until(lambda: len(job_of(client, root, job["id"])["curves"].get("train_loss", ())) > 1)
    client.post(f"/fine_tuning/jobs/{job['id']}/pause")
    until(lambda: job_of(client, root, job["id"])["status"] == "paused")
    paused = job_of(client, root, job["id"])["curves"]
    assert paused == job_of(client, root, job["id"])["curves"] != {}
    client.post(f"/fine_tuning/jobs/{job['id']}/cancel")
    until(lambda: job_of(client, root, job["id"])["curves"] == {})


def test_a_matrix_counts_every_record_of_the_validation_file(client, root):
    job = client.fine_tune(TRAIN, VALID, n_epochs=4)
    matrix = client.http.get(f"{root}/_ftlint/jobs/{job['id']}/matrix").json()
    assert matrix["labels"] == sorted(LABELS)
    assert matrix["records"] == len(VALID) == sum(cell["count"] for cell in matrix["cells"])
    for cell in matrix["cells"]:
        assert len(cell["records"]) == min(cell["count"], 50)
        for record in cell["records"]:
            own = [one for one in VALID if one["prompt"] == record["asked"]]
            assert cell["true"] in {one["completion"] for one in own}
            assert record["said"].startswith(cell["said"])
    right = sum(cell["count"] for cell in matrix["cells"] if cell["true"] == cell["said"])
    body = {"model": job["fine_tuned_model"], "max_tokens": 1, "temperature": 0}
    said = [client.post("/completions", {**body, "prompt": one["prompt"]})["choices"][0]["text"] for one in VALID]
    assert right == sum(text == one["completion"] for text, one in zip(said, VALID, strict=True))


@pytest.mark.parametrize(
    ("valid", "said"),
    [
        (None, "no model yet, or no validation file"),
        ([{"prompt": f"{one} ->", "completion": f" the answer to {one} is long"} for one in range(9)], "free text"),
    ],
)
def test_a_matrix_that_there_is_not_is_explained(client, root, valid, said):
    train = TRAIN if valid is None else [{"prompt": f"q{one} ->", "completion": f" answer {one} of many"} for one in range(30)]
    job = client.fine_tune(train, valid, n_epochs=1)
    answer = client.http.get(f"{root}/_ftlint/jobs/{job['id']}/matrix")
    assert answer.status_code == 404
    assert said in answer.json()["error"]["message"]


def test_findings_of_a_file_are_the_report_of_a_check(client, root):
    content = b'{"prompt": "<script>alert(1)</script> ->", "completion": "no space"}\n' * 3
    file = client.upload(content, "<b>bold</b>.jsonl")
    answer = client.http.get(f"{root}/_ftlint/files/{file['id']}", headers={"Authorization": ""})
    assert answer.headers["content-type"].startswith("text/html")
    assert "CMP001" in answer.text
    assert "<b>" not in answer.text
    assert "<script>alert" not in answer.text
    assert client.http.get(f"{root}/_ftlint/files/file-none").status_code == 404


def test_few_steps_are_a_curve_as_they_are():
    content = b"step,elapsed_tokens,elapsed_examples,training_loss,validation_loss\n1,2,1,0.5,\n2,4,2,0.25,1\n"
    assert curves(content, 100) == {"training_loss": [(1, 0.5), (2, 0.25)], "validation_loss": [(2, 1.0)]}
    assert curves(content, 1) == {"training_loss": [(2, 0.375)], "validation_loss": [(2, 1.0)]}
