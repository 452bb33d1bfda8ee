// The review page's own script: keys and buttons send decisions, the next row takes the place of the last.
"use strict";

const part = document.getElementById("part");
const said = document.getElementById("said");
const help = document.getElementById("help");
const find = (selector) => part.querySelector(selector);
const columns = () => find(".columns").dataset;
const points = (text) => Array.from(text); // offsets of the tables count code points

let busy = false; // a decision is under way: keys must not decide a row that nobody has seen
let textOpen = sessionStorage.getItem("text") === "open";
let examplesOpen = false;
let pointerDown = false;
let span = null; // {start, end} in the document, of the form that is open

// --- talking to the server ---------------------------------------------------------------------------------

let fading;
function say(message, isError = false) {
  said.textContent = message;
  said.className = isError ? "shown error" : "shown";
  clearTimeout(fading);
  if (!isError) fading = setTimeout(() => (said.className = ""), 4000);
}

async function get(address, headers = {}) {
  const answer = await fetch(address, { headers });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

async function post(path, data, again = true) {
  const { token, language } = document.body.dataset;
  const body = new URLSearchParams({ ...data, token, language });
  const answer = await fetch(path, { method: "POST", body, headers: { "X-Part": "1" } });
  if (answer.status === 403 && again) {
    const page = await (await get("/")).text(); // the server was started anew: take its new token, once
    document.body.dataset.token = new DOMParser().parseFromString(page, "text/html").body.dataset.token;
    return post(path, data, false);
  }
  if (!answer.ok && answer.status !== 422) throw new Error(await answer.text());
  return answer.headers.get("Content-Type").startsWith("text/html") ? answer.text() : answer.json();
}

function run(action) {
  if (busy) return;
  busy = true;
  action()
    .catch((error) => say(error instanceof TypeError ? document.body.dataset.gone : error.message, true))
    .finally(() => (busy = false));
}

// --- rows --------------------------------------------------------------------------------------------------

async function show(at) {
  const query = new URLSearchParams(columns().query);
  if (at !== null && at !== undefined) query.set("at", at);
  const address = `/?${query}`;
  await put(await (await get(address, { "X-Part": "1" })).text());
}

// Put the rows that the server answered in the place of those that are shown.
async function put(html) {
  part.innerHTML = html;
  const { query, at, said: message } = columns();
  history.replaceState(null, "", `/?${query}${at === undefined ? "" : `&at=${at}`}`);
  span = null;
  arrive();
  if (message) say(message);
  if (textOpen && row()) await openText();
}

function arrive() {
  const current = find(".list [aria-current]");
  if (current) {
    const list = find(".list ol");
    list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 3;
  }
  if (examplesOpen && find("#examples")) find("#examples").open = true;
  if (document.activeElement === document.body) find("#row").focus({ preventScroll: true });
}

function row() {
  return find(".card");
}

const shown = () => ({ view: columns().query, row: columns().at });

async function decide(verdict, more = {}) {
  const answer = await post("/decide", { ...more, ...shown(), verdict, note: find("#note").value });
  if (answer.faults) showFaults(find("#correct"), answer.faults);
  else await put(answer);
}

const undo = async () => put(await post("/undo", shown()));

function step(name) {
  const at = columns()[name];
  if (at !== undefined) run(() => show(at));
}

// --- the document around the row ---------------------------------------------------------------------------

async function openText() {
  const { doc, row: at } = row().dataset;
  const table = row().querySelector(".badge").classList[1];
  find("#text").innerHTML = await (await get(`/document/${doc}?at=${at}&table=${table}`)).text();
  find("#text").hidden = false;
  find("[data-do=document]").setAttribute("aria-expanded", "true");
  textOpen = true;
  sessionStorage.setItem("text", "open");
  const body = find("#body");
  const here = body.querySelector(".here");
  if (here) body.scrollTop = here.offsetTop - body.offsetTop - body.clientHeight / 3;
}

function closeText() {
  find("#text").hidden = true;
  find("#text").replaceChildren();
  find("[data-do=document]").setAttribute("aria-expanded", "false");
  textOpen = false;
  sessionStorage.removeItem("text");
}

// --- forms: a correction, a missed mention -----------------------------------------------------------------

const openForm = () => find("form.mention:not([hidden])");

function openCorrect() {
  closeForm();
  const { start, end } = row().dataset;
  find("#correct").hidden = false;
  find("[data-do=correct]").setAttribute("aria-expanded", "true");
  setSpan(Number(start), Number(end));
  find("#correct [data-span]").focus({ preventScroll: true });
  find("#correct").scrollIntoView({ block: "nearest" });
}

async function openMissed() {
  closeForm();
  if (!textOpen) await openText();
  find("#missed").hidden = false;
  span = null;
  find("#missed [data-span]").focus({ preventScroll: true });
  find("#text").scrollIntoView({ block: "nearest" });
}

function closeForm() {
  const form = openForm();
  if (!form) return false;
  form.hidden = true;
  if (form.id === "correct") {
    find("[data-do=correct]").setAttribute("aria-expanded", "false");
    paintSentence(Number(row().dataset.start), Number(row().dataset.end));
  }
  paintText(0, 0);
  span = null;
  find("#row").focus({ preventScroll: true });
  return true;
}

function showFaults(form, faults) {
  for (const place of form.querySelectorAll("fieldset:not([disabled]) [data-fault], [data-fault]")) {
    if (place.closest("fieldset[disabled]")) continue;
    const fault = faults[place.dataset.fault];
    place.textContent = fault ?? "";
    place.hidden = !fault;
    const input = form.querySelector(`[aria-describedby="${place.id}"]`);
    input?.setAttribute("aria-invalid", String(Boolean(fault)));
  }
  form.querySelector("[aria-invalid=true]")?.focus();
}

const values = (form) => Object.fromEntries(new FormData(form));

async function save(form) {
  if (form.id === "correct") {
    await decide("corrected", values(form));
    return;
  }
  const answer = await post("/missed", { ...values(form), note: find("#note").value });
  if (answer.faults) {
    showFaults(form, answer.faults);
    return;
  }
  closeForm();
  await openText();
  say(answer.message);
}

let previewing;
function preview(form) {
  clearTimeout(previewing);
  previewing = setTimeout(async () => {
    const table = form.elements.table?.value ?? row().querySelector(".badge").classList[1];
    const asked = new URLSearchParams({ ...values(form), table });
    const { words } = await (await get(`/words?${asked}`)).json().catch(() => ({}));
    for (const place of form.querySelectorAll(".preview")) {
      place.textContent = words ?? "";
      place.hidden = !words;
    }
  }, 150);
}

// --- spans -------------------------------------------------------------------------------------------------

// What can be chosen from: the document where it is open, else the sentence.
function base() {
  const body = textOpen ? find("#body") : null;
  if (body) return { text: points(body.textContent), first: Number(body.dataset.first) };
  const sentence = find("#sentence");
  return { text: points(sentence.textContent), first: Number(sentence.dataset.offset) };
}

function setSpan(start, end) {
  const form = openForm();
  if (!form || start >= end) return;
  span = { start, end };
  form.elements.start.value = start;
  form.elements.end.value = end;
  const { text, first } = base();
  form.querySelector(".chosen").textContent = text.slice(start - first, end - first).join("");
  if (form.id === "correct") paintSentence(start, end);
  paintText(start, end);
}

function paintSentence(start, end) {
  const sentence = find("#sentence");
  const text = points(sentence.textContent);
  const first = Number(sentence.dataset.offset);
  const from = Math.min(Math.max(start - first, 0), text.length);
  const to = Math.min(Math.max(end - first, from), text.length);
  const mark = document.createElement("mark");
  mark.className = sentence.querySelector("mark").className;
  mark.textContent = text.slice(from, to).join("");
  sentence.replaceChildren(text.slice(0, from).join(""), mark, text.slice(to).join(""));
}

// Highlight what is chosen in the document without touching its nodes.
function paintText(start, end) {
  if (!window.Highlight) return;
  CSS.highlights.delete("chosen");
  const body = textOpen ? find("#body") : null;
  if (!body || start >= end) return;
  const range = document.createRange();
  let at = Number(body.dataset.first);
  let began = false;
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = points(walker.currentNode.data);
    const units = (n) => text.slice(0, n).join("").length;
    if (!began && start < at + text.length) {
      range.setStart(walker.currentNode, units(start - at));
      began = true;
    }
    if (began && end <= at + text.length) {
      range.setEnd(walker.currentNode, units(end - at));
      CSS.highlights.set("chosen", new Highlight(range));
      return;
    }
    at += text.length;
  }
}

