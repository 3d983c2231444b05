// The page of a question in an examination: saves what is typed, tells the server's time left and
// whether all has arrived, counts signs. The page works without it.
import { Kept, Keeping, putBack, typedIn } from "./examination/keeping.js";
import { watchSigns } from "./examination/signs.js";
import { Tellings, TimeLeft, inWords } from "./examination/time_left.js";
import { token } from "./lesson/token.js";
import { makePost } from "./lesson/calls.js";
import { fill } from "./lesson/words.js";

const BEAT_MS = 30_000, PAUSED_BEAT_MS = 15_000, TICK_MS = 1_000, SPREAD_MS = 5_000;
const form = document.getElementById("examination");
const { beat, key, prefix, state, number, seconds, calm } = form.dataset;
const words = JSON.parse(document.getElementById("examination-words").textContent);
const at = (id) => document.getElementById(id);
const time = new TimeLeft(Number(seconds), { clock: () => performance.now(), stands: state !== "open" });
const tellings = new Tellings(Number(seconds));
const signs = { focus: 0, screen: 0 };
const post = makePost(token);
const kept = new Kept(key);
let wanted = null; // the button that was pressed, while what is typed has not arrived
let sure = false, over = false;

const SAVED = {
  saving: words.saving, saved: words.saved, away: words.away, unkept: words.unkept,
  session: words.session, will_send: words.will_send, refused: words.refused,
};

function tell(how, data) {
  const line = at("saved");
  if (!line) return;
  line.textContent = how === "refused" ? data?.errors?.join(" ") || SAVED.refused : SAVED[how];
  line.className = `small said ${{ saved: "good", saving: "" }[how] ?? "bad"}`;
  if (how === "saved" && wanted) handIn();
}

// Everything has arrived: now the form goes as any other does.
function handIn() {
  sure = true;
  form.requestSubmit(wanted);
}

async function send(text) {
  const told = { ...signs };
  const answer = await post(beat, { number, ...told, ...(text === null ? {} : { typed: text }) });
  if (answer.status === 200) for (const kind of Object.keys(told)) signs[kind] -= told[kind];
  return answer;
}

function hear(data) {
  time.hear(data.seconds, data.state !== "open");
  if (data.answer) at("answer").textContent = fill(words.answer, { text: data.answer });
  if (data.state !== state || String(data.number) !== number) setTimeout(reload, 0);
  showTime();
}

const page = { read: () => typedIn(form), tell, hear };
const keeping = new Keeping({ page, kept, send, sent: typedIn(form) });

function reload() {
  if (!keeping.isDirty && !sure) location.replace(location.href);
}

/** Not everybody of a room at the same moment. */
const soon = (work, within) => setTimeout(work, Math.random() * within);

function showTime() {
  const left = time.seconds, minutes = tellings.next(left), shown = at("time-left");
  const told = left > 0 ? inWords(left, words, { calm: calm === "true" }) : words.over;
  if (shown && shown.textContent !== told) shown.textContent = told;
  if (minutes !== null && state === "open") at("time-told").textContent = fill(words.told, { n: minutes });
  if (left > 0 || over || state !== "open") return;
  over = true;
  soon(async () => { await keeping.flush(); reload(); over = false; }, SPREAD_MS);
}

function everyBeat() {
  setTimeout(async () => { await keeping.flush(); everyBeat(); }, state === "open" ? BEAT_MS : PAUSED_BEAT_MS);
}

// What was typed before the portal went away, or before the browser was closed.
kept.forgetOthers(prefix);
const left = kept.read();
if (left !== null && left !== keeping.sent) putBack(form, left);
keeping.changed();

for (const kind of ["input", "change"])
  form.addEventListener(kind, () => { wanted = null; keeping.changed(); });
form.addEventListener("submit", async (event) => {
  if (sure) return;
  event.preventDefault();
  wanted = event.submitter;
  tell("saving");
  await keeping.flush();
  if (!sure && wanted) tell(kept.works ? "will_send" : "unkept");
});
globalThis.addEventListener("online", () => keeping.flush());
watchSigns({ page: document, windowOf: globalThis }, (kind) => {
  if (state === "open") signs[kind] += 1;
});
const screen = at("full-screen");
if (screen && document.documentElement.requestFullscreen) {
  screen.hidden = false;
  screen.addEventListener("click", () => document.documentElement.requestFullscreen().catch(() => {}));
}
setInterval(showTime, TICK_MS);
showTime();
everyBeat();
