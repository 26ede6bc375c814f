"""Data in a bucket, by the real protocol of S3 on loopback, and on the web."""

from __future__ import annotations

import gzip
import http.server
import io
import json
import threading
from contextlib import ExitStack
from pathlib import Path

import polars as pl
import pytest
from command import ftlint

from ftlint.errors import InputError
from ftlint.sources.files import writing
from ftlint.sources.remote import _store, looked_at

boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto.server")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

ROWS = [{"prompt": f"thing {number} ->", "completion": " yes" if number % 2 else " no"} for number in range(300)]
ROWS[4]["completion"] = "no"
DATA = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
SECRET = "very-secret-value"  # noqa: S105 - a stand-in


@pytest.fixture(scope="module")
def service():
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(service, request):
    """A bucket of its own: the client, its name, and the variables that lead to it."""
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=service, **keys)
    name = f"bucket{abs(hash(request.node.name)) % 10**8}"
    client.create_bucket(Bucket=name)
    variables = {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": service,
        "AWS_ALLOW_HTTP": "true",
    }
    return Bucket(client, name, variables)


class Bucket:
    def __init__(self, client, name, variables):
        self.client, self.name, self.variables = client, name, variables

    def put(self, key, content):
        self.client.put_object(Bucket=self.name, Key=key, Body=content)
        return f"s3://{self.name}/{key}"

    def get(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def check(self, tmp_path, *arguments):
        result = ftlint("check", "--isolated", "--output", "json", *arguments, cwd=tmp_path, **self.variables)
        assert result.returncode in {0, 1}, result.stderr
        return json.loads(result.stdout)


def places(report):
    return sorted((one["path"], one["line"] or 0, one["code"]) for one in report["findings"])


def parquet():
    out = io.BytesIO()
    pl.DataFrame(ROWS).write_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [("train.jsonl", DATA), ("train.jsonl.gz", gzip.compress(DATA)), ("train.parquet", parquet())],
    ids=["lines", "packed", "parquet"],
)
def test_a_file_is_checked_as_on_the_disk(bucket, tmp_path, name, content):
    address = bucket.put(f"some folder/ü/{name}", content)
    (tmp_path / name).write_bytes(content)
    local = bucket.check(tmp_path, name)
    assert places(bucket.check(tmp_path, address)) == [(address, line, code) for _, line, code in places(local)]
    assert (address, 5, "CMP001") in places(bucket.check(tmp_path, address))


def test_patterns_and_folders(bucket, tmp_path):
    for key in ("a/one.jsonl", "a/two.jsonl.gz", "a/deep/three.jsonl", "a/notes.txt", "b/four.jsonl"):
        bucket.put(key, gzip.compress(DATA) if key.endswith("gz") else DATA)

    def files(pattern):
        report = bucket.check(tmp_path, f"s3://{bucket.name}/{pattern}")
        return [file["path"].removeprefix(f"s3://{bucket.name}/") for file in report["files"]]

    assert files("a/*.jsonl") == ["a/one.jsonl"]
    assert files("a/**.jsonl") == ["a/deep/three.jsonl", "a/one.jsonl"]
    assert files("?/*.jsonl") == ["a/one.jsonl", "b/four.jsonl"]
    assert files("a/") == ["a/deep/three.jsonl", "a/one.jsonl", "a/two.jsonl.gz"]


@pytest.mark.parametrize("name", ["train.jsonl", "train.jsonl.gz"])
def test_a_repair_is_written_where_the_data_is(bucket, tmp_path, name):
    packed = name.endswith("gz")
    address = bucket.put(name, gzip.compress(DATA) if packed else DATA)
    (tmp_path / "local.jsonl").write_bytes(DATA)
    ftlint("check", "--isolated", "--fix", "local.jsonl", cwd=tmp_path)
    result = ftlint("check", "--isolated", "--fix", address, cwd=tmp_path, **bucket.variables)
    assert result.returncode == 0, result.stderr
    content = bucket.get(name)
    assert (gzip.decompress(content) if packed else content) == (tmp_path / "local.jsonl").read_bytes() != DATA
    assert [path.name for path in tmp_path.iterdir()] == ["local.jsonl"]