const WORD = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;

// Move a border to the next word, or by one character; the other one gives way.
function move(side, by, byCharacter) {
  if (!openForm()) return;
  const { text, first } = base();
  const current = span ?? { start: Number(row().dataset.end), end: Number(row().dataset.end) };
  let [start, end] = [current.start - first, current.end - first];
  if (byCharacter) {
    if (side === "start") start = Math.max(0, start + by);
    else end = Math.min(text.length, end + by);
  } else {
    const words = [];
    const pattern = span ? WORD : /[\p{L}\p{N}]+/gu; // one begins at a word, not at a bracket
    let [at, units] = [0, 0];
    const joined = text.join("");
    for (const found of joined.matchAll(pattern)) {
      at += points(joined.slice(units, found.index)).length;
      units = found.index + found[0].length;
      const length = points(found[0]).length;
      words.push([at, at + length]);
      at += length;
    }
    if (side === "start") {
      const to = by < 0 ? words.findLast(([from]) => from < start) : words.find(([from]) => from > start);
      if (!to) return;
      start = to[0];
      if (start >= end) end = to[1];
    } else {
      const to = by < 0 ? words.findLast(([, until]) => until < end) : words.find(([, until]) => until > end);
      if (!to) return;
      end = to[1];
      if (start >= end || !span) start = to[0];
    }
  }
  setSpan(start + first, end + first);
}

