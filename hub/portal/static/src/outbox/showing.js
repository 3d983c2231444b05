// How what waits is said: in the header of every page, and on the page of its own.
import { fill } from "../lesson/words.js";
import { sentenceOf, waits } from "./items.js";

/** A time as people here write it. */
export const timeIn = (language) => (iso) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : "vi-VN", {
  timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric",
}).format(new Date(iso));

/** The sentence of one item. */
export function saidOf(item, { words, now, time }) {
  const name = sentenceOf(item, now);
  return fill(words[name], { when: item.sentAt ? time(item.sentAt) : "", why: (item.reasons ?? []).join(" ") });
}

/** How many wait, in the header; none: nothing there. */
export function showCount(link, items, typed) {
  const held = new Set([...items.filter((one) => one.state !== "sent").map((one) => one.page), ...typed.map((one) => one.of.page)]);
  const text = fill(link.dataset.said, { count: held.size });
  if (link.textContent !== text) link.textContent = text;
  link.hidden = held.size === 0;
}

const element = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });

const inWords = (value) => (typeof value === "string" ? value : value?.name ?? JSON.stringify(value));

function answersOf(answers, words) {
  const box = element("details"), list = element("ul");
  list.append(...Object.values(answers).filter((one) => one !== null).map((one) => element("li", inWords(one))));
  box.append(element("summary", words.answers), list);
  return list.childElementCount ? [box] : [];
}

function button(text, act) {
  const one = element("button", text, { type: "button", className: "second" });
  one.addEventListener("click", act);
  return one;
}

/** One line of the list: what it is, how it stands, what can be done. ``acts``: {again, back}. */
export function lineOf(item, { words, now, time, acts }) {
  const line = element("li", "", { className: "card" }), title = element("h3"), actions = element("p", "", { className: "actions" });
  title.append(element("a", item.title, { href: item.page }));
  line.append(title, element("p", saidOf(item, { words, now, time }), { className: item.state === "stopped" ? "note bad" : "" }));
  if (waits(item) && item.tried) line.append(element("p", words.tried, { className: "small muted" }));
  if (item.state === "stopped") line.append(...answersOf(item.answers, words));
  if (item.state !== "sent" && item.key !== now) {
    actions.append(button(words.again, () => acts.again(item)), button(words.back, () => acts.back(item)));
    line.append(actions);
  }
  return line;
}

/** What was typed and not saved, of lessons that are not open. */
export function typedLine(one, words) {
  const line = element("li", "", { className: "card" }), title = element("h3");
  title.append(element("a", one.of.title, { href: one.of.page }));
  line.append(title, element("p", Number.isInteger(one.revision) ? words.typed : words.choose));
  return line;
}

/** Put ``lines`` into a list, and say whether there are any. */
export function showLines(list, lines) {
  const focused = [...list.querySelectorAll("button, a")].indexOf(document.activeElement);
  list.replaceChildren(...lines);
  if (focused >= 0) list.querySelectorAll("button, a")[focused]?.focus();
  const none = document.getElementById(`${list.id}-none`);
  if (none) none.hidden = lines.length > 0;
  list.hidden = lines.length === 0;
}

/** A kept page says that it is one. */
export function sayKept(words, time) {
  const { kept } = document.documentElement.dataset;
  if (!kept) return;
  const note = element("p", fill(words.kept, { when: time(kept) }), { className: "note warn" });
  note.setAttribute("role", "status");
  document.getElementById("main").prepend(note);
}
