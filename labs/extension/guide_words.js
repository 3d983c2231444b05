// What the panel beside a notebook says of its lesson: decided here, shown by guide.js.
import { _, number, time } from "./words.js";

/** Minutes, points, deadline, attempts: what there is of them. */
export function factsOf(guide) {
  const facts = [
    _("{n} phút", { n: number(guide.minutes) }),
    _("{n} điểm", { n: number(guide.max_points) }),
  ];
  if (guide.closes_at) facts.push(_("Hạn nộp: {time} (giờ Việt Nam)", { time: time(guide.closes_at) }));
  if (guide.attempts) {
    facts.push(_("Đã nộp {used} trên {all} lần", { used: guide.attempts_used, all: guide.attempts }));
  }
  return facts;
}

const scoreOf = ({ points, max_points: most }) =>
  _("{points} trên {max} điểm", { points: number(points), max: number(most) });

/** How the last submission stands. */
export function outcomeOf(result) {
  if (!result) return _("Chưa nộp lần nào.");
  if (result.state === "dead") {
    return _("Bài này chưa chấm được tự động; giảng viên sẽ xem. Bài nộp vẫn được giữ.");
  }
  if (result.points === null || result.points === undefined) return _("Đã nộp, đang chấm…");
  return `${scoreOf(result)} · ${time(result.submitted_at)}`;
}

/** Of one task: its points in words, and whether it has all of them (``full``, ``part``, or ""). */
export function marksOf(task) {
  if (task.points === null) return { text: _("{n} điểm", { n: number(task.max_points) }), state: "" };
  return { text: scoreOf(task), state: task.points >= task.max_points ? "full" : "part" };
}

/** Whether the lesson page has something else than this notebook: two versions wait for a choice. */
export const isParted = (guide, notebook) => notebook.parted || guide.revision !== notebook.lesson.revision;
