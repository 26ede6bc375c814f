"use strict";
// The page of the offline service: it asks for what there is, again and again, and shows what changed.
const SVG = "http://www.w3.org/2000/svg";
const AGAIN = { busy: 1000, quiet: 5000 }; // milliseconds
const WIDTH = 360, HEIGHT = 180, LEFT = 44, BOTTOM = 22;
const ALIVE = ["validating_files", "queued", "running", "paused"];
const KEY = { Authorization: "Bearer page", "Content-Type": "application/json" };
const byId = (id) => document.getElementById(id);
const chosen = new Map(); // jobs, and whether somebody chose to see them
let state = { jobs: [], models: [], files: [] };
let before = "";

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null)); // strings become text, never markup
  return made;
}

function drawn(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function table(head, rows) {
  if (!rows.length) return element("p", {}, "none yet");
  return element("table", {},
    element("thead", {}, element("tr", {}, ...head.map((cell) => element("th", { scope: "col" }, cell)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, cell))))));
}

const round = (value) => Number(value.toPrecision(3)).toString();

// Jobs that are compared: those that were chosen, else the newest ones with curves.
function compared() {
  const shown = state.jobs.filter((job) => chosen.get(job.id));
  const usual = state.jobs.filter((job) => !chosen.has(job.id) && Object.keys(job.curves).length).slice(0, Math.max(0, 3 - shown.length));
  return state.jobs.filter((job) => shown.includes(job) || usual.includes(job)).slice(0, 6);
}

function key(run) {
  const made = drawn("svg", { class: "key", viewBox: "0 0 24 12", "aria-hidden": "true" });
  made.append(drawn("line", { x1: 0, y1: 6, x2: 24, y2: 6, class: `curve run${run}` }));
  return made;
}

function showJobs() {
  const runs = compared();
  const rows = state.jobs.map((job) => {
    const run = runs.indexOf(job);
    const box = element("input", { type: "checkbox", "aria-label": `compare ${job.id}` });
    box.checked = run >= 0;
    box.addEventListener("change", () => { chosen.set(job.id, box.checked); show(); });
    const errs = element("button", { type: "button" }, "Show errors");
    errs.addEventListener("click", () => askMatrix(job));
    return [element("span", {}, box, run >= 0 ? key(run) : null), job.id, element("span", { class: job.status }, job.status.replaceAll("_", " ") + (job.progress ? ` ${job.progress}` : "")), job.model, job.data,
      element("span", { class: "id" }, job.error || job.fine_tuned_model || ""), job.fine_tuned_model && job.validation_file ? errs : ""];
  });
  byId("jobs").replaceChildren(table(["compare", "job", "status", "base model", "training file", "result", "evaluation"], rows));
}

// A measure has two names, by the generation of the service.
const measure = (name) => name.replace(/^train_/, "training_").replace(/^valid_/, "validation_").replaceAll("_", " ");

function showRuns() {
  const runs = compared();
  const last = (job, wanted) => {
    const [, points] = Object.entries(job.curves).find(([name]) => measure(name) === wanted) || [];
    return points ? round(points[points.length - 1][1]) : "";
  };
  const settings = [...new Set(runs.flatMap((job) => Object.keys(job.used || {})))];
  const measures = [...new Set(runs.flatMap((job) => Object.keys(job.curves).map(measure)))];
  const rows = [...settings.map((name) => [name.replaceAll("_", " "), ...runs.map((job) => `${(job.used || {})[name] ?? ""}`)]),
    ...measures.map((name) => [`${name}, mean of the last steps`, ...runs.map((job) => last(job, name))])];
  byId("runs").replaceChildren(...(runs.length ? [table(["setting or measure", ...runs.map((job, run) => element("span", {}, key(run), " ", job.id))], rows)] : []));
}

const KINDS = [
  ["loss", (name) => name.endsWith("loss")],
  ["accuracy", (name) => name.includes("accuracy") && !name.startsWith("classification/")],
  ["classification", (name) => name.startsWith("classification/")],
];

