"""Fine-tuning jobs of both generations: what they are, and how one is done."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import asdict, replace

from ftlint.evaluation import measures
from ftlint.mock.data.records import example_of, is_record, parsed
from ftlint.mock.errors import bad_request
from ftlint.mock.jobs import results
from ftlint.mock.jobs.results import Line
from ftlint.mock.jobs.validation import Refusal, refusal_of_classes, refusal_of_data, refusal_of_lengths, refusal_of_positive
from ftlint.mock.model.bases import Base, base_named, bases
from ftlint.mock.model.trainer import Trainer
from ftlint.targets import Hyperparameters, default_hyperparameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.mock.jobs.store import Body, Store
    from ftlint.mock.model.model import Model
    from ftlint.mock.model.trainer import Step

ORGANIZATION = "org-ftlint"
MOCK = "ftlint mock: no model of OpenAI's; every base model is the same small learner, and only tokenizer and price differ"
WAITING = ("validating_files", "queued")
ALIVE = (*WAITING, "running", "paused")
_SECOND_GENERATION_RATE = 2.0
"""The learning rate multiplier that `auto` stands for in /fine_tuning/jobs; it trains like 0.1 did in /fine-tunes."""
_REPORTS = 100
"""How often, in one training, the validation file is looked at and a metrics event is sent."""


def base_of(store: Store, name: str) -> Base | None:
    """Return the base model that a base or a fine-tuned model was made from; None for a name that is neither."""
    body = store.get("models", name)
    return base_named(body["base"] if body else name)


def trainable(store: Store, name: str, *, legacy: bool) -> Base:
    """Return the base of a model that can be trained; raises ServiceError for one that cannot."""
    base = base_of(store, name)
    if base is not None and base.legacy == legacy:
        return base
    if not legacy:
        raise bad_request(f"Model {name} is not available for fine-tuning or does not exist.", "model", "model_not_available")
    names = ", ".join(base.name for base in bases().values() if base.legacy)
    raise bad_request(
        f"Invalid base model: {name} (model must be one of {names}) or a fine-tuned model created by your organization: "
        f"{ORGANIZATION}"
    )


def new_job(store: Store, *, legacy: bool, model: str, settings: Mapping[str, Any]) -> Body:
    """Keep a new job and its first event, and return it. settings: of the request, and so by generation."""
    now = store.clock.now()
    identity = f"{'ft-' if legacy else 'ftjob-'}{store.clock.name()}"
    job = {
        "id": identity,
        "legacy": legacy,
        "model": model,
        "status": "validating_files",
        "created_at": now,
        "updated_at": now,
        "finished_at": None,
        "fine_tuned_model": None,
        "result_files": [],
        "trained_tokens": None,
        "error": None,
        "used": None,
        "started": False,
        **settings,
    }
    with store.transaction():
        store.add("jobs", job)
        event(store, job, f"Created fine-tun{'e' if legacy else 'ing job'}: {identity} ({MOCK})")
    return job


def event(store: Store, job: Body, message: str, level: str = "info", data: Mapping[str, Any] | None = None) -> None:
    """Keep an event of a job. data: makes it an event of metrics."""
    body: Body = {"level": level, "message": message, "created_at": store.clock.now()}
    if not job["legacy"]:
        kind = "metrics" if data else "message"
        body |= {"id": f"ftevent-{store.clock.name()}", "type": kind, "data": dict(data or {})}
    store.append("events", job["id"], body)


def fail(store: Store, job: Body, refusal: Refusal) -> None:
    """End a job that cannot go on, in the words of its generation."""
    with store.transaction():
        now = store.clock.now()
        error = {"code": refusal.code, "param": refusal.param, "message": refusal.message}
        if store.change(job["id"], {"status": "failed", "error": error, "finished_at": now, "updated_at": now}, ALIVE):
            event(store, job, refusal.message, "error")


class JobError(Exception):
    """A job that fails, with what its user is told."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class Work:
    """One job being done: `steps` goes on until it is over; whoever drives it may leave off at any step.

    Attributes:
        lines: What was measured after each step, so far.
    """

    def __init__(self, store: Store, job: Body) -> None:
        self.lines: list[Line] = []
        self._store = store
        self._job = job
        base = base_of(store, job["model"])
        if base is None:
            raise JobError(Refusal(f"The model {job['model']} does not exist any more", "model_not_found", "model"))
        self._base = base
        self._files = {name: self._content(job[name], name) for name in ("training_file", "validation_file") if job[name]}
        results = {name: parsed(content) for name, content in self._files.items()}
        # Of conversations every one is judged; what no prompt and completion is was refused when the file came.
        self._records = {name: [one for one in every if base.chat or is_record(one)] for name, every in results.items()}

    def steps(self) -> Iterator[None]:
        """Do the job, and yield after each step. Raises what `fail` can tell the user of."""
        self._validate()
        yield
        parameters = self._parameters()
        trainer = self._trainer(parameters)
        yield
        self._enqueue(parameters, trainer)
        yield
        while not self._start():
            yield
        lines, model, last = self.lines, None, ""
        for step in trainer.steps():
            lines.append(self._measured(trainer, step, parameters))
            if not self._job["legacy"]:
                self._report(lines[-1])
            if step.ends_epoch:
                model = trainer.model()
                last = self._end_epoch(model, lines[-1], parameters)
            yield
        while not self._upload(model, last):
            yield
        yield
        while not self._finish(lines):
            yield

    def _content(self, identity: str, param: str) -> bytes:
        body = self._store.get("files", identity)
        try:
            return self._store.read(body or {"content": ""})
        except OSError as error:
            reason = "was deleted before the job could read it" if body is None else f"cannot be read: {error.strerror}"
            raise JobError(Refusal(f"The file {identity} {reason}", "file_not_found", param)) from error

    def _validate(self) -> None:
        """Raise what is wrong with the files, as the service finds it before training starts."""
        job, base = self._job, self._base
        if not job["legacy"]:
            names = " and validation file: ".join(job[name] for name in self._files)
            event(self._store, job, f"Validating training file: {names}")
        for name, content in self._files.items():
            refusal = refusal_of_data(content, self._records[name], base, name)
            if refusal:
                raise JobError(refusal)
        if not job["legacy"]:
            self._files.clear()  # what was read of them is in the records
            return
        refused = refusal_of_lengths(self._files["training_file"], self._records["training_file"], base)
        wanted = job["classification"]
        if not refused and wanted:
            files = {job[name]: (self._files[name], self._records[name]) for name in self._files}
            classes = wanted["n_classes"] or 2  # with a positive class alone there are two
            refused = refusal_of_classes(files, classes, base)
        self._files.clear()
        if refused:
            raise JobError(Refusal(f"Fine-tune failed. Errors:\n{refused}"))

    def _parameters(self) -> Hyperparameters:
        """Return what is trained with: what was asked for, and defaults for the rest."""
        job = self._job
        defaults = default_hyperparameters(len(self._records["training_file"]))
        if job["legacy"]:
            defaults = replace(defaults, n_epochs=4)  # the endpoint's own default, whatever the number of records
        else:
            share = 0.0 if self._base.chat else 0.01
            defaults = replace(defaults, learning_rate_multiplier=_SECOND_GENERATION_RATE, prompt_loss_weight=share)
        asked = {name: value for name, value in job["hyperparameters"].items() if value not in {None, "auto"}}
        return replace(defaults, **asked)

    def _trainer(self, parameters: Hyperparameters) -> Trainer:
        job, base = self._job, self._base
        parent = self._store.model(job["model"])
        examples = {name: [example_of(record, base) for record in records] for name, records in self._records.items()}
        unit = 0.1 if job["legacy"] else _SECOND_GENERATION_RATE
        return Trainer(
            examples["training_file"],
            parent or base,
            parameters,
            seed=job["seed"],
            rate=parameters.learning_rate_multiplier / unit,
            valid=examples.get("validation_file", ()),
        )

    def _enqueue(self, parameters: Hyperparameters, trainer: Trainer) -> None:
        store, job, base = self._store, self._job, self._base
        tokens = parameters.n_epochs * trainer.tokens
        with store.transaction():
            changes = {"status": "queued", "trained_tokens": tokens, "used": asdict(parameters)}
            if not store.change(job["id"], changes, WAITING):
                return
            if not job["legacy"]:
                event(store, job, "Files validated, moving job to queued state")
                return
            if base.price is not None:
                event(store, job, f"Fine-tune costs ${tokens / 1000 * base.price:.2f}")
            event(store, job, "Fine-tune enqueued. Queue number: 0")

    def _start(self) -> bool:
        """Mark the job as running, unless somebody has just paused or cancelled it."""
        store, job = self._store, self._job
        with store.transaction():
            changes = {"status": "running", "started": True, "updated_at": store.clock.now()}
            if not store.change(job["id"], changes, WAITING):
                return False
            event(store, job, "Fine-tune started" if job["legacy"] else "Fine-tuning job started")
        positive = job.get("classification") and job["classification"]["positive_class"]
        for name, records in reversed(self._records.items()) if positive else ():
            refused = refusal_of_positive(str(positive), records, job["id"], name.replace("_", " "))
            if refused:
                raise JobError(Refusal(refused))
        return True

    def _measured(self, trainer: Trainer, step: Step, parameters: Hyperparameters) -> Line:
        """Return a step with what is measured after it."""
        if "validation_file" not in self._records:
            return Line(step)
        often = max(1, trainer.total // _REPORTS)
        validation = whole = None
        if step.number % often == 0 or step.number in {1, trainer.total} or step.ends_epoch:
            number, size = len(self._records["validation_file"]), parameters.batch_size
            first = (step.number // often) * size
            validation = trainer.validate(np.arange(first, first + min(size, number)) % number)
        if step.ends_epoch:
            whole = trainer.validate()
        wanted = self._job.get("classification")
        return Line(step, validation, whole, self._classification(trainer, wanted) if wanted and step.ends_epoch else {})

    def _classification(self, trainer: Trainer, wanted: Mapping[str, Any]) -> dict[str, float | None]:
        """Return the measures of classification. They look at first tokens only, as the service's did."""
        labels = sorted({record["completion"] for record in self._records["training_file"]})
        true = [record["completion"] for record in self._records["validation_file"]]
        shares = trainer.first_tokens([example_of({"prompt": "", "completion": label}, self._base).tokens[1] for label in labels])
        predicted = [labels[index] for index in np.argmax(shares, axis=1)]
        positive = wanted["positive_class"]
        if positive is None or len(labels) > 2:  # of more classes none is the positive one
            return {"accuracy": measures.accuracy(true, predicted), "weighted_f1_score": measures.weighted_f1(true, predicted)}
        probability = shares[:, labels.index(positive)]
        result = measures.binary([label == positive for label in true], probability, wanted["betas"])
        right = [(label == positive) == (share > 0.5) for label, share in zip(true, probability, strict=True)]
        return {"accuracy": sum(right) / len(right), **result}

    def _report(self, line: Line) -> None:
        """Send the metrics of a step of the second generation."""
        step, store = line.step, self._store
        if step.number % max(1, step.total // _REPORTS) and not step.ends_epoch and step.number != 1:
            return
        text = f"Step {step.number}/{step.total}: training loss={step.training.loss:.2f}"
        if line.validation:
            text += f", validation loss={line.validation.loss:.2f}"
        if line.whole:
            text += f", full validation loss={line.whole.loss:.2f}"
        with store.transaction():
            if store.change(self._job["id"], {}, ("running",)):
                event(store, self._job, text, data={"step": step.number, "total_steps": step.total, **_metrics(line)})

    def _end_epoch(self, model: Model, line: Line, parameters: Hyperparameters) -> str:
        """Keep the model of an epoch: in the second generation as a checkpoint, whose name is returned."""
        store, job, step = self._store, self._job, line.step
        if job["legacy"]:
            with store.transaction():
                if store.change(job["id"], {}, ("running",)):
                    event(store, job, f"Completed epoch {step.epoch}/{parameters.n_epochs}")
            return ""
        content = store.write(model.save)
        with store.transaction():
            if store.change(job["id"], {}, ("running", "paused", "queued")) is None:
                return ""
            if job["fine_tuned_model"] is None:
                job["fine_tuned_model"] = _second_name(store, self._base, job["suffix"])
            name = job["fine_tuned_model"] + (f":ckpt-step-{step.number}" if step.number < step.total else "")
            self._keep(name, content)
            checkpoint = {
                "object": "fine_tuning.job.checkpoint",
                "id": f"ftckpt_{store.clock.name()}",
                "created_at": store.clock.now(),
                "fine_tuned_model_checkpoint": name,
                "fine_tuning_job_id": job["id"],
                "step_number": step.number,
                "metrics": {"step": step.number, **_metrics(line)},
            }
            store.append("checkpoints", job["id"], checkpoint)
        return str(name)

    def _keep(self, name: str, content: str) -> None:
        now = self._store.clock.now()
        self._store.add(
            "models", {"id": name, "base": self._base.name, "job": self._job["id"], "created": now, "content": content}
        )

    def _upload(self, model: Model | None, last: str) -> bool:
        """Keep the model, unless somebody has just paused or cancelled the job. last: the name of the last checkpoint."""
        store, job = self._store, self._job
        if not store.change(job["id"], {}, ("running",)):
            return False
        content = store.write(model.save) if model is not None and job["legacy"] else ""
        with store.transaction():
            if not store.change(job["id"], {}, ("running",)):
                return False
            name = _first_name(store, self._base, job["suffix"]) if content else last
            if content:
                self._keep(name, content)
            store.change(job["id"], {"fine_tuned_model": name, "updated_at": store.clock.now()}, ("running",))
            event(store, job, f"Uploaded model: {name}" if job["legacy"] else f"New fine-tuned model created: {name}")
            return True

    def _finish(self, lines: Sequence[Line]) -> bool:
        """Keep the results, and end the job, unless somebody has just paused or cancelled it."""
        store, job = self._store, self._job
        legacy = job["legacy"]
        with store.transaction():
            if not store.change(job["id"], {}, ("running",)):
                return False
            content = results.of_generation(lines, legacy=legacy)
            file = new_file(store, "compiled_results.csv" if legacy else "step_metrics.csv", "fine-tune-results", content)
            if legacy:
                event(store, job, f"Uploaded result file: {file['id']}")
            now = store.clock.now()
            changes = {"status": "succeeded", "result_files": [file["id"]], "finished_at": now, "updated_at": now}
            store.change(job["id"], changes, ("running",))
            event(store, job, "Fine-tune succeeded" if legacy else "The job has successfully completed")
            return True


def _metrics(line: Line) -> dict[str, float]:
    """Return the metrics of a step, as events and checkpoints have them."""
    results = {"train_loss": line.step.training.loss, "train_mean_token_accuracy": line.step.training.token_accuracy}
    for name, score in (("valid", line.validation), ("full_valid", line.whole)):
        if score:
            results |= {f"{name}_loss": score.loss, f"{name}_mean_token_accuracy": score.token_accuracy}
    return results


def new_file(store: Store, filename: str, purpose: str, content: bytes) -> Body:
    """Keep a file, and return it."""
    body: Body = {
        "id": f"file-{store.clock.name()}",
        "purpose": purpose,
        "filename": filename,
        "bytes": len(content),
        "created_at": store.clock.now(),
        "content": store.write(lambda out: out.write(content)),
    }
    store.add("files", body)
    return body


def _first_name(store: Store, base: Base, suffix: str | None) -> str:
    """Return a name for a model that ends in the time; a second later where another job ended in the same one."""
    slug = _slug(suffix or "")
    start = f"{base.name}:ft-{ORGANIZATION.removeprefix('org-')}" + (f":{slug}" if slug else "")
    now = store.clock.now()
    while store.get("models", name := f"{start}-{time.strftime('%Y-%m-%d-%H-%M-%S', time.gmtime(now))}"):
        now += 1
    return name


def _second_name(store: Store, base: Base, suffix: str | None) -> str:
    organization = ORGANIZATION.removeprefix("org-")
    return f"ft:{base.name}:{organization}:{_slug(suffix or '')}:{store.clock.name(8)}"


def _slug(suffix: str) -> str:
    """Return a suffix as it is in names: white space and punctuation are one dash."""
    return re.sub(r"[\W_]+", "-", suffix.lower()).strip("-")