@pytest.mark.parametrize("name", ["all.jsonl", "all.jsonl.gz"])
def test_parts_are_written_beside_the_data(bucket, tmp_path, name):
    rows = [{**row, "completion": row["completion"].strip()} for row in ROWS]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    address = bucket.put(name, gzip.compress(data) if name.endswith("gz") else data)
    (tmp_path / "all.jsonl").write_bytes(data)
    ftlint("split", "--isolated", "all.jsonl", cwd=tmp_path)
    result = ftlint("split", "--isolated", address, cwd=tmp_path, **bucket.variables)
    assert result.returncode == 0, result.stderr
    for part in ("all.train.jsonl", "all.valid.jsonl"):
        assert bucket.get(part) == (tmp_path / part).read_bytes()
        assert f"s3://{bucket.name}/{part}:".encode() in result.stdout
    again = ftlint("split", "--isolated", address, cwd=tmp_path, **bucket.variables)
    assert again.returncode == 2
    assert b"exist already; --force replaces them" in again.stderr
    assert ftlint("split", "--isolated", "--force", "--seed", "3", address, cwd=tmp_path, **bucket.variables).returncode == 0
    assert bucket.get("all.valid.jsonl") != (tmp_path / "all.valid.jsonl").read_bytes()
    assert len(list(tmp_path.iterdir())) == 3


def test_a_test_part_of_an_earlier_split_is_not_left(bucket, tmp_path):
    address = bucket.put("all.jsonl", DATA)
    bucket.put("all.test.jsonl", DATA[: DATA.index(b"\n") + 1])
    result = ftlint("split", "--isolated", "--force", address, cwd=tmp_path, **bucket.variables)
    assert result.returncode == 2
    assert b"all.test.jsonl is of an earlier split" in result.stderr


def test_a_conversion_is_written_to_a_bucket(bucket, tmp_path):
    address, out = bucket.put("train.jsonl", DATA), f"s3://{bucket.name}/chat.jsonl"
    result = ftlint("convert", address, "--to", "chat", "-o", out, cwd=tmp_path, **bucket.variables)
    assert result.returncode == 0, result.stderr
    assert json.loads(bucket.get("chat.jsonl").split(b"\n")[0])["messages"][1] == {"role": "assistant", "content": "no"}
    again = ftlint("convert", address, "--to", "chat", "-o", out, cwd=tmp_path, **bucket.variables)
    assert b"exists already" in again.stderr
    same = ftlint("convert", address, "--to", "chat", "-o", address, "--force", cwd=tmp_path, **bucket.variables)
    assert b"is the input" in same.stderr
    web = ftlint("convert", address, "--to", "chat", "-o", "hf://datasets/a/b/c.jsonl", cwd=tmp_path, **bucket.variables)
    assert web.returncode == 2
    assert b"cannot write hf://datasets/a/b/c.jsonl" in web.stderr