function showCurves() {
  const runs = compared();
  byId("curves").replaceChildren(...KINDS.map(([kind, fits]) => chart(kind, fits, runs)).filter((one) => one));
  byId("legend").textContent = runs.length ? "Solid: on the training file. Dashed: on the validation file. The colours are those of the jobs above." : "none yet";
}

function chart(kind, fits, runs) {
  const lines = runs.flatMap((job, run) => Object.entries(job.curves).filter(([name]) => fits(name)).map(([name, points]) => ({ run, name, points })));
  if (!lines.length) return null;
  const all = lines.flatMap((line) => line.points);
  const most = Math.max(...all.map((point) => point[1]), kind === "loss" ? 0 : 1) || 1;
  const steps = Math.max(...all.map((point) => point[0]), 2);
  const x = (step) => LEFT + ((step - 1) / (steps - 1)) * (WIDTH - LEFT - 6);
  const y = (value) => 8 + (1 - value / most) * (HEIGHT - BOTTOM - 8);
  const said = lines.map((line) => `${line.name} from ${round(line.points[0][1])} to ${round(line.points[line.points.length - 1][1])}`).join("; ");
  const picture = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${kind}: ${said}` });
  for (const share of [0, 0.5, 1]) {
    picture.append(drawn("line", { x1: LEFT, x2: WIDTH - 6, y1: y(share * most), y2: y(share * most), class: "grid" }));
    picture.append(drawn("text", { x: LEFT - 6, y: y(share * most) + 4, "text-anchor": "end" }, round(share * most)));
  }
  picture.append(drawn("text", { x: LEFT, y: HEIGHT - 4 }, "step 1"), drawn("text", { x: WIDTH - 6, y: HEIGHT - 4, "text-anchor": "end" }, `${steps}`));
  for (const line of lines) {
    const dashed = line.name.startsWith("valid") || line.name.startsWith("classification/") ? " dashed" : "";
    const points = line.points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const curve = drawn(line.points.length > 1 ? "polyline" : "circle", { class: `curve run${line.run}${dashed}`,
      ...(line.points.length > 1 ? { points } : { cx: x(line.points[0][0]), cy: y(line.points[0][1]), r: 2 }) });
    curve.append(drawn("title", {}, `${runs[line.run].id}: ${line.name}`));
    picture.append(curve);
  }
  return element("figure", {}, element("figcaption", {}, kind), picture);
}

function showFiles() {
  const rows = state.files.map((file) => [file.id, file.filename, file.bytes.toLocaleString("en"), file.purpose,
    file.purpose === "fine-tune" ? element("a", { href: `/_ftlint/files/${encodeURIComponent(file.id)}` }, "Show findings") : ""]);
  byId("files").replaceChildren(table(["file", "name", "bytes", "purpose", "check"], rows));
  const model = byId("model");
  const old = model.value;
  model.replaceChildren(...state.models.map((one) => element("option", { value: one.id }, one.id)));
  if (state.models.some((one) => one.id === old)) model.value = old;
}

async function askMatrix(job) {
  byId("errors").hidden = false;
  byId("cell").replaceChildren();
  byId("matrix").replaceChildren(element("p", {}, `asking the model of ${job.id} …`));
  const answer = await fetch(`/_ftlint/jobs/${encodeURIComponent(job.id)}/matrix`);
  const body = await answer.json();
  byId("matrix").replaceChildren(answer.ok ? matrix(body) : element("p", { class: "problem" }, body.error.message));
  byId("errors").scrollIntoView({ block: "nearest" });
}

function matrix(body) {
  const cell = (right, said) => body.cells.find((one) => one.true === right && one.said === said);
  const button = (one) => {
    const made = element("button", { type: "button", class: one.true === one.said ? "right" : "wrong" }, `${one.count}`);
    made.setAttribute("aria-label", `${one.count} records with ${JSON.stringify(one.true)}, predicted ${JSON.stringify(one.said)}`);
    made.addEventListener("click", () => showRecords(one));
    return made;
  };
  const rows = body.labels.map((right) => element("tr", {}, element("th", { scope: "row" }, JSON.stringify(right)),
    ...body.predicted.map((said) => element("td", {}, cell(right, said) ? button(cell(right, said)) : "0"))));
  const named = (label) => (body.labels.includes(label) ? JSON.stringify(label) : "no label");
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion matrix" }, element("p", {}, `${body.model}: ${body.records.toLocaleString("en")} records of the validation file, ${(100 * body.cells.filter((one) => one.true === one.said).reduce((sum, one) => sum + one.count, 0) / body.records).toFixed(1)} % right. Rows are the right labels, columns what the model says.`),
    element("table", { class: "matrix" }, element("thead", {}, element("tr", {}, element("td", {}), ...body.predicted.map((said) => element("th", { scope: "col" }, named(said))))),
      element("tbody", {}, ...rows)));
}

function showRecords(one) {
  const more = one.count - one.records.length;
  byId("cell").replaceChildren(element("div", {}, element("p", {}, `${one.count} records labelled ${JSON.stringify(one.true)} were predicted as ${JSON.stringify(one.said)}:`),
    element("ol", {}, ...one.records.map((record) => element("li", {}, element("pre", {}, record.asked), element("p", { class: "place" }, `said ${JSON.stringify(record.said)}`)))),
    more > 0 ? element("p", { class: "place" }, `and ${more} more`) : null));
}

async function ask() {
  const model = state.models.find((one) => one.id === byId("model").value);
  if (!model) return;
  const prompt = byId("prompt").value;
  const most = Number(byId("most").value);
  const body = model.chat
    ? { model: model.id, messages: [{ role: "user", content: prompt }], max_tokens: most, temperature: 0, logprobs: true, top_logprobs: 5 }
    : { model: model.id, prompt, max_tokens: most, temperature: 0, logprobs: 5 };
  const answer = await fetch(model.chat ? "/v1/chat/completions" : "/v1/completions", { method: "POST", headers: KEY, body: JSON.stringify(body) });
  const said = await answer.json();
  byId("answer").replaceChildren(...(answer.ok ? tokens(pieces(said.choices[0])) : [element("p", { class: "problem" }, said.error.message)]));
}

// Each token of an answer with its probability, and the likeliest ones at its place; both endpoints in one form.
function pieces(choice) {
  const share = (logarithm) => Math.exp(logarithm);
  if (choice.message) return choice.logprobs.content.map((one) => [one.token, share(one.logprob), one.top_logprobs.map((top) => [top.token, share(top.logprob)])]);
  const all = choice.logprobs;
  return all.tokens.map((token, at) => [token, share(all.token_logprobs[at]), Object.entries(all.top_logprobs[at]).map(([top, logarithm]) => [top, share(logarithm)])]);
}

function tokens(all) {
  const others = element("div", {});
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  const chips = all.map(([token, probability, top]) => {
    const chip = element("button", { type: "button", class: `token ${probability > 0.9 ? "sure" : probability > 0.5 ? "unsure" : "odd"}`, title: percent(probability) }, JSON.stringify(token));
    chip.addEventListener("click", () => others.replaceChildren(table(["token", "probability"], top.sort((one, other) => other[1] - one[1]).map(([text, value]) => [JSON.stringify(text), percent(value)]))));
    return chip;
  });
  if (chips.length) chips[0].click();
  return [element("p", {}, ...(chips.length ? chips : ["nothing: the first token ends the text"])), element("p", { class: "place" }, "Green: a probability above 90 %; yellow: above 50 %; red: below. Select a token to see the alternatives."), others];
}

function show() {
  showJobs();
  showCurves();
  showRuns();
}

async function look() {
  try {
    const answer = await fetch("/_ftlint/state", { cache: "no-store" });
    const text = await answer.text();
    byId("problem").hidden = true;
    if (text !== before) { // what did not change is not drawn again: somebody may have its focus
      before = text;
      state = JSON.parse(text);
      show();
      showFiles();
    }
  } catch {
    byId("problem").textContent = "The service does not answer; the page shows what it said last.";
    byId("problem").hidden = false;
  }
  setTimeout(look, state.jobs.some((job) => ALIVE.includes(job.status)) ? AGAIN.busy : AGAIN.quiet);
}

byId("ask").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
look();
