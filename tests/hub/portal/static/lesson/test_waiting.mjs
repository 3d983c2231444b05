// A lesson's page while its hand-in waits.
import assert from "node:assert/strict";
import test from "node:test";
import { Answering } from "../../../../../hub/portal/static/src/lesson/answering.js";
import { Waiting } from "../../../../../hub/portal/static/src/lesson/waiting.js";
import { WorkedTime } from "../../../../../labs/extension/worked_time.js";
import { cellOf, openLesson } from "../lesson_page.mjs";
import { line, settled } from "../page.mjs";

const NAMES = ["waiting", "unsure", "sending", "session", "tried", "when_counts", "offer", "offer_yes", "back", "aside", "result"];
const words = { ...Object.fromEntries(NAMES.map((one) => [one, one])), sent: "sent {when}", stopped: "stopped {why}" };

function open() {
  const { form, state } = openLesson();
  const { call, asked } = line({ status: 200, data: { revision: 4, fields: [] } });
  const answering = new Answering({ form, state, call, workedTime: new WorkedTime(), key: "k" });
  const kept = [], outbox = {
    now: null, flushed: 0, put: async (item) => { kept.push(item); waiting.show(kept); }, all: async () => kept,
    flush: async () => { outbox.flushed += 1; }, send: async () => { throw new Error("it waits"); },
    takeBack: async () => { kept.length = 0; waiting.show(kept); },
  };
  const waiting = new Waiting({ form, state, answering, outbox, words, time: () => "10:05", clock: () => 5, makeKey: () => "khoa" });
  const place = document.getElementById("submit-asks"), field = cellOf(form, "so").querySelector("input");
  return { form, answering, asked, kept, outbox, waiting, place, field };
}

const press = (place) => place.querySelector("button").click();

test("it asks first, then keeps everything that has not arrived, of other steps too", async () => {
  const { answering, kept, outbox, waiting, place, field, form } = open();
  localStorage.setItem("k", JSON.stringify({ mine: { xa: "1" }, base: { xa: null } }));
  field.value = "12";
  answering.changed(cellOf(form, "so"));
  answering.saving.wait();
  assert.equal(waiting.offer(place).at, place);
  assert.match(place.textContent, /offer.*when_counts/);
  press(place);
  await settled();
  assert.deepEqual(kept.map(({ key, answers, revision, at, state }) => [key, answers, revision, at, state]), [["khoa", { xa: "1", so: "12" }, 3, 5, "waiting"]]);
  assert.equal(outbox.flushed, 1);
});

test("while it waits nothing is changed or saved, and taken back it is as before", async () => {
  const { form, answering, asked, waiting, place, field, outbox, kept } = open();
  field.value = "12";
  answering.changed(cellOf(form, "so"));
  answering.saving.wait();
  await outbox.put(waiting.makeItem({ so: "12" }));
  assert.deepEqual([field.disabled, form.querySelector("[data-submit]").hidden, place.textContent], [true, true, "waitingwhen_countsback"]);
  await answering.save();
  assert.deepEqual(asked, []);
  press(place);
  await settled();
  assert.deepEqual([kept.length, field.disabled, field.value, place.textContent], [0, false, "12", ""]);
  assert.equal(asked.length, 1, "what is open again is saved");
});

test("what came of it is said where it was, with the way on", () => {
  const { waiting, place, kept, field } = open();
  kept.push(waiting.makeItem({}));
  waiting.show(kept);
  waiting.show([{ ...kept[0], state: "sent", sentAt: "x" }]);
  assert.equal(place.textContent, "sent 10:05result");
  assert.equal(place.querySelector("a").getAttribute("href"), "/courses/a/lessons/b?xem=ca-bai#ket-qua");
  waiting.show([{ ...kept[0], state: "stopped", reasons: ["Hết hạn."] }]);
  assert.equal(place.textContent, "stopped Hết hạn.aside");
  assert.equal(field.disabled, false);
});

test("one that was sent before the page opened says nothing more", () => {
  const { waiting, place } = open();
  waiting.show([{ ...waiting.makeItem({}), state: "sent", sentAt: "x" }]);
  assert.equal(place.textContent, "");
});

test("with a line the page says itself how it goes; without one it waits from then on", async () => {
  const { waiting, outbox, kept } = open();
  outbox.send = async () => ({ status: 202, data: { id: 5 } });
  assert.equal((await waiting.send()).data.id, 5);
  outbox.send = async (item) => { kept.push(item); throw new Error("it waits"); };
  assert.equal(await waiting.send(), null);
  assert.equal(await waiting.isHeld(), true);
});
