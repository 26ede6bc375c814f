"""An engine for tests: it sends everything through pickle, and merges neighbours in random order."""

from __future__ import annotations

import pickle
from random import Random

import cloudpickle

from ftlint.engine.base import Engine, empty
from ftlint.engine.part import check_part


class Scattered(Engine):
    """Checks parts as a cluster might: each by a plan of its own, results merged as they meet."""

    def __init__(self, seed):
        self.chance = Random(seed)

    def map(self, work, shared, items):
        tasks = [cloudpickle.dumps((work, shared, item)) for item in items]
        results = {}
        for number in self.chance.sample(range(len(tasks)), len(tasks)):
            job, common, item = pickle.loads(tasks[number])
            results[number] = pickle.dumps(job(common, item))
        return (pickle.loads(results[number]) for number in range(len(tasks)))

    def fold(self, plan, parts, done):
        order = [(number, pickle.dumps((plan, part))) for number, part in enumerate(parts)]
        self.chance.shuffle(order)
        sent = {number: pickle.dumps(check_part(*pickle.loads(task))) for number, task in order}
        partials = [pickle.loads(sent[number]) for number in sorted(sent)]
        for partial in partials:
            done(partial.size)
        while len(partials) > 1:
            place = self.chance.randrange(len(partials) - 1)
            partials[place].merge(pickle.loads(pickle.dumps(partials.pop(place + 1))))
        total = empty(plan)
        for partial in partials:
            total.merge(partial)
        return total
