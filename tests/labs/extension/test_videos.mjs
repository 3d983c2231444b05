// A lesson's video in its notebook: offered, fetched when wanted, and read instead.
import assert from "node:assert/strict";
import test from "node:test";
import { clock, showVideos } from "../../../labs/extension/videos.js";
import { openLab, openNotebook } from "./lab_page.mjs";
import { set, settled } from "../../hub/portal/static/page.mjs";

const VIDEO = {
  cell_id: "c1", title: "<b>Lừa đảo</b>", path: "media/a.mp4", kind: "video/mp4", poster: "media/a.png",
  captions: [["vi", "Tiếng Việt", "media/a.vi.vtt"], ["en", "English", "media/a.en.vtt"]], lines: [[65, "Xin chào"]],
};

async function open(answer) {
  const { lab, window } = openLab(), { panel } = openNotebook();
  const asked = [];
  set("fetch", async (address) => { asked.push(address); return answer(); });
  window.HTMLMediaElement.prototype.play = async () => {};
  URL.createObjectURL = () => "blob:x";
  const [cell] = panel.content.widgets;
  cell.addClass = (name) => cell.node.classList.add(name);
  cell.layout = { addWidget: ({ node }) => cell.node.append(node) };
  document.body.append(cell.node);
  await showVideos(panel, "a", lab, [VIDEO, { ...VIDEO, cell_id: "mất" }]);
  await showVideos(panel, "a", lab, [VIDEO]);
  return { node: cell.node, asked };
}

test("it is offered once, with its words beside it, and nothing is fetched unasked", async () => {
  const { node, asked } = await open(() => assert.fail("asked"));
  assert.equal(node.querySelectorAll(".motcham-watch").length, 1);
  assert.equal(node.querySelector(".motcham-watch span").textContent, "Xem video: <b>Lừa đảo</b>");
  assert.equal(node.querySelector("li").textContent, "1:05 Xin chào");
  assert.deepEqual(asked, []);
});

test("played it has its captions in the reader's language and the focus", async () => {
  const { node, asked } = await open(() => new Response("x"));
  node.querySelector(".motcham-watch").click();
  await settled();
  assert.deepEqual(asked, ["/files/a/media/a.mp4", "/files/a/media/a.vi.vtt", "/files/a/media/a.en.vtt"]);
  const tracks = [...node.querySelectorAll("video track")];
  assert.deepEqual(tracks.map((one) => [one.srclang, one.default]), [["vi", true], ["en", false]]);
});

test("what cannot be fetched is told, and can be tried again", async () => {
  const { node } = await open(() => new Response("", { status: 404 }));
  node.querySelector(".motcham-watch").click();
  await settled();
  assert.match(node.querySelector("[role=status]").textContent, /^Chưa tải được video này ở đây/);
  assert.equal(node.querySelector(".motcham-watch").disabled, false);
});

test("a transcript counts minutes and seconds", () => {
  assert.deepEqual([0, 9.9, 60, 600.5].map(clock), ["0:00", "0:09", "1:00", "10:00"]);
});
