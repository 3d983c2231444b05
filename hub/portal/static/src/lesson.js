// The player's script: saves answers as they are typed, runs code, hands in, shows marks.
// Without it the page still reads, saves and hands in by ordinary form posts (hub/portal/pages/player.py).
const form = document.getElementById("lesson");
const stateElement = document.getElementById("lesson-state");
const state = JSON.parse(stateElement.textContent);
const say = state.say;
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const xsrf = form.elements._xsrf.value;
const mayAnswer = Boolean(form.querySelector("[data-submit-too]"));
const WAIT_MS = 900, READ_MS = 350; // a number is read by the server: at once

// A line that hangs is as good as none; a file may take its time on a slow one.
const patience = (body) => (body && JSON.stringify(body).length > 100_000 ? 240_000 : 40_000);

async function call(method, address, body) {
  const answer = await fetch(address, {
    method,
    signal: AbortSignal.timeout?.(patience(body)),
    headers: { "X-Xsrftoken": xsrf, ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body && JSON.stringify(body),
  });
  const isJson = (answer.headers.get("Content-Type") || "").includes("json");
  return { status: answer.status, data: isJson ? await answer.json() : await answer.text() };
}

// --- numbers: what was typed is sent as typed; the server reads it and says how ------------------

const writeNumber = (value) => (state.language === "vi" ? String(value).replace(".", ",") : String(value));
function put(field, value) {
  field.value = typed(value) ?? "";
  saidAt(field, "");
}
const typed = (value) => (typeof value === "number" ? writeNumber(value) : value ?? null);

// --- cells: reading and writing each kind of control -------------------------------------------

const all = (root, selector) => [...root.querySelectorAll(selector)];

const kinds = {
  single: {
    read: (cell) => cell.querySelector("input:checked")?.value ?? null,
    write: (cell, value) => all(cell, "input").forEach((one) => (one.checked = one.value === value)),
  },
  multiple: {
    read: (cell) => {
      const chosen = all(cell, "input:checked").map((one) => one.value);
      return chosen.length ? chosen : null;
    },
    write: (cell, value) => all(cell, "input").forEach((one) => (one.checked = (value || []).includes(one.value))),
  },
  number: {
    read: (cell) => cell.querySelector("input").value.trim() || null,
    write: (cell, value) => put(cell.querySelector("input"), value),
    stored: (cell, value) => typed(value),
  },
  text: {
    read: (cell) => cell.querySelector("input, textarea").value || null,
    write: (cell, value) => (cell.querySelector("input, textarea").value = value || ""),
  },
  match: {
    read: (cell) => {
      const pairs = Object.fromEntries(all(cell, "select").map((one) => [one.dataset.key, one.value || null]));
      return Object.values(pairs).some(Boolean) ? pairs : null;
    },
    write: (cell, value) => all(cell, "select").forEach((one) => (one.value = value?.[one.dataset.key] || "")),
  },
  order: {
    read: (cell) => all(cell, "li").map((one) => one.dataset.key),
    write: (cell, value) => {
      const list = cell.querySelector("ol");
      (value || []).forEach((key) => list.append(list.querySelector(`li[data-key="${CSS.escape(key)}"]`) ?? ""));
    },
  },
  table: {
    read: (cell) => {
      const given = givenOf(cell);
      const rows = given.rows.map((row) => Object.fromEntries(given.columns.map((key) => [key, row[key] ?? null])));
      let touched = false;
      for (const field of all(cell, "[data-row]")) {
        const text = field.value.trim();
        touched ||= Boolean(text);
        rows[field.dataset.row][field.dataset.key] = text || null;
      }
      return touched ? rows : null;
    },
    write: (cell, value) => {
      for (const field of all(cell, "[data-row]")) put(field, value?.[field.dataset.row]?.[field.dataset.key]);
    },
    stored: (cell, value) => value && value.map((row, place) => Object.fromEntries(Object.entries(row).map(([key, one]) =>
      [key, key in (givenOf(cell).rows[place] || {}) ? one : typed(one)]))),
  },
  file: {
    read: (cell) => cell.chosen ?? null,
    write: (cell, value) => {
      cell.chosen = value;
      saidAt(cell.querySelector("input"), value?.name || say.empty);
    },
  },
  code: {
    read: (cell) => cell.querySelector("textarea").value,
    write: (cell, value) => {
      cell.querySelector("textarea").value = value ?? "";
      cell.editor?.write(value ?? "");
    },
  },
};

const givenOf = (cell) => JSON.parse(cell.querySelector("[data-given]").textContent);

const cells = new Map(all(form, "[data-cell]").map((cell) => [cell.dataset.cell, cell]));
const kindOf = (cell) => kinds[cell.dataset.kind];
const trimmed = (value) => (value && value.base64 !== undefined ? { name: value.name, size: value.base64.length } : value);
const plain = (value) =>
  JSON.stringify(value ?? null, (_, one) =>
    one && typeof one === "object" && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one);
const same = (a, b) => plain(trimmed(a)) === plain(trimmed(b));

// --- saving: what differs from the server is dirty, kept in the browser until it has arrived ----

const KEY = `motcham:${state.who}:${state.release}:${state.lesson}`;
// An answer as its controls say it: a stored number is the text that stands in its field.
const asTyped = (cell, value) => (cell && kindOf(cell).stored ? kindOf(cell).stored(cell, value) : value);
const base = Object.fromEntries(Object.entries(state.answers).map(([id, one]) => [id, asTyped(cells.get(id), one)]));
all(form, '[data-kind="file"]').forEach((cell) => (cell.chosen = base[cell.dataset.cell]));
const dirty = {};
const conflicts = {};
let revision = state.revision, timer = 0, saving = null, retryMs = 2000, kept = true, offline = false;
const saveState = form.querySelector("[data-save-state]");

function tell(text, bad = false) {
  if (!saveState) return;
  saveState.textContent = text;
  saveState.classList.toggle("bad", bad);
}

function keep() {
  const unsent = { ...dirty, ...Object.fromEntries(Object.entries(conflicts).map(([id, one]) => [id, one.mine])) };
  try {
    kept = true;
    if (!Object.keys(unsent).length) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify({ mine: unsent, base: Object.fromEntries(
      Object.keys(unsent).map((id) => [id, conflicts[id] ? conflicts[id].base : base[id]])) }));
  } catch { kept = false; /* a full or forbidden store: the server still has all that arrived */ }
}