def test_what_is_new_replaces_nothing_that_somebody_else_wrote(bucket, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in bucket.variables.items():
            patch.setenv(name, value)
        _store.cache_clear()
        address = f"s3://{bucket.name}/new.jsonl"
        with ExitStack() as stack:
            stack.enter_context(pytest.raises(InputError, match="somebody else wrote it"))
            stack.enter_context(writing(address)).write(b"mine")
            bucket.put("new.jsonl", b"theirs")
        assert bucket.get("new.jsonl") == b"theirs"
        with pytest.raises(ValueError, match="stopped"), writing(address) as file:
            raise ValueError("stopped")
        assert bucket.get("new.jsonl") == b"theirs"
        with writing(address) as file:
            file.write(b"mine")
        assert bucket.get("new.jsonl") == b"mine"
        _store.cache_clear()


def test_what_somebody_else_wrote_meanwhile_stays(bucket, tmp_path):
    address = bucket.put("train.jsonl", DATA)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in bucket.variables.items():
            patch.setenv(name, value)
        _store.cache_clear()
        remote = looked_at(address)
        bucket.put("train.jsonl", DATA + b"\n")
        with pytest.raises(InputError, match="changed while it was read"):
            remote.check_unchanged()
        (tmp_path / "new").write_bytes(b"repaired")
        with pytest.raises(InputError, match="changed while it was read"):
            remote.write(tmp_path / "new")
        _store.cache_clear()
    assert bucket.get("train.jsonl") == DATA + b"\n"


@pytest.mark.parametrize("address", ["s3://{bucket}/none.jsonl", "s3://no-such-bucket/x.jsonl", "s3://{bucket}/none/*.jsonl"])
def test_what_is_not_there_is_one_sentence_without_secrets(bucket, tmp_path, address):
    result = ftlint("check", "--isolated", address.format(bucket=bucket.name), cwd=tmp_path, **bucket.variables)
    assert result.returncode == 2
    said = (result.stdout + result.stderr).decode()
    assert said.count("\n") == 1
    assert address.format(bucket=bucket.name) in said
    assert SECRET not in said


def test_nobody_answers(tmp_path):
    variables = {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ALLOW_HTTP": "true",
    }
    result = ftlint("check", "--isolated", "s3://data/a.jsonl", cwd=tmp_path, **variables)
    assert result.returncode == 2
    assert b"nobody answers" in result.stderr


ASKED = []
"""Paths that were asked for, with the credentials."""


class Files(http.server.SimpleHTTPRequestHandler):
    """A server of files that knows ranges, as those on the web do."""

    def do_GET(self):
        ASKED.append((self.path, self.headers.get("Authorization")))
        start, end = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")
        content = DATA[int(start) : int(end) + 1 if end else None]
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Range", f"bytes {start}-{int(start) + len(content) - 1}/{len(DATA)}")
        self.send_header("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(content)

    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(DATA)))
        self.send_header("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ASKED.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_file_on_the_web(web, tmp_path):
    address = f"{web}/data/train.jsonl"
    result = ftlint("check", "--isolated", "--output", "json", address, cwd=tmp_path)
    assert (address, 5, "CMP001") in places(json.loads(result.stdout))
    fixed = ftlint("check", "--isolated", "--fix", address, cwd=tmp_path)
    assert fixed.returncode == 2
    assert b"cannot write" in fixed.stderr


def test_a_file_of_the_hub(web, tmp_path):
    address = "hf://datasets/somebody/things@v2/data/train.jsonl"
    result = ftlint("check", "--isolated", "--output", "json", address, cwd=tmp_path, HF_ENDPOINT=web, HF_TOKEN=SECRET)
    assert (address, 5, "CMP001") in places(json.loads(result.stdout))
    assert set(ASKED) == {("/datasets/somebody/things/resolve/v2/data/train.jsonl", f"Bearer {SECRET}")}
    wrong = ftlint("check", "--isolated", "hf://things/train.jsonl", cwd=tmp_path, HF_ENDPOINT=web)
    assert wrong.returncode == 2
    assert b"hf://datasets/OWNER/NAME/PATH" in wrong.stderr


def test_addresses_in_a_configuration(bucket, tmp_path):
    train, valid = bucket.put("train.jsonl", DATA), bucket.put("valid.jsonl", DATA[:200].rpartition(b"\n")[0] + b"\n")
    Path(tmp_path, "ftlint.toml").write_text(f'[[dataset]]\ntrain = ["{train}"]\nvalid = ["{valid}"]\n')
    result = ftlint("check", "--output", "json", cwd=tmp_path, **bucket.variables)
    report = json.loads(result.stdout)
    assert [file["path"] for file in report["files"]] == [train, valid]
    assert "SPL001" in report["summary"]["rules"]
