// A network that blocks WebSockets: told once, with the way back, until it is over.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { BlockedNotice, opens } from "../../../labs/extension/websockets.js";
import { notices, openLab } from "./lab_page.mjs";
import { set, settled } from "../../hub/portal/static/page.mjs";

function notice(open, here = true) {
  const Notification = notices(), went = [];
  const line = { open, here };
  const one = new BlockedNotice({ Notification, opens: async () => line.open, answers: async () => line.here, goBack: () => went.push(1) });
  return { one, line, went, Notification };
}

test("blocked WebSockets are told once for as long as it lasts, with the way back", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { one, line, went, Notification } = notice(false);
  await one.look();
  await one.look();
  assert.equal(Notification.told.length, 1);
  assert.equal(Notification.told[0].autoClose, false);
  Notification.told[0].actions[0].callback();
  assert.deepEqual([Notification.told[0].actions[0].label, went], ["Về trang bài học", [1]]);
  line.open = true;
  mock.timers.tick(20_000);
  await settled();
  assert.equal(Notification.dismissed.length, 1);
  mock.timers.reset();
});

test("an open line says nothing, and a lab that does not answer is JupyterLab's to tell", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  for (const [open, here] of [[true, true], [false, false]]) {
    const { one, Notification } = notice(open, here);
    await one.look();
    assert.deepEqual(Notification.told, []);
  }
  mock.timers.reset();
});

test("a WebSocket that opens is open, one that fails or hangs is not", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  openLab();
  const made = [];
  set("WebSocket", class { constructor(address) { this.address = String(address); made.push(this); } close() { this.closed = true; } });
  const page = { baseUrl: "/user/an/", token: "a b" };
  const results = [opens(page), opens(page), opens(page)];
  made[0].onopen();
  made[1].onerror();
  mock.timers.tick(4_000);
  assert.deepEqual(await Promise.all(results), [true, false, false]);
  assert.equal(made[0].address, "ws://an.localhost/user/an/api/events/subscribe?token=a+b");
  assert.ok(made.every((one) => one.closed));
  mock.timers.reset();
});