function changed(cell) {
  const id = cell.dataset.cell, value = kindOf(cell).read(cell);
  if (conflicts[id]) return;
  if (same(value, base[id])) delete dirty[id];
  else dirty[id] = value;
  keep();
  clearTimeout(timer);
  if (Object.keys(dirty).length) {
    tell(say.saving);
    timer = setTimeout(save, "number table".includes(cell.dataset.kind) ? READ_MS : WAIT_MS);
  } else tell(unread().length ? say.unread : say.saved, unread().length > 0);
}

// --- how the server read a field: said beside it, in figures to see and in words to hear ---------

const unread = () => all(form, '[aria-invalid="true"]');

function saidAt(field, text, { bad = false, words = "" } = {}) {
  const said = document.getElementById(field.getAttribute("aria-describedby"));
  field.setAttribute("aria-invalid", bad);
  if (!said) return;
  said.classList.toggle("bad", bad);
  if (!words || words === text) return (said.textContent = text);
  const seen = document.createElement("span"), heard = document.createElement("span");
  seen.textContent = text;
  seen.setAttribute("aria-hidden", "true");
  heard.textContent = words;
  heard.className = "sr";
  said.replaceChildren(seen, heard);
}

const fieldOf = (cell, { row, column }) =>
  row === null ? cell.querySelector("input") : cell.querySelector(`[data-row="${row}"][data-key="${CSS.escape(column)}"]`);