// Take what is selected in the sentence or the document into the form that is open.
function takeSelection() {
  const form = openForm();
  const selection = getSelection();
  if (!form || pointerDown || !selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const holder = [find("#sentence"), find("#body")].find((place) => place?.contains(range.commonAncestorContainer));
  if (!holder || (form.id === "missed" && holder.id !== "body")) return;
  const before = document.createRange();
  before.selectNodeContents(holder);
  before.setEnd(range.startContainer, range.startOffset);
  const first = Number(holder.dataset.first ?? holder.dataset.offset);
  const chosen = range.toString();
  const start = first + points(before.toString()).length + points(chosen).length - points(chosen.trimStart()).length;
  setSpan(start, start + points(chosen.trim()).length);
  selection.removeAllRanges();
}

// --- keys, buttons, selections -----------------------------------------------------------------------------

const ACTIONS = {
  correct: () => (openForm()?.id === "correct" ? closeForm() : openCorrect()),
  close: closeForm,
  undo: () => run(undo),
  document: () => (textOpen ? closeText() : run(openText)),
  missed: () => (openForm()?.id === "missed" ? closeForm() : run(openMissed)),
  previous: () => step("before"),
  next: () => step("after"),
  help: () => help.showModal(),
};
const KEYS = { 3: "correct", u: "undo", d: "document", m: "missed", k: "previous", j: "next", "?": "help" };
const VERDICTS = { 1: "right", 2: "wrong", 4: "unsure" };
const BORDERS = { "[": ["start", -1], "]": ["start", 1], "{": ["end", -1], "}": ["end", 1] };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || help.open) return;
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (event.key === "Escape") {
    if (typing && !event.target.closest("form.mention")) event.target.blur();
    else closeForm();
    return;
  }
  if (event.target.id === "note" && event.key === "Enter") {
    event.target.blur();
    find("#row").focus({ preventScroll: true });
  }
  if (typing || !row()) return;
  if (openForm()) {
    if (event.key in BORDERS) move(...BORDERS[event.key], event.altKey);
    else if (event.key === "Enter" && event.target.matches("[data-span], #row, body, #body")) run(() => save(openForm()));
    else return;
  } else if (event.altKey) {
    return;
  } else if (event.key in VERDICTS) {
    if (!event.repeat) run(() => decide(VERDICTS[event.key]));
  } else if (event.key in KEYS) {
    if (!event.repeat || "jk".includes(event.key)) ACTIONS[KEYS[event.key]]();
  } else if (event.key === "n") {
    find("#note").focus();
  } else {
    return;
  }
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-do], [data-verdict], [data-go], [data-move], [data-rows]");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const { do: action, verdict, go, move: moved, rows } = target.dataset;
  if (rows) {
    const to = rows.split(" ").find((number) => Number(number) >= 0);
    if (to && !openForm() && getSelection().isCollapsed) run(() => show(to));
    return;
  }
  event.preventDefault();
  if (action) ACTIONS[action]();
  else if (verdict) run(() => decide(verdict));
  else if (go) run(() => show(go));
  else if (moved) move(moved.split(" ")[0], Number(moved.split(" ")[1]), event.altKey);
});

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.id === "examples") examplesOpen = event.target.open;
  },
  true,
);

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.mention")) return;
  event.preventDefault();
  run(() => save(event.target));
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form.mention");
  if (!form) return;
  if (event.target.name === "table") {
    for (const fields of form.querySelectorAll("fieldset")) {
      fields.hidden = fields.disabled = fields.dataset.table !== event.target.value;
    }
  }
  preview(form);
});

document.getElementById("filters").addEventListener("change", (event) => {
  if (event.target.matches("select")) event.target.form.querySelector("button.primary").click();
});

let selecting;
document.addEventListener("selectionchange", () => {
  clearTimeout(selecting);
  selecting = setTimeout(takeSelection, 250);
});
document.addEventListener("pointerdown", () => (pointerDown = true));
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    pointerDown = false;
    setTimeout(takeSelection, 0);
  });
}

arrive();
if (textOpen && row()) run(openText);
