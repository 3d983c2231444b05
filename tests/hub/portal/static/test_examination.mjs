// The whole script on a question's page, with only the portal's answers put in its place.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { openPage, set, settled, type } from "./page.mjs";

const SCRIPT = "../../../../hub/portal/static/src/examination.js";
const WORDS = {
  saving: "Đang lưu", saved: "Đã lưu", away: "Mất mạng", unkept: "Không giữ được", session: "Hết phiên",
  will_send: "Sẽ nộp khi có mạng", refused: "Không nhận", minutes: "Còn {n} phút",
  minutes_seconds: "Còn {n} phút {s} giây", seconds: "Còn {s} giây", under_a_minute: "Còn chưa đến 1 phút",
  over: "Hết giờ", told: "Còn {n} phút làm bài.", answer: "Giám thị trả lời: {text}",
};
let opened = 0;

async function open({ state = "open", seconds = 2520, kept = null, answers = [] } = {}) {
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const window = openPage(`<form id="examination" method="post" action="/q" data-beat="/beat" data-key="motcham-exam:an:7:3"
    data-prefix="motcham-exam:" data-state="${state}" data-number="3" data-seconds="${seconds}" data-calm="false">
    <input type="hidden" name="_xsrf" value="t"><input type="hidden" name="number" value="3"><input id="typed" name="a-1" value="">
    <button name="action" value="answer">Trả lời</button></form>
    <p id="time-left"></p><p id="time-told" role="status"></p><p id="saved" role="status"></p><p id="answer"></p>
    <script type="application/json" id="examination-words">${JSON.stringify(WORDS)}</script>`);
  if (kept) window.localStorage.setItem("motcham-exam:an:7:3", kept);
  let now = 0;
  set("performance", { now: () => now });
  const asked = [], submitted = [];
  set("fetch", async (address, { body }) => {
    asked.push(Object.fromEntries(body));
    const answer = answers.length ? answers.shift() : { seconds: seconds - now / 1000, state, number: 3 };
    if (answer instanceof Error) throw answer;
    return new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } });
  });
  const form = document.getElementById("examination");
  opened += 1;
  await import(`${SCRIPT}?${opened}`);
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) submitted.push(event.submitter?.value);
    event.preventDefault();
  });
  const pass = async (ms) => {
    for (let done = 0; done < ms; done += 1000) {
      now += 1000;
      mock.timers.tick(1000);
      await settled();
    }
  };
  const press = async () => { form.requestSubmit(form.querySelector("button")); await settled(); };
  const said = (id) => document.getElementById(id).textContent;
  return { window, form, asked, submitted, pass, press, said, field: document.getElementById("typed") };
}

test.afterEach(() => mock.timers.reset());

test("what is typed is saved within seconds, and said", async () => {
  const { field, pass, asked, said } = await open();
  type(field, "42");
  assert.equal(said("saved"), "Đang lưu");
  await pass(4000);
  assert.deepEqual(asked.map((one) => one.typed), ["number=3&a-1=42"]);
  assert.equal(said("saved"), "Đã lưu");
});

test("an answer goes when all that was typed has arrived, and once", async () => {
  const { field, press, asked, submitted } = await open();
  type(field, "42");
  await press();
  assert.equal(asked.length, 1);
  assert.deepEqual(submitted, ["answer"]);
});

test("while the portal is away an answer waits here and goes by itself when it is back", async () => {
  const no = new Error("no line");
  const { field, press, pass, said, submitted } = await open({ answers: [no, no] });
  type(field, "42");
  await press();
  assert.deepEqual(submitted, []);
  assert.equal(said("saved"), "Sẽ nộp khi có mạng");
  assert.equal(localStorage.getItem("motcham-exam:an:7:3"), "number=3&a-1=42");
  await pass(12_000);
  assert.deepEqual(submitted, ["answer"]);
});

test("who changes an answer that waits presses again", async () => {
  const { field, press, pass, submitted, said } = await open({ answers: [new Error("no line")] });
  type(field, "42");
  await press();
  type(field, "43");
  await pass(40_000);
  assert.deepEqual(submitted, []);
  assert.equal(said("saved"), "Đã lưu");
});

test("what had not arrived when the browser was closed stands there again and is sent", async () => {
  const { field, pass, asked } = await open({ kept: "number=3&a-1=7" });
  assert.equal(field.value, "7");
  await pass(4000);
  assert.equal(asked[0].typed, "number=3&a-1=7");
});

test("the time is the server's, and is told at ten minutes, not at each second", async () => {
  const { pass, said, asked } = await open({ seconds: 640 });
  assert.equal(said("time-left"), "Còn 10 phút");
  assert.equal(said("time-told"), "");
  await pass(41_000);
  assert.equal(said("time-told"), "Còn 10 phút làm bài.");
  assert.equal(asked.length, 1, "a beat each half minute");
});

test("in a pause no time passes", async () => {
  const { pass, said } = await open({ state: "paused", seconds: 640 });
  await pass(14_000);
  assert.equal(said("time-left"), "Còn 10 phút");
});

test("signs are counted and told once, with the next request", async () => {
  const { window, pass, asked } = await open();
  window.dispatchEvent(new window.Event("blur"));
  await pass(61_000);
  assert.deepEqual(asked.map((one) => [one.focus, one.screen]), [["1", "0"], ["0", "0"]]);
});