function showFields(fields, kept) {
  for (const one of fields) {
    const cell = cells.get(one.cell), field = cell && fieldOf(cell, one);
    if (!kept) delete dirty[one.cell];
    if (!field || (field.type !== "file" && field.value.trim() !== one.typed)) continue; // typed on since
    const before = field.type === "file" && one.error && base[one.cell]?.name;
    saidAt(field, one.error ? one.error + (before ? ` ${fill(say.kept_file, { name: before })}` : "") : one.said,
      { bad: Boolean(one.error), words: one.error ? "" : one.words });
    if (!kept) cell.chosen = base[one.cell];
  }
}

function save() {
  clearTimeout(timer);
  saving ??= sendDirty().finally(() => (saving = null));
  return saving;
}

// A file goes by itself: one that is no good must not hold up the rest.
function nextToSend() {
  const entries = Object.entries(dirty), rest = entries.filter(([, one]) => one?.base64 === undefined);
  return Object.fromEntries(rest.length ? rest : entries.slice(0, 1));
}

async function sendDirty() {
  while (Object.keys(dirty).length) {
    const sent = nextToSend(), timed = wholeSeconds();
    let answer;
    try {
      answer = await call("PUT", `${state.api}/answers`, { revision, answers: sent, worked: timed, language: state.language });
    } catch {
      offline = true;
      return later(kept ? say.offline : say.unkept);
    }
    offline = false;
    const { status, data } = answer;
    if (status === 200) {
      revision = data.revision;
      form.elements.revision.value = revision;
      retryMs = 2000;
      for (const [id, seconds] of Object.entries(timed)) worked[id] -= seconds;
      for (const id of Object.keys(sent)) {
        base[id] = trimmed(sent[id]);
        if (same(dirty[id], sent[id])) delete dirty[id];
      }
      keep();
      showFields(data.fields, true);
      tell(unread().length ? say.unread : say.saved, unread().length > 0);
    } else if (status === 422 && data.fields) {
      showFields(data.fields, false);
      keep();
      tell(data.errors.join(" "), true);
    } else if (status === 409) merge(data.answers, data.revision);
    else if (status === 401 || status === 403) return later(say.session);
    else if (status === 422 || status === 413) return tell(data.errors?.join(" ") || say.failed, true);
    else return later(say.failed);
  }
}

// --- time at each exercise: tells authors where learners sit long; no mark rests on it ----------

const AWAY_MS = 120_000;
const worked = {}; // grade_id to seconds that the server has not heard of yet
let exercise = null, seenAt = 0;

// From one touch of the page to the next, unless the learner was away in between.
function notice(event) {
  const now = performance.now();
  if (exercise && now - seenAt < AWAY_MS) worked[exercise] = (worked[exercise] || 0) + (now - seenAt) / 1000;
  seenAt = now;
  const cell = event.target.closest?.("[data-cell]");
  if (document.hidden) exercise = null;
  else if (cell) exercise = state.exercise_of[cell.dataset.cell] ?? null;
}
const wholeSeconds = () =>
  Object.fromEntries(Object.entries(worked).map(([id, one]) => [id, Math.floor(one)]).filter(([, one]) => one > 0));

function later(text) {
  tell(text, true);
  clearTimeout(timer);
  timer = setTimeout(save, retryMs);
  retryMs = Math.min(retryMs * 2, 30000);
}

function merge(theirs, newRevision) {
  revision = newRevision;
  form.elements.revision.value = revision;
  for (const [id, given] of Object.entries(theirs)) {
    const cell = cells.get(id), stored = asTyped(cell, given);
    if (!cell) continue;
    const before = base[id];
    base[id] = stored;
    if (!(id in dirty)) {
      if (!same(stored, before) && !conflicts[id]) kindOf(cell).write(cell, stored);
    } else if (same(stored, dirty[id])) delete dirty[id];
    else if (!same(stored, before)) showConflict(cell, dirty[id], stored, before);
  }
  keep();
}

