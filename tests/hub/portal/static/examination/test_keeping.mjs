// What is typed in an examination over lines that break.
import assert from "node:assert/strict";
import test from "node:test";
import { Kept, Keeping, putBack, typedIn } from "../../../../../hub/portal/static/src/examination/keeping.js";
import { openPage, settled } from "../page.mjs";

const NO_LINE = new Error("no line");
const GOOD = { status: 200, data: { seconds: 600, state: "open", number: 3 } };

class Store {
  setItem(name, text) { this[name] = text; }
  getItem(name) { return this[name] ?? null; }
  removeItem(name) { delete this[name]; }
}

function keeping(...answers) {
  const one = { typed: "a-1=x", told: [], heard: [], sent: [], timers: [], store: new Store() };
  const page = {
    read: () => one.typed, tell: (how) => one.told.push(how), hear: (data) => one.heard.push(data),
  };
  const send = async (text) => {
    one.sent.push(text);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer() : answer;
  };
  const later = (work, ms) => { one.timers.push({ work, ms }); return one.timers.length; };
  one.kept = new Kept("exam:7:3", one.store);
  one.keeping = new Keeping({ page, kept: one.kept, send, sent: "a-1=", later, cancel: () => {} });
  return one;
}

test("what is typed is kept at once, sent soon, and forgotten when it has arrived", async () => {
  const one = keeping(GOOD);
  one.keeping.changed();
  assert.equal(one.store["exam:7:3"], "a-1=x");
  assert.deepEqual(one.sent, [], "not at every key");
  assert.equal(one.timers.length, 1);
  one.keeping.changed();
  assert.equal(one.timers.length, 1, "typing on does not put it off");
  one.timers[0].work();
  await settled();
  assert.deepEqual([one.sent, one.told.at(-1), one.heard], [["a-1=x"], "saved", [GOOD.data]]);
  assert.equal(one.store.getItem("exam:7:3"), null);
});

test("a beat with nothing typed asks for the time alone", async () => {
  const one = keeping(GOOD);
  one.typed = "a-1=";
  assert.equal(await one.keeping.flush(), true);
  assert.deepEqual(one.sent, [null]);
});

test("while the portal is away it stays here, is said so, and goes when it is back", async () => {
  const one = keeping(NO_LINE, { status: 503, data: "" }, GOOD);
  one.keeping.changed();
  assert.equal(await one.keeping.flush(), false);
  assert.equal(one.told.at(-1), "away");
  assert.equal(one.store["exam:7:3"], "a-1=x");
  one.timers.at(-1).work();
  await settled();
  assert.equal(one.told.at(-1), "away");
  assert.ok(one.timers.at(-1).ms > one.timers.at(-2).ms, "more and more patiently");
  one.timers.at(-1).work();
  await settled();
  assert.equal(one.told.at(-1), "saved");
  assert.deepEqual(one.sent, ["a-1=x", "a-1=x", "a-1=x"]);
});

test("what is typed while it is sent is dirty still", async () => {
  let arrive;
  const one = keeping(() => new Promise((done) => { arrive = () => done(GOOD); }));
  const first = one.keeping.flush(), second = one.keeping.flush();
  await settled();
  one.typed = "a-1=xy";
  arrive();
  assert.deepEqual([await first, await second], [false, false]);
  assert.deepEqual(one.sent, ["a-1=x"], "one request at a time");
  assert.equal(one.told.includes("saved"), false);
  assert.equal(one.keeping.isDirty, true);
});

test("where the browser keeps nothing that is said, for then only the paper remembers", async () => {
  const one = keeping(NO_LINE);
  one.store.setItem = () => { throw new Error("forbidden"); };
  one.keeping.changed();
  await one.keeping.flush();
  assert.equal(one.told.at(-1), "unkept");
});

test("who was logged out is told that, and nothing is lost", async () => {
  const one = keeping({ status: 403, data: {} });
  one.keeping.changed();
  await one.keeping.flush();
  assert.equal(one.told.at(-1), "session");
  assert.equal(one.store["exam:7:3"], "a-1=x");
});

test("what the portal will never take is not sent for ever", async () => {
  const one = keeping({ status: 413, data: {} });
  await one.keeping.flush();
  assert.equal(one.told.at(-1), "refused");
  assert.deepEqual(one.timers, []);
});

test("a form is read as it would be posted, and filled again from that", () => {
  openPage(`<form id="f"><input name="_xsrf" value="t"><input name="number" value="3">
    <input type="radio" name="a-1" value="x"><input type="radio" name="a-1" value="y" checked>
    <input type="checkbox" name="a-2" value="p" checked><input type="checkbox" name="a-2" value="q" checked>
    <select name="a-3-k"><option value=""></option><option value="2" selected>2</option></select>
    <input name="a-4" value="1,5 &amp; ế"><textarea name="text">báo</textarea><button name="action" value="answer"></button></form>`);
  const form = document.getElementById("f"), text = typedIn(form);
  assert.deepEqual([...new URLSearchParams(text)], [
    ["number", "3"], ["a-1", "y"], ["a-2", "p"], ["a-2", "q"], ["a-3-k", "2"], ["a-4", "1,5 & ế"],
  ]);
  form.reset();
  putBack(form, "a-1=x&a-2=q&a-4=7");
  assert.equal(typedIn(form), "number=3&a-1=x&a-2=q&a-3-k=&a-4=7");
});

test("items answered before are forgotten, those of others are not", () => {
  const store = new Store();
  store.setItem("motcham-exam:7:2", "a");
  store.setItem("motcham-exam:7:3", "b");
  store.setItem("motcham:an:lesson", "c");
  new Kept("motcham-exam:7:3", store).forgetOthers("motcham-exam:");
  assert.deepEqual(Object.keys(store), ["motcham-exam:7:3", "motcham:an:lesson"]);
});
