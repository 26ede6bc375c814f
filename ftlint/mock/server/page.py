"""The page at /: jobs with their curves, runs side by side, where a model errs, and what it answers, token by token."""

from __future__ import annotations

from ftlint.report.page import asset, page_of

_BODY = """
<header><h1>ftlint mock</h1>
<p>A stand-in for the fine-tuning service, on this machine only. No model of OpenAI's is here: every base model is the same small
learner, and only tokenizer and price differ. It really trains, so what is wrong with the data shows.</p>
<p class="problem" id="problem" role="alert" hidden></p></header>
<main>
<section aria-labelledby="h-jobs"><h2 id="h-jobs">Jobs</h2>
<div class="scroll" id="jobs" tabindex="0" role="region" aria-label="Table of jobs"></div></section>
<section aria-labelledby="h-curves"><h2 id="h-curves">Runs compared</h2><div class="charts" id="curves"></div>
<p class="place" id="legend"></p>
<div class="scroll" id="runs" tabindex="0" role="region" aria-label="Table of settings and measures"></div></section>
<section aria-labelledby="h-errors" id="errors" hidden><h2 id="h-errors">Where a model errs</h2>
<div id="matrix"></div><div id="cell" role="status"></div></section>
<section aria-labelledby="h-ask"><h2 id="h-ask">Ask a model</h2>
<form id="ask"><label>Model <select id="model"></select></label>
<label>Prompt <textarea id="prompt" rows="3" required></textarea></label>
<label>Tokens, at most <input type="number" id="most" min="1" max="256" value="8"></label><button>Ask</button></form>
<div id="answer" role="status"></div></section>
<section aria-labelledby="h-files"><h2 id="h-files">Files</h2>
<div class="scroll" id="files" tabindex="0" role="region" aria-label="Table of files"></div></section>
</main>
"""


def page() -> str:
    """Return the page; what it shows, its script asks for."""
    return "\n".join(page_of("ftlint mock", _BODY.splitlines(), style=asset("service.css"), script="service.js", asks=True))