function showConflict(cell, mine, theirs, before) {
  const id = cell.dataset.cell, box = cell.querySelector(".conflict");
  delete dirty[id];
  conflicts[id] = { mine, base: before };
  const side = (title, value, button, choose) => {
    const part = document.createElement("div");
    const heading = document.createElement("p"), shown = document.createElement("pre"), take = document.createElement("button");
    heading.textContent = title;
    shown.textContent = describe(cell, value);
    take.type = "button";
    take.className = "second";
    take.textContent = button;
    take.addEventListener("click", () => {
      delete conflicts[id];
      box.hidden = true;
      kindOf(cell).write(cell, choose);
      changed(cell);
      keep();
    });
    part.append(heading, shown, take);
    return part;
  };
  const intro = document.createElement("p"), pair = document.createElement("div");
  intro.textContent = say.conflict;
  pair.className = "conflict-pair";
  pair.append(side(say.mine, mine, say.keep_mine, mine), side(say.theirs, theirs, say.keep_theirs, theirs));
  box.replaceChildren(intro, pair);
  box.setAttribute("role", "alert");
  box.hidden = false;
}

function describe(cell, value) {
  if (value == null || value === "") return say.empty;
  if (typeof value === "string" && cell.dataset.kind !== "single") return value;
  const text = (key) => {
    const field = cell.querySelector(`[value="${CSS.escape(key)}"]`);
    return field?.closest("label, li")?.innerText?.trim() || field?.textContent || key;
  };
  if (typeof value === "string") return text(value);
  if (Array.isArray(value))
    return value.map((one) => (typeof one === "string" ? text(one) : Object.values(one).map((v) => v ?? "–").join(" | "))).join("\n");
  if (value.name) return value.name;
  return Object.entries(value).map(([key, one]) => `${key}: ${one ?? "–"}`).join("\n");
}

// Was the cell changed before this script arrived? Its controls then differ from the page's own.
function wasTouched(cell) {
  return all(cell, "input, select, textarea").some((field) => {
    if (field.type === "file") return field.files.length > 0;
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const first = [...field.options].find((one) => one.defaultSelected) ?? field.options[0];
    return field.value !== first?.value;
  });
}

function restoreUnsent() {
  const touched = [...cells.values()].filter(wasTouched);
  let before;
  try { before = JSON.parse(localStorage.getItem(KEY) || "null"); } catch { before = null; }
  for (const [id, mine] of Object.entries(before?.mine || {})) {
    const cell = cells.get(id);
    if (!cell || same(mine, base[id])) continue;
    const now = touched.includes(cell) ? kindOf(cell).read(cell) : mine;
    if (!same(now, mine)) showConflict(cell, now, mine, before.base[id]);
    else if (same(base[id], before.base[id])) {
      kindOf(cell).write(cell, mine);
      dirty[id] = mine;
    } else showConflict(cell, mine, base[id], before.base[id]);
  }
  for (const cell of touched)
    if (cell.dataset.kind === "file") cell.querySelector("input").dispatchEvent(new Event("change", { bubbles: true }));
    else changed(cell);
  keep();
  if (Object.keys(dirty).length) save();
}

// --- what people do ----------------------------------------------------------------------------

form.addEventListener("input", (event) => {
  const cell = event.target.closest("[data-cell]");
  if (!cell || cell.dataset.kind === "file" || event.target.closest(".editor")) return;
  if (event.target.hasAttribute("aria-describedby") && "number table".includes(cell.dataset.kind)) saidAt(event.target, "");
  changed(cell);
});

