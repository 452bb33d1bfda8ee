"use strict";
// The keys, the mouse and the spans of the review page. Everything that is kept is kept by the server; offsets are
// code points, as in the tables.

const rows = document.getElementById("rows");
const panel = document.getElementById("document");
const said = document.getElementById("said");
const help = document.getElementById("help");
const page = document.body.dataset;
let busy = false;
let silence = 0;

const card = () => document.getElementById("card");
const points = (text) => Array.from(text).length;

function say(message) {
  said.textContent = message;
  clearTimeout(silence);
  silence = setTimeout(() => { said.textContent = ""; }, 4000);
}

// --- asking the server

async function ask(address, body) {
  busy = true;
  try {
    return await fetch(address, body ? { method: "POST", body: new URLSearchParams(body) } : { headers: { "X-Part": "1" } });
  } catch {
    say(page.gone);
    return null;
  } finally {
    busy = false;
  }
}

async function show(row, move = true) {
  const query = card().dataset.query ?? new URLSearchParams(location.search).toString();
  const parameters = new URLSearchParams(query);
  parameters.delete("at");
  if (row !== null && row !== undefined) parameters.set("at", row);
  const address = "/?" + parameters;
  const answer = await ask(address);
  if (!answer?.ok) return;
  rows.innerHTML = await answer.text();
  history.replaceState(null, "", address);
  document.querySelector(".list [aria-current]")?.scrollIntoView({ block: "nearest" });
  if (move) card().focus({ preventScroll: true });
  if (!panel.hidden) await openDocument();
}

async function keep(address, values) {
  const answer = await ask(address, { ...values, token: page.token, language: page.language, ...Object.fromEntries(new URLSearchParams(card().dataset.query ?? "")) });
  if (!answer) return null;
  if (answer.status === 422) return answer.json();
  if (!answer.ok) { say(await answer.text()); return null; }
  return answer.json();
}

async function decide(verdict, values = {}) {
  const note = card().querySelector("[name=note]")?.value ?? "";
  const label = card().querySelector(`[data-do=${verdict === "corrected" ? "correct" : verdict}]`)?.firstChild.textContent.trim();
  const kept = await keep("/decide", { ...values, row: card().dataset.row, verdict, note });
  if (!kept) return;
  if (kept.faults) return showFaults(document.getElementById("correct"), kept.faults);
  await show(kept.next ?? card().dataset.row);
  say(page.saved.replace("{verdict}", label ?? verdict));
}

async function undo() {
  const kept = await keep("/undo", {});
  if (!kept) return;
  await show(kept.next ?? card().dataset.row);
  say(kept.message);
}

// --- spans: text is the container whose data-offset says where in the document it begins

function placeIn(container, node, offset) {
  const before = document.createRange();
  before.setStart(container, 0);
  before.setEnd(node, offset);
  return Number(container.dataset.offset) + points(before.toString());
}

function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const inside = (range.commonAncestorContainer.nodeType === Node.TEXT_NODE ? range.commonAncestorContainer.parentElement : range.commonAncestorContainer).closest(".text, .sentence");
  if (!inside) return null;
  return { start: placeIn(inside, range.startContainer, range.startOffset), end: placeIn(inside, range.endContainer, range.endOffset) };
}

function textAround(form) {
  const container = form.id === "missed" || !panel.hidden ? panel.querySelector(".text") : card().querySelector(".sentence");
  return { offset: Number(container.dataset.offset), text: Array.from(container.textContent) };
}

function setSpan(form, start, end) {
  const { offset, text } = textAround(form);
  if (start < offset || end > offset + text.length || start >= end) return;
  form.elements.start.value = start;
  form.elements.end.value = end;
  form.querySelector(".chosen q").textContent = text.slice(start - offset, end - offset).join("");
  form.querySelector("[data-fault=span]").textContent = "";
}

function moveSpan(form, byStart, byEnd) {
  if (form.elements.start.value === "") return;
  setSpan(form, Number(form.elements.start.value) + byStart, Number(form.elements.end.value) + byEnd);
}

const openForm = () => ["missed", "correct"].map((id) => document.getElementById(id)).find((form) => form && !form.hidden);

document.addEventListener("selectionchange", () => {
  const form = openForm();
  const span = form && selected();
  if (span) setSpan(form, span.start, span.end);
});

// --- forms

function showFaults(form, faults) {
  for (const place of form.querySelectorAll("[data-fault]")) {
    const fault = faults[place.dataset.fault] ?? "";
    place.textContent = place.closest("[disabled]") ? "" : fault;
    const input = place.closest("label")?.querySelector("input, select");
    if (input) fault ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
  }
  form.querySelector(":enabled[aria-invalid]")?.focus();
}

