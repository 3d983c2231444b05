// Sending what was typed over lines that break, and saying how it stands.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { Draft } from "../../../../../hub/portal/static/src/lesson/draft.js";
import { Saving } from "../../../../../hub/portal/static/src/lesson/saving.js";
import { WorkedTime } from "../../../../../labs/extension/worked_time.js";
import { SAY, STATE } from "../lesson_page.mjs";
import { line, settled } from "../page.mjs";

const NO_LINE = new Error("no line");
const good = (revision, fields = []) => ({ status: 200, data: { revision, fields } });

function saving(...answers) {
  const told = [], given = [];
  const draft = new Draft({ revision: 3, base: { a: "1", b: "2" } });
  const page = {
    tell: (text, bad = false) => told.push([text, bad]),
    isKept: () => true,
    unread: () => [],
    accepted: (fields) => given.push(["accepted", fields]),
    refused: (fields) => { given.push(["refused", fields]); fields.forEach((one) => draft.drop(one.cell)); },
    merge: (theirs, revision) => { given.push(["merge", theirs]); draft.merge(theirs, revision); },
  };
  const { call, asked } = line(...answers);
  const workedTime = new WorkedTime({ a: "bai-1" });
  return { saving: new Saving({ draft, workedTime, call, state: STATE, page }), draft, page, told, given, asked, workedTime };
}

test("what is dirty goes with its revision, the time at it and the page's language", async () => {
  const one = saving(good(4));
  one.draft.change("a", "1.500");
  one.workedTime.touch("a", { at: 0 });
  one.workedTime.touch("a", { at: 2500 });
  await one.saving.save();
  assert.deepEqual(one.asked, [{
    method: "PUT",
    address: "/api/v1/courses/a/lessons/b/answers",
    body: { revision: 3, answers: { a: "1.500" }, worked: { "bai-1": 2 }, language: "vi" },
  }]);
  assert.deepEqual(one.told, [[SAY.saved, false]]);
  assert.deepEqual(one.workedTime.read(), {}, "what was told is not told again");
});

test("nothing typed, nothing sent", async () => {
  const one = saving(good(4));
  await one.saving.save();
  assert.deepEqual([one.asked, one.told], [[], []]);
});

test("a field that could not be read is said when the rest is saved", async () => {
  const one = saving(good(4));
  one.page.unread = () => ["field"];
  one.draft.change("a", "mười");
  await one.saving.save();
  assert.deepEqual(one.told, [[SAY.unread, true]]);
});

test("two saves at once send once", async () => {
  const one = saving(good(4));
  one.draft.change("a", "5");
  await Promise.all([one.saving.save(), one.saving.save()]);
  assert.equal(one.asked.length, 1);
});

test("without a line it says where the work is, and tries again later and later", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const one = saving(NO_LINE, NO_LINE, NO_LINE, good(4));
  one.draft.change("a", "5");
  await one.saving.save();
  assert.deepEqual([one.told.at(-1), one.saving.offline], [[SAY.offline, true], true]);
  for (const [ms, asked] of [[1999, 1], [1, 2], [3999, 2], [1, 3], [8000, 4]]) {
    mock.timers.tick(ms);
    await settled();
    assert.equal(one.asked.length, asked);
  }
  assert.deepEqual([one.told.at(-1), one.saving.offline], [[SAY.saved, false], false]);
  assert.deepEqual(one.asked.map(({ body }) => body.answers), Array(4).fill({ a: "5" }));
  mock.timers.reset();
});

test("it never waits longer than half a minute", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const one = saving(NO_LINE);
  one.draft.change("a", "5");
  for (let turn = 0; turn < 8; turn += 1) {
    await one.saving.save();
    one.saving.wait();
  }
  assert.equal(one.saving.retryMs, 30_000);
  mock.timers.reset();
});

test("where the browser keeps nothing it does not promise that", async () => {
  const one = saving(NO_LINE);
  one.page.isKept = () => false;
  one.draft.change("a", "5");
  await one.saving.save();
  one.saving.wait();
  assert.deepEqual(one.told, [[SAY.unkept, true]]);
});

test("what somebody saved in between is taken in, and ours goes after it", async () => {
  const one = saving({ status: 409, data: { answers: { a: "1", b: "9" }, revision: 8 } }, good(9));
  one.draft.change("a", "5");
  await one.saving.save();
  assert.deepEqual(one.given[0], ["merge", { a: "1", b: "9" }]);
  assert.deepEqual(one.asked.map(({ body }) => body.revision), [3, 8]);
});

test("a refused field is dropped and the rest still goes", async () => {
  const fields = [{ cell: "f", row: null, error: "Không mở được." }];
  const one = saving({ status: 422, data: { fields, errors: ["Tệp hỏng."] } }, good(4));
  one.draft.change("f", { name: "a.xlsx", base64: "AA" });
  await one.saving.save();
  assert.deepEqual([one.told.at(-1), one.draft.isDirty], [["Tệp hỏng.", true], false]);
});

for (const [status, data, text, again] of [
  [401, "", SAY.session, true],
  [403, "", SAY.session, true],
  [500, "<html>", SAY.failed, true],
  [413, {}, SAY.failed, false],
  [422, { errors: ["Quá lớn."] }, "Quá lớn.", false],
]) {
  test(`${status} is told, and ${again ? "tried again" : "not tried again unasked"}`, async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const one = saving({ status, data });
    one.draft.change("a", "5");
    await one.saving.save();
    assert.deepEqual(one.told, [[text, true]]);
    assert.equal(one.draft.isDirty, true, "it is still to be sent");
    mock.timers.tick(2000);
    await settled();
    assert.equal(one.asked.length, again ? 2 : 1);
    mock.timers.reset();
  });
}