form.addEventListener("change", async (event) => {
  const cell = event.target.closest('[data-kind="file"]');
  const file = cell && event.target.files?.[0];
  if (!file) return Object.keys(dirty).length ? save() : undefined; // left a field: do not wait
  const id = cell.dataset.cell;
  if (!file.size || file.size > 2 * 1024 * 1024)
    return showFields([{ cell: id, row: null, error: file.size ? say.too_large : say.empty_file }], false);
  saidAt(event.target, say.checking);
  const url = await new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = fail;
    reader.readAsDataURL(file);
  });
  cell.chosen = { name: file.name, base64: url.slice(url.indexOf(",") + 1) };
  changed(cell);
  save();
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.move) move(button);
  else if ("run" in button.dataset) run(button.closest("[data-cell]"), true);
  else if ("print" in button.dataset) window.print();
  else if ("save" in button.dataset) { event.preventDefault(); save(); }
  else if ("submit" in button.dataset || "submitToo" in button.dataset) { event.preventDefault(); submit(); }
});

// Enter in a field must not hand the lesson in by accident.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input:not([type=file])")) event.preventDefault();
});

function move(button) {
  const item = button.closest("li"), cell = button.closest("[data-cell]"), by = Number(button.dataset.move);
  const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  by < 0 ? other.before(item) : other.after(item);
  button.focus();
  const place = [...item.parentNode.children].indexOf(item) + 1;
  cell.querySelector("[data-moved]").textContent = fill(say.moved, { item: item.querySelector(".text").textContent, n: place });
  changed(cell);
}

// ``leave``: from the button one goes on to the result; from the editor one stays and hears of it.
async function run(cell, leave = false) {
  const button = cell.querySelector("[data-run]"), said = cell.querySelector("[data-run-said]"), output = cell.querySelector("[data-output]");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  said.textContent = say.running;
  let ran = say.run_failed;
  try {
    const { status, data } = await call("POST", `${state.api}/run`, { cell: cell.dataset.cell, answers: { ...dirty }, language: state.language });
    if (status === 200) output.innerHTML = data.html; // cleaned by the server (hub/portal/outputs.py)
    else output.textContent = data.errors?.join(" ") || say.run_failed;
    if (status === 200) ran = data.ok ? say.ran : say.ran_badly;
  } catch {
    output.textContent = say.run_failed;
  }
  output.hidden = false;
  button.removeAttribute("aria-disabled");
  if (leave) output.focus();
  const words = output.innerText.trim(); // short enough to be heard at once, or only that it is there
  said.replaceChildren(ran, Object.assign(document.createElement("span"), { className: "sr", textContent: ` ${words.slice(0, 200)}` }));
}

let submitting = false;

async function submit() {
  const errors = document.getElementById("submit-errors");
  if (submitting || (attemptsLeft() === "1" && !confirm(say.last))) return;
  submitting = true;
  errors.hidden = true;
  tell(say.submitting);
  const buttons = all(form, "[data-submit], [data-submit-too]"); // not disabled: focus would fall to the page
  buttons.forEach((one) => one.setAttribute("aria-disabled", "true"));
  const stop = await handIn().catch(() => ({ why: say.submit_failed }));
  if (stop) {
    errors.textContent = stop.why;
    errors.hidden = false;
    tell(stop.why, true);
    (stop.at || errors).scrollIntoView({ block: "center" });
    (stop.at || errors).focus({ preventScroll: true });
  }
  buttons.forEach((one) => one.removeAttribute("aria-disabled"));
  submitting = false;
}

// Why it was not handed in, and where to go to mend it; nothing where it was.
async function handIn() {
  cells.forEach((cell) => changed(cell));
  await save();
  const parted = Object.keys(conflicts)[0];
  if (parted) return { why: say.choose_first, at: cells.get(parted).querySelector(".conflict button") };
  if (unread().length) return { why: say.mend, at: unread()[0] };
  if (Object.keys(dirty).length) return { why: offline ? say.submit_offline : saveState.textContent || say.submit_failed };
  let answer;
  try {
    answer = await call("POST", state.submissions, { course: state.course, lesson: state.lesson, revision, language: state.language });
  } catch { return { why: say.submit_offline }; }
  const { status, data } = answer;
  if (status === 422 && data.fields) {
    showFields(data.fields, true);
    return { why: data.errors.join(" "), at: unread()[0] };
  }
  if (status !== 202) return { why: data.errors?.join(" ") || say.submit_failed };
  tell(say.marking);
  await follow(data.id);
  const result = document.getElementById("ket-qua");
  result.scrollIntoView({ block: "start" });
  result.focus({ preventScroll: true });
}

