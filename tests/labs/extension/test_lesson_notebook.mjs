// A lesson's notebook in a lab: kept one with the lesson page, handed in, nothing overwritten unasked.
import assert from "node:assert/strict";
import test from "node:test";
import { LessonNotebook } from "../../../labs/extension/lesson_notebook.js";
import { WorkedTime } from "../../../labs/extension/worked_time.js";
import { openLab, openNotebook, portalOf } from "./lab_page.mjs";
import { settled } from "../../hub/portal/static/page.mjs";

const DRAFT = "PUT courses/a/lessons/b/draft", GUIDE = "GET courses/a/lessons/b/guide";
const LESSON = "GET courses/a/lessons/b", NOTEBOOK = "GET courses/a/lessons/b/notebook";
const HAND_IN = "POST submissions", WAIT = "GET submissions/11?wait=20";
const stored = (revision, more = {}) => ({ status: 200, said: { revision, ...more } });
const HANDED_IN = { [DRAFT]: stored(3), [GUIDE]: stored(3), [HAND_IN]: { status: 202, said: { id: 11 } }, [WAIT]: stored(3, { state: "marked" }) };

/** ``choose``: which button of each dialog is pressed, in turn. */
function open({ answers, choose = [], ...how }) {
  const presses = [...choose];
  const page = openLab({ choose: () => presses.shift() ?? 0 });
  const notebook = openNotebook(how);
  const portal = portalOf(answers);
  const workedTime = new WorkedTime({ c1: "bai-1" });
  const lesson = new LessonNotebook({ ...notebook, lab: page.lab, portal, workedTime });
  return { ...page, ...notebook, portal, workedTime, lesson, told: page.lab.ui.Notification.told };
}

test("a save goes to the lesson page with its revision and the time at it; the new revision is kept", async () => {
  const one = open({ answers: { [DRAFT]: stored(4) } });
  one.workedTime.touch("c1", { at: 0 });
  one.workedTime.touch("c1", { at: 2_000 });
  assert.equal(await one.lesson.store(), true);
  const { notebook, ...sent } = one.portal.asked[0].body;
  assert.deepEqual(sent, { revision: 3, worked: { "bai-1": 2 }, language: "vi" });
  assert.deepEqual(notebook.cells, [{ id: "c1", source: "so = 1" }]);
  assert.deepEqual([one.lesson.lesson.revision, one.context.saves, one.workedTime.read()], [4, 1, {}]);
});

test("a notebook that is no lesson's is never sent", async () => {
  const one = open({ answers: {}, lesson: null });
  assert.equal(await one.lesson.store(), true);
  await one.lesson.submit();
  assert.deepEqual(one.portal.asked, []);
  assert.equal(one.dialogs[0].title, "Không phải bài học");
});

test("without a line the work stays here, and it is told", async () => {
  const one = open({ answers: { [DRAFT]: new Error("no line") } });
  assert.equal(await one.lesson.store(), false);
  assert.match(one.told[0].text, /^Mất kết nối: bài được giữ ở đây/);
});

test("a refusal is told in the portal's own words", async () => {
  const one = open({ answers: { [DRAFT]: { status: 413, said: { errors: ["Sổ quá lớn."] } } } });
  assert.equal(await one.lesson.store(), false);
  assert.deepEqual(one.told.map((each) => [each.level, each.text]), [["warning", "Sổ quá lớn."]]);
});

test("a number is written back as it was read, and told once", async () => {
  const field = { cell: "c1", label: "Số", typed: "1.500 người", said: "Hiểu là 1500" };
  const read = { sources: { c1: "so = 1500" }, fields: [field] };
  const one = open({ answers: { [DRAFT]: stored(3, read) }, cells: { c1: "so = 1.500 người" } });
  await one.lesson.store();
  await one.lesson.store();
  assert.equal(one.source("c1"), "so = 1500");
  assert.deepEqual(one.told.map((each) => each.level), ["info"]);
});

test("another version: left as they are, nothing is stored or replaced", async () => {
  const one = open({ answers: { [DRAFT]: { status: 409, said: { revision: 9 } } }, choose: [0] });
  assert.equal(await one.lesson.store(), false);
  assert.deepEqual([one.lesson.parted, one.portal.asked.length, one.replaced], [true, 1, []]);
  assert.deepEqual(one.dialogs[0].buttons.map((each) => each.label), ["Để nguyên cả hai", "Lấy bản trên trang", "Dùng bản ở đây"]);
});

