// What waits, what goes next, and what an answer means for it.
import assert from "node:assert/strict";
import test from "node:test";
import {
  after, bodyOf, goesOn, isOld, nextOf, pauseAfter, replacedBy, sentenceOf, waits,
} from "../../../../../hub/portal/static/src/outbox/items.js";
import { item } from "./items.mjs";

test("what was handed in first goes first, each once in a round", () => {
  const items = [item({ key: "b", at: 2 }), item({ key: "a", at: 1 }), item({ key: "s", at: 0, state: "sent" }), item({ key: "x", at: 0, state: "stopped" })];
  assert.equal(nextOf(items, new Set()).key, "a");
  assert.equal(nextOf(items, new Set(["a"])).key, "b");
  assert.equal(nextOf(items, new Set(["a", "b"])), null);
});

test("handed in anew, the lesson's last one gives way, but not one that may have arrived", () => {
  const fresh = item({ key: "neu" });
  const replaced = (one) => replacedBy([one], fresh).length;
  assert.equal(replaced(item()), 1);
  assert.equal(replaced(item({ state: "stopped" })), 1);
  assert.equal(replaced(item({ state: "sent", tried: true })), 1);
  assert.equal(replaced(item({ tried: true })), 0);
  assert.equal(replaced(item({ lesson: "khac" })), 0);
  assert.equal(replaced(item({ release: 8 })), 0, "another release's work is other work");
});

test("every answer leaves it sent, waiting or stopped with the reason, and its work with it", () => {
  const stands = (answer) => after(item(), answer);
  const sent = stands({ status: 202, data: { id: 5, submitted_at: "2026-11-30T03:00:00Z" } });
  assert.deepEqual([sent.state, sent.submission, sent.answers], ["sent", 5, {}]);
  for (const [answer, state, why] of [
    [null, "waiting", null], [{ status: 429, data: {} }, "waiting", "busy"], [{ status: 503, data: "<html>" }, "waiting", "busy"],
    [{ status: 401, data: {} }, "session", null], [{ status: 403, data: "" }, "session", null],
  ]) {
    const found = stands(answer);
    assert.deepEqual([found.state, found.why, found.answers, waits(found), goesOn(found)], [state, why, { so: "1" }, true, false]);
  }
  const late = stands({ status: 409, data: { errors: ["Đã hết hạn."] } });
  assert.deepEqual([late.state, late.reasons, late.answers, goesOn(late)], ["stopped", ["Đã hết hạn."], { so: "1" }, true]);
  assert.deepEqual(stands({ status: 404, data: "" }).reasons, []);
});

test("the state is said as it is", () => {
  assert.equal(sentenceOf(item()), "waiting");
  assert.equal(sentenceOf(item({ tried: true })), "unsure", "it may have arrived");
  assert.equal(sentenceOf(item({ tried: true }), "k1"), "sending");
  assert.equal(sentenceOf(item({ tried: true, why: "busy" })), "busy");
  assert.equal(sentenceOf(item({ state: "session" })), "session");
  assert.equal(sentenceOf(item({ state: "sent" })), "sent");
});

test("what is sent holds the key and no more than the server is to know", () => {
  assert.deepEqual(Object.keys(bodyOf(item())), ["key", "course", "lesson", "release", "revision", "language", "answers"]);
});

test("a line for what was sent goes after a week; what waits never does", () => {
  const week = 7 * 24 * 3600 * 1000, sent = item({ state: "sent", sentAt: "2026-11-01T00:00:00Z" }), then = Date.parse(sent.sentAt);
  assert.deepEqual([isOld(sent, then + week), isOld(sent, then + week + 1), isOld(item(), then * 2)], [false, true, false]);
});

test("tries come further apart, two minutes at most", () => {
  assert.deepEqual([1, 2, 3, 9].map(pauseAfter), [5_000, 10_000, 20_000, 120_000]);
});
