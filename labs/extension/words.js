// What the extension says: Vietnamese where it is said, English from the platform's catalogue
// (english.json, made by `python -m hub.locale.catalogue`).
import english from "./english.json" with { type: "json" };

let language = "vi";

/** Speak as the page does whose language has this code; Vietnamese where it is none of ours. */
export function speak(code) {
  language = /^en/i.test(code || "") ? "en" : "vi";
}

export const spoken = () => language;

/** A sentence in the reader's language, its gaps filled: ``_("Còn {n} bài", { n: number(3) })``. */
export function _(sentence, values = {}) {
  const text = language === "vi" ? sentence : english[sentence] ?? sentence;
  return counted(text, values.n).replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}

// Of a translation with two forms, “{n} lesson|{n} lessons”, the one that fits.
function counted(text, n) {
  if (!text.includes("|") || !text.includes("{n}")) return text;
  const [one, many] = text.split("|");
  return String(n) === "1" ? one : many;
}

export const number = (value) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value);

/** Date and time of day in Việt Nam, wherever this machine is; written as on the pages. */
export function time(text) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en", {
    timeZone: "Asia/Ho_Chi_Minh",
    year: "numeric",
    month: language === "vi" ? "2-digit" : "short",
    day: language === "vi" ? "2-digit" : "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(text)).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute } = parts;
  return language === "vi" ? `${hour}:${minute}, ${day}/${month}/${year}`
    : `${day} ${month} ${year}, ${hour}:${minute}`;
}
