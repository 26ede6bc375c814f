"use strict";
// Findings become elements when they come near the screen: a page of 100,000 of them opens as fast as one of ten.
const rules = JSON.parse(document.getElementById("data").textContent);
const STEP = 100;
const search = document.getElementById("search");
const fixable = document.getElementById("fixable");
const count = document.getElementById("count");
const boxes = [...document.querySelectorAll("fieldset input")];

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null)); // strings become text, never markup
  return made;
}

let number = 0;
for (const rule of rules) {
  for (const finding of rule.findings) {
    finding.id = `f${++number}`;
    finding.words = [finding.message, finding.place, rule.code, rule.name, ...(finding.line || [])].join(" ").toLowerCase();
  }
  rule.list = element("ol", {});
  rule.earlier = element("button", { type: "button" }, "Show earlier");
  rule.earlier.addEventListener("click", () => begin(rule, rule.start - STEP));
  rule.more = element("button", { type: "button" }, "Show more");
  rule.more.addEventListener("click", () => extend(rule));
  rule.shown = element("span", {});
  const left = rule.count - rule.findings.length;
  rule.box = element("details", { id: rule.code, open: "" },
    element("summary", {},
      element("span", { class: `level ${rule.level}` }, rule.level), " ",
      element("h2", {}, `${rule.code} ${rule.name}`), " · ", rule.shown),
    element("p", {}, `${rule.summary} `, element("a", { href: rule.url, rel: "noopener" }, "What the rule means")),
    left > 0 ? element("p", { class: "place" }, `${left.toLocaleString("en")} more are not in this report; --max-findings keeps more of a rule.`) : null,
    rule.earlier, rule.list, rule.more);
  document.getElementById("rules").append(rule.box);
}

function item(finding) {
  const edits = finding.drops ? [element("p", {}, "repaired: the record is dropped")] : (finding.edits || []).map(([before, old, made, after]) =>
    element("pre", {}, "repaired: ", before, old ? element("del", {}, old) : null, made ? element("ins", {}, made) : null, after));
  return element("li", { id: finding.id },
    element("p", {}, element("a", { href: `#${finding.id}`, class: "place" }, finding.place),
      finding.pointer ? element("span", { class: "place" }, ` ${finding.pointer}`) : null),
    element("p", {}, element("span", { class: `level ${finding.level}` }, finding.level), ` ${finding.message} `,
      finding.fix ? element("span", { class: "fix" }, finding.fix) : null),
    finding.line ? element("pre", {}, finding.line[0], element("mark", {}, finding.line[1]), finding.line[2]) : null,
    finding.title ? element("p", { class: "place" }, finding.title) : null,
    ...edits);
}

function extend(rule, least = STEP) {
  const from = rule.start + rule.list.childElementCount;
  rule.list.append(...rule.chosen.slice(from, from + least).map(item));
  rule.more.hidden = from + least >= rule.chosen.length;
}

function begin(rule, at) {
  const start = Math.max(0, at);
  rule.list.prepend(...rule.chosen.slice(start, rule.start).map(item));
  rule.start = start;
  rule.earlier.hidden = start === 0;
}

function show(rule, start, least) {
  rule.list.replaceChildren();
  rule.start = start;
  rule.earlier.hidden = start === 0;
  extend(rule, least);
}

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const rule = rules.find((one) => one.more === entry.target);
    if (entry.isIntersecting && rule && !rule.more.hidden) extend(rule);
  }
}, { rootMargin: "600px" });

function choose() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const levels = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let total = 0;
  for (const rule of rules) {
    rule.chosen = rule.findings.filter((finding) => levels.has(finding.level)
      && (!fixable.checked || finding.fix) && words.every((word) => finding.words.includes(word)));
    total += rule.chosen.length;
    rule.shown.textContent = rule.chosen.length === rule.findings.length
      ? rule.count.toLocaleString("en") : `${rule.chosen.length.toLocaleString("en")} of ${rule.count.toLocaleString("en")}`;
    rule.box.hidden = rule.chosen.length === 0;
    show(rule, 0, 20);
    near.unobserve(rule.more); // observed anew, it is asked again whether it is near
    near.observe(rule.more);
  }
  count.textContent = total === 0 ? "No finding matches" : total === 1 ? "1 finding" : `${total.toLocaleString("en")} findings`;
}

function follow() {
  const id = decodeURIComponent(location.hash.slice(1));
  const hidden = rules.some((rule) => !rule.chosen.some((one) => one.id === id) && rule.findings.some((one) => one.id === id));
  if (hidden) { // a link is to a finding, whatever was chosen before
    search.value = "";
    fixable.checked = false;
    for (const box of boxes) box.checked = true;
    choose();
  }
  for (const rule of rules) {
    const index = rule.chosen.findIndex((finding) => finding.id === id);
    if (index >= 0 && !document.getElementById(id)) show(rule, index, STEP);
  }
  const target = id && document.getElementById(id);
  if (target) target.scrollIntoView();
}

if (rules.length) {
  for (const control of [search, fixable, ...boxes]) control.addEventListener("input", choose);
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  choose();
  follow();
  addEventListener("hashchange", follow);
}