function openCorrection() {
  const form = document.getElementById("correct");
  form.hidden = false;
  card().querySelector("[data-do=correct]").setAttribute("aria-expanded", "true");
  setSpan(form, Number(card().dataset.start), Number(card().dataset.end));
  form.querySelector(".inputs input, .inputs select").focus();
}

async function openMissed() {
  if (panel.hidden) await openDocument();
  const form = document.getElementById("missed");
  form.hidden = false;
  const span = selected();
  if (span) setSpan(form, span.start, span.end);
  else say(page.choose);
  form.scrollIntoView({ block: "nearest" });
}

function cancel() {
  const form = openForm();
  if (!form) return false;
  form.hidden = true;
  card().querySelector("[data-do=correct]")?.setAttribute("aria-expanded", "false");
  card().focus({ preventScroll: true });
  return true;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "correct" && form.id !== "missed") return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  if (form.id === "correct") return decide("corrected", values);
  const kept = await keep("/missed", { ...values, doc_id: form.dataset.doc });
  if (kept?.faults) return showFaults(form, kept.faults);
  if (!kept) return;
  await openDocument();
  say(page.saved.replace("{verdict}", values.table));
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("#missed");
  if (!form || event.target.name !== "table") return;
  for (const set of form.querySelectorAll("fieldset")) {
    set.hidden = set.disabled = set.dataset.table !== event.target.value;
  }
});

// --- the document around a row

async function openDocument() {
  const { doc, row } = card().dataset;
  if (!doc) return;
  const scrolled = panel.querySelector(".text")?.scrollTop;
  const same = panel.dataset.doc === doc && panel.dataset.row === row;
  const answer = await ask(`/document/${encodeURIComponent(doc)}?at=${row}`);
  if (!answer?.ok) return;
  panel.innerHTML = await answer.text();
  Object.assign(panel.dataset, { doc, row });
  panel.hidden = false;
  const text = panel.querySelector(".text");
  const here = document.getElementById("here");
  text.scrollTop = same && scrolled !== undefined ? scrolled : (here ? here.offsetTop - text.offsetTop - text.clientHeight / 3 : 0);
  card().querySelector("[data-do=document]")?.setAttribute("aria-expanded", "true");
}

async function toggleDocument() {
  if (panel.hidden) { await openDocument(); panel.scrollIntoView({ block: "nearest" }); return; }
  panel.hidden = true;
  card().querySelector("[data-do=document]")?.setAttribute("aria-expanded", "false");
  card().focus({ preventScroll: true });
}

// --- keys and clicks

const step = (name) => () => { const row = card().dataset[name]; if (row !== undefined) return show(row); };
const actions = {
  right: () => decide("right"), wrong: () => decide("wrong"), unsure: () => decide("unsure"),
  correct: openCorrection, undo, cancel, missed: openMissed, document: toggleDocument,
  next: step("after"), previous: step("before"),
  help: () => help.showModal(), note: () => card().querySelector("[name=note]")?.focus(),
};
const keys = { 1: "right", 2: "wrong", 3: "correct", 4: "unsure", u: "undo", j: "next", k: "previous", d: "document", m: "missed", n: "note", "?": "help" };
const needRow = new Set(["right", "wrong", "correct", "unsure", "document", "missed", "note"]);
const borders = { "[": [-1, 0], "]": [1, 0], "{": [0, -1], "}": [0, 1] };

function run(name) {
  if (busy || (needRow.has(name) && !card().dataset.row)) return;
  actions[name]();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) { event.preventDefault(); return run(button.dataset.do); }
  const link = event.target.closest("a[data-at]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); show(link.dataset.at); }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey && !(event.key in borders) || help.open) return;
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (event.key === "Escape") { if (cancel()) event.preventDefault(); else if (typing) card().focus(); return; }
  const form = openForm();
  if (form && event.key in borders) { event.preventDefault(); return moveSpan(form, ...borders[event.key]); }
  if (typing) {
    if (event.key === "Enter" && event.target.name === "note") { event.preventDefault(); card().focus(); }
    return;
  }
  if (form && event.key === "Enter" && !event.target.matches("button, a, summary")) { event.preventDefault(); return form.requestSubmit(); }
  if (event.key in keys) { event.preventDefault(); run(keys[event.key]); }
});

card().focus({ preventScroll: true });
document.querySelector(".list [aria-current]")?.scrollIntoView({ block: "nearest" });
