// Asking the portal from a lab's page: by its token alone, wherever the portal is.
import assert from "node:assert/strict";
import test from "node:test";
import { Portal, pathOf, reasonOf } from "../../../labs/extension/portal.js";
import { speak } from "../../../labs/extension/words.js";
import { openLab } from "./lab_page.mjs";
import { set } from "../../hub/portal/static/page.mjs";

test("the portal is where the page says, or beside the hub", () => {
  openLab();
  assert.equal(new Portal({ hubPrefix: "/x/hub/" }).address, "/x/services/portal/");
  assert.equal(new Portal({}).address, "/services/portal/");
  const elsewhere = new Portal({ motchamPortal: "https://hoc.example.vn/services/portal/" });
  assert.equal(elsewhere.addressOf("/services/portal/courses/a"), "https://hoc.example.vn/services/portal/courses/a");
  assert.equal(elsewhere.pageOf({ course: "a", lesson: "b" }), "https://hoc.example.vn/services/portal/courses/a/lessons/b");
  assert.equal(elsewhere.pageOf(undefined), "https://hoc.example.vn/services/portal/");
});

test("it asks by token and language, never with a cookie", async () => {
  const asked = [];
  set("fetch", async (address, how) => { asked.push({ address, ...how }); return new Response('{"id": 1}', { status: 202 }); });
  speak("en");
  assert.deepEqual(await new Portal({ token: "dấu" }).ask("POST", "submissions", { a: 1 }), { status: 202, said: { id: 1 } });
  const [{ address, credentials, headers, body }] = asked;
  assert.deepEqual([address, credentials, body], ["/services/portal/api/v1/submissions", "omit", '{"a":1}']);
  assert.deepEqual([headers.Authorization, headers["Accept-Language"]], ["token dấu", "en"]);
});

test("an answer that is no JSON says nothing by itself", async () => {
  set("fetch", async () => new Response("<html>", { status: 502 }));
  const { status, said } = await new Portal({}).ask("GET", pathOf({ course: "a", lesson: "b" }));
  assert.deepEqual([status, said], [502, {}]);
  assert.equal(reasonOf(said, "Máy chủ trả lời 502."), "Máy chủ trả lời 502.");
  assert.equal(reasonOf({ errors: ["Một.", "Hai."] }, "x"), "Một. Hai.");
  assert.equal(reasonOf({ message: "Ba." }, "x"), "Ba.");
});
