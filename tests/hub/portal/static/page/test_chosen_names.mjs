// Choosing a file in the page's language.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { namesOf, showNames } from "../../../../../hub/portal/static/src/page/chosen_names.js";
import { openPage } from "../page.mjs";

test("several files are named, none is said as that", () => {
  assert.equal(namesOf([{ name: "a.xlsx" }, { name: "b.xlsx" }], "Chưa chọn"), "a.xlsx, b.xlsx");
  assert.equal(namesOf([], "Chưa chọn"), "Chưa chọn");
});

function open() {
  openPage('<form><span class="chooser"><input type="file"><span class="chosen" data-none="Chưa chọn"></span></span></form>');
  const chooser = document.querySelector(".chooser");
  showNames(chooser);
  const choose = (...files) => {
    Object.defineProperty(chooser.querySelector("input"), "files", { value: files, configurable: true });
    chooser.querySelector("input").dispatchEvent(new Event("change"));
  };
  return { chooser, choose, said: () => chooser.querySelector(".chosen").textContent };
}

test("the words follow what is chosen, as text", () => {
  const { chooser, choose, said } = open();
  assert.deepEqual([said(), chooser.classList.contains("ready")], ["Chưa chọn", true]);
  choose(new File(["x"], "<b>a</b>.xlsx"));
  assert.equal(said(), "<b>a</b>.xlsx");
  assert.equal(chooser.querySelector("b"), null);
});

test("a form that is emptied names none again", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { chooser, choose, said } = open();
  choose(new File(["x"], "a.xlsx"));
  chooser.closest("form").reset();
  Object.defineProperty(chooser.querySelector("input"), "files", { value: [] });
  mock.timers.tick(0);
  assert.equal(said(), "Chưa chọn");
  mock.timers.reset();
});
