// The player's script: saves answers as they are typed, runs code, hands in, shows marks.
// Without it the page still reads, saves and hands in by ordinary form posts (hub/portal/pages/learning/player.py).
//
// Here only who hears of what; each thing it does is a module in lesson/.
import "./chooser.js";
import { WorkedTime } from "../../../../labs/extension/worked_time.js";
import { Answering } from "./lesson/answering.js";
import { resumePlace } from "./lesson/browser_store.js";
import { makeCall, makePost } from "./lesson/calls.js";
import { check } from "./lesson/checking.js";
import { holdsNumbers } from "./lesson/controls.js";
import { sayAt } from "./lesson/fields.js";
import { whenNear } from "./lesson/near.js";
import { run } from "./lesson/running.js";
import { Stepping } from "./lesson/stepping.js";
import { token } from "./lesson/token.js";

const form = document.getElementById("lesson");
const stateElement = document.getElementById("lesson-state");
const state = JSON.parse(stateElement.textContent);
const key = `motcham:${state.who}:${state.release}:${state.lesson}`;
const xsrf = () => token() || form.elements._xsrf.value;
const call = makeCall(xsrf), post = makePost(xsrf);
const asked = `${state.page}?part=results&${state.step ? `buoc=${state.step}` : "xem=ca-bai"}`;
const workedTime = new WorkedTime(state.counts_time ? state.exercise_of : {});
const answering = new Answering({ form, state, call, workedTime, key });
const stepping = new Stepping({ form, state, answering });
const answers = "answers" in form.dataset; // whoever may

const all = (selector) => [...form.querySelectorAll(selector)];
const runCell = (cell, leave) => run(cell, { call, state, answers: { ...answering.draft.dirty }, leave });

// What hands in comes after the page; once it is here it needs no line.
let handing;
function handingIn() {
  const { handing: address, outbox } = stateElement.dataset;
  handing ??= import(address).then(({ makeHandingIn }) => makeHandingIn({ form, state, call, answering, stepping }, outbox));
  return handing.catch(() => {
    handing = null;
    answering.tell(state.say.submit_offline, true);
  });
}

form.addEventListener("input", ({ target }) => {
  const cell = target.closest("[data-cell]");
  if (!cell || cell.dataset.kind === "file" || target.closest(".editor")) return;
  if (target.hasAttribute("aria-describedby") && holdsNumbers(cell)) sayAt(target, "");
  answering.changed(cell);
});

form.addEventListener("change", ({ target }) => {
  const cell = target.closest('[data-kind="file"]'), file = cell && target.files?.[0];
  if (file) answering.chosen(cell, file);
  else if (answering.draft.isDirty) answering.save(); // left a field: do not wait
});

// Not a new window's click: that one the browser follows itself.
form.parentNode.addEventListener("click", (event) => {
  const way = answers && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.target.closest("[data-go]");
  if (!way) return;
  event.preventDefault();
  stepping.follow(way);
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.move) answering.move(button);
  else if ("run" in button.dataset) runCell(button.closest("[data-cell]"), true);
  else if ("print" in button.dataset) window.print();
  else if ("check" in button.dataset) {
    event.preventDefault();
    check(button, { answering, say: state.say, page: asked, post });
  }
  else if ("save" in button.dataset) {
    event.preventDefault();
    answering.save();
  } else if (/^submit/.test(Object.keys(button.dataset))) {
    event.preventDefault();
    handingIn().then((one) => one?.submit({ sure: "submitNow" in button.dataset }));
  }
});

// Enter in a field must not hand the lesson in by accident.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input:not([type=file])")) event.preventDefault();
});

// The editor: when its bundle is there and a code cell comes near; else the textarea stays.
async function openEditor(cell) {
  const { editor, nonce } = stateElement.dataset;
  if (cell.editor || !editor) return;
  try {
    const { edit } = await import(editor);
    cell.editor ??= edit(cell.querySelector("textarea"), {
      label: `${cell.dataset.name}. ${state.say.editor}`,
      nonce,
      changed: () => answering.changed(cell),
      run: () => runCell(cell),
    });
  } catch { /* the textarea does */ }
}

function beginAnswering() {
  form.querySelectorAll(".bar-bottom").forEach((one) => { one.hidden = false; });
  form.querySelectorAll("[data-save]").forEach((one) => { one.hidden = true; });
  answering.restoreUnsent();
  whenNear(all('[data-kind="code"]'), openEditor);
  window.addEventListener("online", () => answering.save());
  window.addEventListener("pagehide", () => answering.keep());
  const touched = ({ target }) =>
    workedTime.touch(target.closest?.("[data-cell]")?.dataset.cell, { at: performance.now(), hidden: document.hidden });
  ["pointerdown", "keydown", "focusin"].forEach((touch) => form.addEventListener(touch, touched, { passive: true }));
  document.addEventListener("visibilitychange", (event) => {
    touched(event);
    if (document.hidden && answering.draft.isDirty) answering.save();
  });
  handingIn().then((one) => state.waiting && one?.follow(state.waiting));
}

if (window.matchMedia("(min-width: 62rem)").matches) document.querySelector(".contents-box").open = true;
all("[data-print]").forEach((one) => { one.hidden = false; });
all("[data-lab]").forEach((one) => one.addEventListener("click", () => {
  one.value = window.matchMedia("(max-width: 48rem)").matches ? "narrow" : "wide"; // turned since, perhaps
}));
// A video's poster comes when the video comes near, the video itself when it is played.
whenNear(all("video[data-poster]"), (video) => { video.poster = video.dataset.poster; });
if (answers) beginAnswering();
if (!state.step) resumePlace(`${key}:place`);
else if (!location.search.includes("buoc=")) // going back leads here again
  history.replaceState(null, "", `?buoc=${state.step}${location.hash}`);
