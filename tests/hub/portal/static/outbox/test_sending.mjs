// Sending: in order, once each, and nothing lost on the way.
import assert from "node:assert/strict";
import test from "node:test";
import { Outbox } from "../../../../../hub/portal/static/src/outbox/sending.js";
import { item } from "./items.mjs";

const TAKEN = { status: 202, data: { id: 5, submitted_at: "2026-11-30T03:00:00Z" } };

function open(items, answers, { reach = async () => true, typed = async () => true } = {}) {
  const kept = new Map(items.map((one) => [one.key, one])), sent = [], told = [], later = [];
  const store = {
    all: async () => [...kept.values()],
    put: async (one, others = []) => {
      others.forEach((other) => kept.delete(other.key));
      kept.set(one.key, one);
    },
    remove: async (key) => { kept.delete(key); },
  };
  const post = async (body) => {
    sent.push([body.key, kept.get(body.key).tried]);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const outbox = new Outbox({
    store, post, reach, typed, lock: (work) => work(), clock: () => Date.parse("2026-11-30T04:00:00Z"),
    changed: async (one) => { if (one) told.push(one.key); }, later: (_work, ms) => later.push(ms),
  });
  return { outbox, kept, sent, told, later };
}

test("all go in their order, and each is told of when it was taken", async () => {
  const { outbox, kept, sent, told, later } = open([item({ key: "b", at: 2, lesson: "c" }), item({ key: "a", at: 1 })], [TAKEN]);
  await Promise.all([outbox.flush(), outbox.flush()]);
  assert.deepEqual(sent, [["a", true], ["b", true]], "that it may have arrived is known before it is sent");
  assert.deepEqual([told, later], [["a", "b"], []]);
  assert.deepEqual([...kept.values()].map((one) => one.state), ["sent", "sent"]);
});

test("without a line nothing is sent, and nothing is said to have been", async () => {
  for (const reach of [async () => false, async () => { throw new Error("no line"); }]) {
    const { outbox, kept, sent, later } = open([item()], [TAKEN], { reach });
    await outbox.flush();
    assert.deepEqual([sent, kept.get("k1").tried, later], [[], false, [5_000]]);
  }
});

test("a line that breaks keeps the order: the next one does not go past", async () => {
  const { outbox, kept, sent, later } = open([item(), item({ key: "k2", at: 2000, lesson: "c" })], [new Error("broke"), TAKEN]);
  await outbox.flush();
  assert.deepEqual([sent.map(([key]) => key), later], [["k1"], [5_000]]);
  assert.deepEqual([kept.get("k1").state, kept.get("k1").tried], ["waiting", true]);
  await outbox.flush();
  assert.deepEqual(sent.map(([key]) => key), ["k1", "k1", "k2"], "the same key again");
});

test("one that is refused stands aside with its work, and the next one goes", async () => {
  const late = { status: 409, data: { errors: ["Đã hết hạn."] } };
  const { outbox, kept } = open([item(), item({ key: "k2", at: 2000, lesson: "c" })], [late, TAKEN]);
  await outbox.flush();
  assert.deepEqual([...kept.values()].map((one) => one.state), ["stopped", "sent"]);
  assert.deepEqual(kept.get("k1").answers, { so: "1" });
});

test("handed in with a line: the page gets the answer, and says itself why not", async () => {
  const taken = open([], [TAKEN]);
  assert.equal((await taken.outbox.send(item())).data.id, 5);
  const refused = open([], [{ status: 422, data: { errors: ["Còn ô."] } }]);
  assert.equal((await refused.outbox.send(item())).status, 422);
  assert.equal(refused.kept.size, 0);
  const broken = open([], [new Error("broke")]);
  await assert.rejects(broken.outbox.send(item()));
  assert.equal(broken.kept.get("k1").state, "waiting");
});

test("what was typed elsewhere goes after the hand-ins; without a line it is tried again", async () => {
  const { outbox, later } = open([], [TAKEN], { typed: async () => { throw new Error("broke"); } });
  await outbox.flush();
  await outbox.flush();
  assert.deepEqual(later, [5_000, 10_000]);
});

test("taken back it is gone, and a week after it was sent", async () => {
  const { outbox, kept } = open([item(), item({ key: "alt", state: "sent", sentAt: "2026-11-01T00:00:00Z" })], [TAKEN]);
  await outbox.takeBack("k1");
  await outbox.flush();
  assert.equal(kept.size, 0);
});