test("another version: the one here replaces it only when that was chosen", async () => {
  const one = open({ answers: { [DRAFT]: [{ status: 409, said: { revision: 9 } }, stored(10)] }, choose: [2] });
  assert.equal(await one.lesson.store(), true);
  assert.deepEqual(one.portal.asked.map(({ body }) => body.revision), [3, 9]);
  assert.deepEqual([one.lesson.parted, one.lesson.lesson.revision], [false, 10]);
});

test("another version: before the page's is taken the one here is kept as a file of its own", async () => {
  const one = open({
    answers: { [DRAFT]: { status: 409, said: { revision: 9 } }, [LESSON]: stored(9), [NOTEBOOK]: { status: 200, said: { cells: [], metadata: { x: 1 } } } },
    choose: [1],
  });
  assert.equal(await one.lesson.store(), true);
  assert.match(one.saved[0].path, /^a\/lessons\/01-b-ban-o-day-\d+\.ipynb$/);
  assert.deepEqual(one.saved[0].model.content.cells, [{ id: "c1", source: "so = 1" }]);
  assert.deepEqual(one.replaced, [{ cells: [], metadata: { x: 1, motcham: { course: "a", lesson: "b", revision: 9 } } }]);
  assert.equal(one.context.saves, 1);
});

test("another version: what cannot be fetched replaces nothing", async () => {
  const one = open({
    answers: { [DRAFT]: { status: 409, said: { revision: 9 } }, [LESSON]: stored(9), [NOTEBOOK]: { status: 500, said: {} } }, choose: [1],
  });
  assert.equal(await one.lesson.store(), false);
  assert.deepEqual([one.saved, one.replaced, one.lesson.parted], [[], [], true]);
});

test("handing in saves, stores, hands in, and shows the marks when they are there", async () => {
  const one = open({ answers: HANDED_IN });
  await one.lesson.submit();
  await settled();
  assert.deepEqual(one.portal.asked.map(({ what }) => what), [GUIDE, DRAFT, HAND_IN, WAIT]);
  assert.deepEqual(Object.keys(one.portal.asked[2].body), ["course", "lesson", "notebook", "language"]);
  assert.deepEqual(one.dialogs.map(({ title }) => title), ["Đã nộp bài"]);
  assert.equal(one.changed.length, 2, "once handed in, once marked");
});

test("the last attempt is asked about, and no is no", async () => {
  const last = stored(3, { attempts: 2, attempts_used: 1 });
  const no = open({ answers: { ...HANDED_IN, [GUIDE]: last }, choose: [0] });
  await no.lesson.submit();
  assert.deepEqual(no.portal.asked.map(({ what }) => what), [GUIDE]);
  const yes = open({ answers: { ...HANDED_IN, [GUIDE]: last }, choose: [1] });
  await yes.lesson.submit();
  assert.ok(yes.portal.asked.some(({ what }) => what === HAND_IN));
  const more = open({ answers: { ...HANDED_IN, [GUIDE]: stored(3, { attempts: 3, attempts_used: 1 }) } });
  await more.lesson.submit();
  assert.deepEqual(more.dialogs.map(({ title }) => title), ["Đã nộp bài"], "nothing is asked before that");
});

test("a full folder does not stop handing in, and that is told", async () => {
  const one = open({ answers: HANDED_IN });
  one.context.save = async () => { throw new Error("507"); };
  await one.lesson.submit();
  assert.ok(one.portal.asked.some(({ what }) => what === HAND_IN));
  assert.match(one.told[0].text, /tệp trong phòng thực hành chưa lưu được/);
});

test("what is not stored is not handed in", async () => {
  const one = open({ answers: { ...HANDED_IN, [DRAFT]: new Error("no line") } });
  await one.lesson.submit();
  assert.equal(one.portal.asked.some(({ what }) => what === HAND_IN), false);
});

test("a refusal names its reason and leads to the cell", async () => {
  const refused = { status: 422, said: { errors: ["Chỉ nhập số."], fields: [{ cell: "c2" }] } };
  const one = open({ answers: { ...HANDED_IN, [HAND_IN]: refused }, cells: { c1: "", c2: "" } });
  await one.lesson.submit();
  assert.deepEqual([one.dialogs[0].title, one.dialogs[0].body], ["Chưa nộp được", "Chỉ nhập số."]);
  assert.deepEqual([one.scrolled, one.panel.content.activeCellIndex, one.panel.content.mode], [[[1, "center"]], 1, "edit"]);
  const silent = open({ answers: { ...HANDED_IN, [HAND_IN]: { status: 502, said: {} } } });
  await silent.lesson.submit();
  assert.equal(silent.dialogs[0].body, "Máy chủ trả lời 502.");
});
