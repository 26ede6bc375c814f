"""The pages in a real browser: they run without error, ask nobody, fit every screen, and can be read by everybody."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from command import ftlint
from paths import ROOT
from playwright.sync_api import sync_playwright
from service import Client
from topics import records, single_token_labels

from ftlint.mock import serving

pytestmark = pytest.mark.browser

HOSTILE = '<script>document.title="taken"</script><img src=x onerror=\'document.title="taken"\'> \u202e {{7*7}} </textarea>'
SCREENS = [{"width": 1280, "height": 900, "scheme": "light"}, {"width": 390, "height": 844, "scheme": "dark"}]
TOY = ROOT / "rules" / "learning" / "toy"


@pytest.fixture(scope="module")
def browser():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "there is no Chromium: apt-get install chromium, or name one in CHROMIUM"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Return a function that opens a page and returns the tab; what goes wrong in it fails the test at the end."""
    contexts, wrong = [], []

    def opened(url, *, width=1280, height=900, scheme="light", bypass=False):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=bypass)
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(60_000)
        own = url.split("/")[2]
        tab.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("request", lambda asked: None if asked.url.split("/")[2] == own else wrong.append(asked.url))
        tab.goto(url)
        return tab

    opened.wrong = wrong
    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    rows = [{"prompt": f"{HOSTILE} {number % 150} ->", "completion": " yes" if number % 2 else "no"} for number in range(300)]
    (folder / "hostile.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    turns = [{"role": "user", "content": HOSTILE}, {"role": "assistant", "content": "Certainly not. " * 30}]
    (folder / "talk.jsonl").write_text((json.dumps({"messages": turns}) + "\n") * 20)
    learned = ("--tokenizer", TOY, "--target", "trl", "--limit", "200")
    ftlint("check", "--isolated", "--output", "html=check.html", "hostile.jsonl", cwd=folder)
    ftlint("check", "--isolated", "--output", "html=learned.html", "talk.jsonl", *learned, cwd=folder)
    ftlint("profile", "--isolated", "--output", "html=profile.html", "hostile.jsonl", cwd=folder)
    ftlint("show", "--isolated", "--output", "html=show.html", "talk.jsonl", *learned, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service with three jobs: its address."""
    labels = single_token_labels(3)
    data = records(300, labels, signal=0.6)
    data[0]["prompt"] = HOSTILE + data[0]["prompt"]
    with serving(state=tmp_path_factory.mktemp("state")) as server, Client(server.url) as client:
        settings = {"compute_classification_metrics": True, "classification_n_classes": 3}
        client.fine_tune(data[:200], data[200:], n_epochs=2, **settings)
        client.fine_tune(data[:50], data[200:], n_epochs=2, **settings)
        talks = [
            {"messages": [{"role": "user", "content": one["prompt"]}, {"role": "assistant", "content": one["completion"]}]}
            for one in data
        ]
        client.job(talks[:50], talks[200:240])
        yield server.url.removesuffix("/v1").rstrip("/") + "/"


def opened_details(tab):
    for summary in tab.locator("main > details:not([open]) > summary").all():
        summary.click()


@pytest.mark.parametrize("screen", SCREENS, ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["check", "learned", "profile", "show", "service"])
def test_a_page_fits_and_can_be_read_by_everybody(visit, folder, request, name, screen):
    url = request.getfixturevalue("service") if name == "service" else (folder / f"{name}.html").as_uri()
    tab = visit(url, **screen, bypass=True)
    if name == "service":
        tab.wait_for_selector("#curves svg")
    opened_details(tab)
    assert "ftlint" in tab.title()
    assert "taken" not in tab.title()
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], one["impact"], [node["html"] for node in one["nodes"][:2]]) for one in found] == []


def test_findings_are_searched_filtered_and_linked(visit, folder):
    tab = visit((folder / "check.html").as_uri())
    shown = tab.locator("#count")
    everything = shown.inner_text()
    assert "CMP001" in tab.inner_text("body")
    assert "<script>document.title=" in tab.inner_text("#rules")  # as text
    tab.fill("#search", "CMP001")
    assert shown.inner_text() != everything
    tab.fill("#search", "")
    tab.uncheck("input[value=error]")
    assert tab.locator(".level.error:visible").count() == 0
    tab.check("input[value=error]")
    assert shown.inner_text() == everything
    tab.check("#fixable")
    assert tab.locator("li:visible .fix").count() == tab.locator("li:visible").count() > 0
    tab = visit((folder / "check.html").as_uri() + "#f140")
    tab.wait_for_selector("#f140")
    assert tab.evaluate("document.getElementById('f140').getBoundingClientRect().top < window.innerHeight")


def test_pictures_of_the_data_are_there(visit, folder):
    tab = visit((folder / "learned.html").as_uri())
    opened_details(tab)
    assert tab.locator(".record .cut").count() > 0
    assert "records that lose most of what is learned" in tab.inner_text("main")
    tab = visit((folder / "check.html").as_uri())
    opened_details(tab)
    assert tab.locator("svg[aria-label='records by label'] rect").count() == 2
    assert tab.locator("svg[aria-label^='Duplicates and leaks'] rect").count() > 1


def test_runs_are_compared(visit, service):
    tab = visit(service)
    tab.wait_for_selector("#curves svg")
    assert tab.locator("#curves figcaption").all_inner_texts() == ["loss", "accuracy", "classification"]
    columns = tab.locator("#runs th").count()
    tab.locator("#jobs input[type=checkbox]").first.uncheck()
    assert tab.locator("#runs th").count() == columns - 1


def test_a_cell_of_the_matrix_shows_its_records(visit, service):
    tab = visit(service)
    tab.locator("#jobs tr", has_text="ada:").get_by_text("Show errors").first.click()
    tab.wait_for_selector("#matrix table")
    numbers = [int(text) for text in tab.locator("#matrix button").all_inner_texts()]
    assert sum(numbers) == 100
    tab.locator("#matrix button").first.click()
    assert tab.locator("#cell li").count() == min(numbers[0], 50)


def test_a_model_is_asked_token_by_token(visit, service):
    tab = visit(service)
    tab.wait_for_selector("#model option", state="attached")
    names = tab.locator("#model option").all_inner_texts()
    assert len(names) > 2
    for name in (next(name for name in names if name.startswith("ft:")), next(name for name in names if name.startswith("ada:"))):
        tab.select_option("#model", name)
        tab.fill("#prompt", "colour ->")
        tab.click("#ask button")
        tab.wait_for_selector("#answer .token")
        assert "%" in tab.inner_text("#answer table")


def test_findings_of_an_uploaded_file_are_a_page_of_the_same_make(visit, service):
    tab = visit(service)
    tab.get_by_text("Show findings").first.click()
    tab.wait_for_selector("#rules")
    assert tab.title().startswith("ftlint: ")


def test_the_page_tells_when_the_service_is_gone(visit, tmp_path):
    with serving(state=tmp_path) as server:
        tab = visit(server.url.removesuffix("/v1").rstrip("/") + "/")
        tab.wait_for_selector("#jobs p")
        assert tab.inner_text("#jobs") == "none yet"
    tab.wait_for_selector("#problem:visible")
    assert "does not answer" in tab.inner_text("#problem")
    visit.wrong.clear()  # the browser itself reports that nobody answers