async function follow(id) {
  await showResults();
  for (let failures = 0; failures < 5; ) {
    try {
      const { status, data } = await call("GET", `${state.submissions}/${id}?wait=20`);
      if (status !== 200) { failures += 1; await pause(1500); continue; }
      if (data.state === "marked" || data.state === "dead") {
        tell(data.state === "dead" ? say.dead : say.marked);
        return showResults();
      }
      failures = 0;
    } catch { failures += 1; await pause(2000); }
  }
}

const attemptsLeft = () => document.querySelector("[data-attempts-left]")?.dataset.attemptsLeft;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function showResults() {
  const { status, data } = await call("GET", `${state.page}?part=results`);
  if (status !== 200) return;
  const parts = new DOMParser().parseFromString(data, "text/html");
  for (const part of all(parts, "[data-for]"))
    for (const place of all(document, `[data-result="${CSS.escape(part.dataset.for)}"]`)) place.innerHTML = part.innerHTML;
  all(form, "[data-submit], [data-submit-too]").forEach((one) => (one.hidden = attemptsLeft() === "0"));
}

// --- the editor: when its bundle is there and a code cell comes near; else the textarea stays ---

async function openEditor(cell) {
  if (cell.editor || !stateElement.dataset.editor) return;
  try {
    const { edit } = await import(stateElement.dataset.editor);
    cell.editor ??= edit(cell.querySelector("textarea"), {
      label: `${cell.dataset.name}. ${say.editor}`, nonce: stateElement.dataset.nonce, changed: () => changed(cell), run: () => run(cell),
    });
  } catch { /* the textarea does */ }
}

// A video's poster is fetched when the video comes near, the video itself when it is played.
function whenNear(elements, come) {
  const near = new IntersectionObserver((seen) =>
    seen.filter((one) => one.isIntersecting).forEach((one) => { near.unobserve(one.target); come(one.target); }),
    { rootMargin: "400px" });
  elements.forEach((one) => near.observe(one));
}

// --- begin -------------------------------------------------------------------------------------

if (window.matchMedia("(min-width: 62rem)").matches) document.querySelector(".contents-box").open = true;
all(form, "[data-print]").forEach((one) => (one.hidden = false));
all(form, "[data-lab]").forEach((one) => one.addEventListener("click", () => {
  one.value = window.matchMedia("(max-width: 48rem)").matches ? "narrow" : "wide"; // turned since, perhaps
}));
whenNear(all(form, "video[data-poster]"), (video) => (video.poster = video.dataset.poster));
if (mayAnswer) {
  form.querySelector(".bar-bottom").hidden = false;
  form.querySelector("[data-save]").hidden = true;
  restoreUnsent();
  whenNear(all(form, '[data-kind="code"]'), openEditor);
  window.addEventListener("online", save);
  window.addEventListener("pagehide", keep);
  ["pointerdown", "keydown", "focusin"].forEach((touch) => form.addEventListener(touch, notice, { passive: true }));
  document.addEventListener("visibilitychange", notice);
  document.addEventListener("visibilitychange", () => document.hidden && Object.keys(dirty).length && save());
  if (state.waiting) follow(state.waiting);
}
// Resume where one left: the browser keeps the scroll place of a reload; a new visit gets this.
const PLACE = `${KEY}:place`;
try {
  const left = sessionStorage.getItem(PLACE) ?? localStorage.getItem(PLACE);
  if (left && !location.hash && scrollY === 0) scrollTo({ top: Number(left), behavior: "instant" });
  addEventListener("scrollend", () => localStorage.setItem(PLACE, String(Math.round(scrollY))));
} catch { /* no store: begin at the top */ }
