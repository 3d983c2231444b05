// A lesson's page as hub/portal/templates/learning/lesson.html writes it, with a cell of each kind.
import { openPage } from "./page.mjs";

export const SAY = {
  saving: "Đang lưu…", saved: "Đã lưu", offline: "Mất mạng", unkept: "Mất mạng, không giữ được",
  failed: "Chưa lưu được", unread: "Có ô chưa đọc được", mend: "Chưa nộp: có ô chưa đọc được",
  choose_first: "Chưa nộp: chọn bản", submit_offline: "Chưa nộp: mất mạng", checking: "Đang xem tệp…",
  kept_file: "Tệp gửi trước ({name}) vẫn được giữ.", running: "Đang chạy…", ran: "Chạy xong.",
  ran_badly: "Chạy xong, có lỗi.", run_failed: "Không chạy được.",
  submitting: "Đang nộp…", marking: "Đang chấm…", marked: "Đã chấm xong.", submit_failed: "Chưa nộp được",
  dead: "Giảng viên sẽ xem", conflict: "Chọn bản muốn giữ:", mine: "Bản trên máy này",
  theirs: "Bản đã lưu ở nơi khác", keep_mine: "Giữ bản trên máy này", keep_theirs: "Lấy bản đã lưu",
  empty: "(trống)", moved: "Đã chuyển “{item}” đến vị trí {n}.", editor: "Phím Tab ra khỏi ô",
  too_large: "Tệp lớn hơn 2 MB", empty_file: "Tệp rỗng", session: "Phiên đăng nhập đã hết",
  elsewhere: "Chưa gửi ở bước {n}.", to_step: "Đến bước {n}", stay: "Chưa chuyển bước",
  check_running: "Đang kiểm tra…", check_failed: "Chưa kiểm tra được",
};

export const STATE = {
  api: "/api/v1/courses/a/lessons/b", submissions: "/api/v1/submissions", page: "/courses/a/lessons/b",
  course: "a", lesson: "b", release: 7, who: "hocvien", language: "vi", revision: 3,
  answers: { xep: ["a", "b"], ma: "print(1)" }, exercise_of: { so: "bai-1" }, counts_time: true, waiting: null, step: 0, step_of: {}, say: SAY,
};

const CELLS = {
  single: '<input type="radio" name="s" value="a"> <label>Một <input type="radio" name="s" value="b"></label>',
  multiple: '<label><input type="checkbox" value="a">Một</label><label><input type="checkbox" value="b">Hai</label>',
  number: '<input id="so-o" aria-describedby="so-said"><p id="so-said" aria-live="polite"></p>',
  text: '<textarea></textarea>',
  match: '<select data-key="x"><option value=""></option><option value="1">1</option></select>'
    + '<select data-key="y"><option value=""></option><option value="2">2</option></select>',
  order: '<ol><li data-key="a"><span class="text">A</span><button type="button" data-move="-1"></button>'
    + '<button type="button" data-move="1"></button></li><li data-key="b"><span class="text">B</span>'
    + '<button type="button" data-move="-1"></button></li></ol><p data-moved></p>',
  table: '<input data-row="0" data-key="n" aria-describedby="n-said"><span id="n-said"></span>'
    + '<script type="application/json" data-given>{"columns": ["tinh", "n"], "rows": [{"tinh": "Lào Cai"}]}</script>',
  file: '<input type="file" aria-describedby="tep-said"><p id="tep-said"></p>',
  code: '<textarea>print(1)</textarea><button type="button" data-run>Chạy thử</button>'
    + '<span data-run-said role="status"></span><div data-output hidden tabindex="-1"></div>',
};
const NAMES = {
  single: "chon", multiple: "nhieu", number: "so", text: "viet", match: "ghep", order: "xep",
  table: "bang", file: "tep", code: "ma",
};

const cell = (kind) => `<div data-cell="${NAMES[kind]}" data-kind="${kind}" data-name="${kind}">${CELLS[kind]}`
  + '<div class="conflict" hidden></div></div>';

/** Opens it with the cells of these ``kinds``; returns its window and form. */
export function openLesson({ kinds = Object.keys(CELLS), attemptsLeft = null, answers = true, state = {} } = {}) {
  const whole = { ...STATE, ...state, answers: { ...STATE.answers, ...state.answers } };
  const window = openPage(`
    <details class="contents-box"></details>
    <form id="lesson"${answers ? " data-answers" : ""}><input type="hidden" name="_xsrf" value="dấu"><input type="hidden" name="revision" value="3">
    ${kinds.map(cell).join("\n")}
    <div data-result="bai-1"></div><span data-result="mark-bai-1"></span>
    <section id="ket-qua" tabindex="-1"><div data-result="summary">
    ${attemptsLeft === null ? "" : `<p data-attempts-left="${attemptsLeft}"></p>`}</div>
    <div id="submit-errors" role="alert" tabindex="-1" hidden></div><div id="submit-asks" tabindex="-1"></div>
    <button name="action" value="submit" data-submit>Nộp bài</button><button data-save>Lưu</button></section>
    <div class="bar-bottom" hidden><span role="status" data-save-state></span>
    <button type="button" data-submit-too>Nộp bài</button></div></form>
    <script type="application/json" id="lesson-state" data-nonce="n" data-handing="${new URL("../../../../hub/portal/static/src/handing.js", import.meta.url)}" data-outbox="none"></script>`);
  window.document.getElementById("lesson-state").textContent = JSON.stringify(whole);
  return { window, form: window.document.getElementById("lesson"), state: whole };
}

export const cellOf = (form, id) => form.querySelector(`[data-cell="${id}"]`);
