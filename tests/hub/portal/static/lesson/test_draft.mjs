// What was typed here and what the server has: nothing is lost, nothing overwritten unasked.
import assert from "node:assert/strict";
import test from "node:test";
import { Draft } from "../../../../../hub/portal/static/src/lesson/draft.js";

const draft = (base = { a: "1", b: "2" }) => new Draft({ revision: 3, base: { ...base } });

test("what is typed back to what the server has is not dirty", () => {
  const one = draft();
  one.change("a", "5");
  assert.deepEqual(one.dirty, { a: "5" });
  one.change("a", "1");
  assert.equal(one.isDirty, false);
});

test("the same answer in another order of keys is the same", () => {
  const one = draft({ a: { x: "1", y: "2" } });
  one.change("a", { y: "2", x: "1" });
  assert.equal(one.isDirty, false);
});

test("a file goes by itself, after everything else", () => {
  const one = draft();
  const file = { name: "a.xlsx", base64: "AAAA" };
  one.change("f", file);
  one.change("a", "5");
  assert.deepEqual(one.nextToSend(), { a: "5" });
  one.accept({ a: "5" }, 4);
  assert.deepEqual(one.nextToSend(), { f: file });
  one.accept({ f: file }, 5);
  assert.deepEqual([one.isDirty, one.revision, one.base.f], [false, 5, { name: "a.xlsx", size: 4 }]);
});

test("what is typed on while it is sent stays to be sent", () => {
  const one = draft();
  one.change("a", "5");
  one.change("a", "56");
  one.accept({ a: "5" }, 4);
  assert.deepEqual(one.dirty, { a: "56" });
});

test("a cell changed only elsewhere is taken over, one changed on both sides waits for a choice", () => {
  const one = draft();
  one.change("a", "mine");
  const follows = one.merge({ a: "theirs", b: "new" }, 9);
  assert.deepEqual(follows, [{ id: "a", mine: "mine", theirs: "theirs" }, { id: "b", write: "new" }]);
  assert.equal(one.revision, 9);
  assert.equal(one.isDirty, false);
  one.change("a", "typed on");
  assert.equal(one.isDirty, false, "nothing is sent over it before the choice");
  one.choose("a");
  one.change("a", "mine");
  assert.deepEqual(one.nextToSend(), { a: "mine" });
});

test("the same change on both sides is no conflict", () => {
  const one = draft();
  one.change("a", "5");
  assert.deepEqual(one.merge({ a: "5" }, 9), []);
  assert.equal(one.hasUnsent, false);
});

test("an own change survives when the other side did not touch that cell", () => {
  const one = draft();
  one.change("a", "5");
  assert.deepEqual(one.merge({ a: "1", b: "2" }, 9), []);
  assert.deepEqual(one.dirty, { a: "5" });
});

test("what waits for a choice is kept in the browser with what it started from", () => {
  const one = draft({ a: null, b: "2" });
  one.change("a", "mine");
  one.change("b", "7");
  one.merge({ a: "theirs" }, 9);
  assert.deepEqual(one.unsent(), { mine: { a: "mine", b: "7" }, base: { a: null, b: "2" } });
  assert.equal(draft().unsent(), null);
});

test("a later visit takes up what could not be sent", () => {
  const one = draft();
  assert.deepEqual(one.restore({ mine: { a: "5" }, base: { a: "1" } }, {}), [{ id: "a", write: "5" }]);
  assert.deepEqual(one.dirty, { a: "5" });
});

test("a later visit asks where the answer was changed elsewhere meanwhile", () => {
  const one = draft({ a: "theirs" });
  assert.deepEqual(one.restore({ mine: { a: "5" }, base: { a: "1" } }, {}),
    [{ id: "a", mine: "5", theirs: "theirs" }]);
});

test("what was typed before the script arrived is not overwritten by what was kept", () => {
  const one = draft();
  assert.deepEqual(one.restore({ mine: { a: "5" }, base: { a: "1" } }, { a: "6" }),
    [{ id: "a", mine: "6", theirs: "5" }]);
});

test("what had arrived after all is not restored", () => {
  assert.deepEqual(draft().restore({ mine: { a: "1" }, base: { a: "0" } }, {}), []);
});
