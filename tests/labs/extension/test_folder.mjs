// The room in a learner's folder: each level told once, tidying up noticed.
import assert from "node:assert/strict";
import test from "node:test";
import { FolderNotice, levelOf, tellRoom, watchFolder } from "../../../labs/extension/folder.js";
import { speak } from "../../../labs/extension/words.js";
import { notices, openLab } from "./lab_page.mjs";
import { set, settled } from "../../hub/portal/static/page.mjs";

const ROOM = { used_mb: 100, most_mb: 500, nearly_full: false, full: false };
const NEARLY = { ...ROOM, used_mb: 470.25, nearly_full: true }, FULL = { ...ROOM, used_mb: 510, nearly_full: true, full: true };

test("full is more than nearly full", () => {
  assert.deepEqual([ROOM, NEARLY, FULL].map(levelOf), [null, "nearly", "full"]);
});

test("the figures are said", () => {
  speak("vi");
  assert.match(tellRoom("nearly", NEARLY), /đã dùng 470,25 trong 500 MB/);
  assert.match(tellRoom("full", FULL), /đã đầy \(510 trong 500 MB\)/);
});

test("each level is told once for as long as it lasts, and a tidied folder is noticed", () => {
  const Notification = notices();
  let tidied = 0;
  const notice = new FolderNotice(Notification, () => { tidied += 1; });
  for (const room of [ROOM, NEARLY, NEARLY, FULL, FULL]) notice.show(room);
  assert.deepEqual(Notification.told.map((one) => [one.level, one.autoClose]), [["warning", false], ["error", false]]);
  assert.equal(tidied, 0);
  notice.show(ROOM);
  assert.equal(tidied, 1);
  assert.equal(Notification.dismissed.length, 2);
  notice.show(NEARLY);
  notice.show(ROOM);
  assert.equal(tidied, 1, "only a full folder had stopped the kernels");
});

test("it is asked with the page's token, and an answer that is none changes nothing", async () => {
  openLab();
  Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
  const asked = [], answers = [new Response(JSON.stringify(NEARLY)), new Response("x", { status: 500 })];
  set("fetch", async (address, { headers }) => { asked.push([address, headers.Authorization]); return answers.shift(); });
  set("setInterval", () => {});
  const notice = new FolderNotice(notices(), () => {});
  const look = watchFolder({ baseUrl: "/user/an/", token: "dấu" }, notice);
  await settled();
  assert.deepEqual(asked, [["/user/an/motcham/room", "token dấu"]]);
  assert.equal(notice.level, "nearly");
  await look();
  assert.equal(notice.level, "nearly");
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  await look();
  assert.equal(asked.length, 2, "a page that nobody sees asks nothing");
});
