"""A client for the offline service, over HTTP and without a library of OpenAI's."""

from __future__ import annotations

import json
import time

import httpx

OVER = ("succeeded", "failed", "cancelled")


def lines(records) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


class Client:
    """Asks a service; every answer must be JSON unless `raw`."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, headers={"Authorization": "Bearer sk-test"}, timeout=60, trust_env=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def get(self, path, status=200, **params):
        return self._checked(self.http.get(path, params=params), status)

    def post(self, path, body=None, status=200):
        return self._checked(self.http.post(path, json=body), status)

    def delete(self, path, status=200):
        return self._checked(self.http.delete(path), status)

    def upload(self, content, name="data.jsonl", purpose="fine-tune", status=200):
        content = content if isinstance(content, bytes) else lines(content)
        return self._checked(self.http.post("/files", data={"purpose": purpose}, files={"file": (name, content)}), status)

    def fine_tune(self, records, valid=None, *, wait=True, status=200, **settings):
        """Start a fine-tune of the first generation, and wait for its end."""
        files = {"training_file": self.upload(records)["id"]} | ({"validation_file": self.upload(valid)["id"]} if valid else {})
        job = self.post("/fine-tunes", {"model": "ada", **files, **settings}, status)
        return self.finished(f"/fine-tunes/{job['id']}") if wait and status == 200 else job

    def job(self, records, valid=None, *, wait=True, status=200, **settings):
        """Start a job of the second generation, and wait for its end."""
        files = {"training_file": self.upload(records)["id"]} | ({"validation_file": self.upload(valid)["id"]} if valid else {})
        job = self.post("/fine_tuning/jobs", {"model": "gpt-4o-mini-2024-07-18", **files, **settings}, status)
        return self.finished(f"/fine_tuning/jobs/{job['id']}") if wait and status == 200 else job

    def finished(self, path, seconds=120):
        """Wait until a job is over, and return it."""
        for _ in range(seconds * 20):
            job = self.get(path)
            if job["status"] in OVER:
                return job
            time.sleep(0.05)
        raise AssertionError(f"{path} is still {job['status']}")

    @staticmethod
    def until(condition, seconds=60):
        """Wait until a condition holds."""
        for _ in range(seconds * 50):
            if condition():
                return
            time.sleep(0.02)
        raise AssertionError("it never came to pass")

    @staticmethod
    def _checked(response, status):
        assert response.status_code == status, response.text
        assert response.headers["x-request-id"].startswith("req_")
        body = response.json()
        if status >= 400:
            assert set(body["error"]) == {"message", "type", "param", "code"}
            return body["error"]
        return body
