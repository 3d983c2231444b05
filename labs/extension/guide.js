// The lesson beside its notebook: facts, marks, tasks, and the way back to the lesson page.
//
// What comes from the portal is put in as text, but for the tasks' own words: those were sanitised
// there, and are sanitised here once more.
import { make } from "./elements.js";
import { factsOf, isParted, marksOf, outcomeOf } from "./guide_words.js";
import { pathOf, reasonOf } from "./portal.js";
import { _, spoken } from "./words.js";

const ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path '
  + 'class="jp-icon3" fill="#616161" d="M19 3h-4.2a3 3 0 0 0-5.6 0H5a2 2 0 0 0-2 2v14a2 2 0 '
  + '0 0 2 2h14a2 2 0 0 0 2-2V5a2 2 0 0 0-2-2zm-7 0a1 1 0 1 1 0 2 1 1 0 0 1 0-2zm2 14H7v-2h'
  + '7zm3-4H7v-2h10zm0-4H7V7h10z"/></svg>';

export function makeGuide({ lab, portal, icons }) {
  const widget = new lab.widgets.Widget();
  widget.id = "motcham-guide";
  widget.addClass("motcham-guide");
  widget.title.caption = _("Bài học");
  widget.title.icon = new icons.LabIcon({ name: "motcham:guide", svgstr: ICON });
  widget.node.setAttribute("role", "region");
  widget.node.setAttribute("aria-label", _("Bài học"));
  widget.node.lang = spoken();
  return new Guide(widget, { lab, portal });
}

class Guide {
  constructor(widget, { lab, portal }) {
    Object.assign(this, { widget, lab, portal });
    this.sanitizer = new lab.ui.Sanitizer();
    this.shown = null;
    this.asked = 0;
  }

  /** Show the lesson of this notebook as the portal has it now. */
  async follow(panel) {
    const entry = panel && this.lab.lessons.get(panel), lesson = entry?.notebook.lesson;
    if (!lesson) return;
    this.asked += 1;
    const here = this.asked, { node } = this.widget;
    if (this.shown !== panel) node.replaceChildren(make("p", { textContent: _("Đang tải…") }));
    const { status, said } = await this.portal.ask("GET", `${pathOf(lesson)}/guide`)
      .catch(() => ({ status: 503, said: {} }));
    if (here !== this.asked || panel.isDisposed) return; // something newer is on its way
    this.shown = panel;
    node.dataset.lesson = lesson.lesson;
    if (status >= 400) {
      const other = _("Chưa tải được yêu cầu của bài. Sổ vẫn dùng được; khung này sẽ thử lại.");
      node.replaceChildren(make("p", { textContent: reasonOf(said, other) }));
      return;
    }
    entry.learn(said);
    const open = new Set([...node.querySelectorAll("details[open]")].map((one) => one.dataset.task));
    node.replaceChildren(...this.#lesson(panel, entry.notebook, said, open));
  }

  #lesson(panel, notebook, guide, open) {
    return [
      make("p", { className: "motcham-kicker", textContent: guide.course_title }),
      make("h2", { textContent: guide.title }),
      make("ul", { className: "motcham-facts" },
        ...factsOf(guide).map((text) => make("li", { textContent: text }))),
      isParted(guide, notebook) ? parted(guide, notebook) : null,
      guide.closed ? make("p", {
        className: "motcham-note", textContent: _("Đã hết hạn nộp. Bài làm đã lưu vẫn còn nguyên."),
      }) : null,
      make("h3", { textContent: _("Lần nộp gần nhất") }),
      make("p", { className: "motcham-result", role: "status", textContent: outcomeOf(guide.result) }),
      make("p", { className: "motcham-actions" },
        make("button", {
          className: "jp-mod-styled jp-mod-accept", textContent: _("Nộp bài"),
          onclick: () => { notebook.submit(); },
        }),
        make("a", {
          href: this.portal.addressOf(guide.page), target: "_blank", rel: "noopener",
          textContent: _("Về trang bài học"),
        })),
      make("h3", { textContent: _("Các bài tập") }),
      make("ol", {}, ...guide.tasks.map((task, place) => this.#task(panel, notebook, { task, place, open }))),
    ].filter(Boolean);
  }

  #task(panel, notebook, { task, place, open }) {
    const { text, state } = marksOf(task);
    return make("li", { data: { state } },
      make("button", {
        className: "motcham-task", textContent: `${place + 1}. ${task.title}`, lang: "vi",
        title: _("Đến ô của bài: {title}", task),
        onclick: () => {
          this.lab.app.shell.activateById(panel.id);
          notebook.goTo(task.cell_id, { place: "start", edit: false });
        },
      }),
      make("span", { className: "motcham-points", textContent: text }),
      task.feedback && state === "part"
        ? make("p", { className: "motcham-feedback", textContent: task.feedback, lang: "vi" })
        : null,
      task.html ? this.#words(task, open.has(task.grade_id)) : null);
  }

  #words(task, open) {
    const text = make("div", { className: "motcham-text", lang: "vi" });
    // eslint-disable-next-line no-restricted-properties -- sanitised by the portal, and here
    text.innerHTML = this.sanitizer.sanitize(task.html);
    return make("details", { data: { task: task.grade_id }, open },
      make("summary", { textContent: _("Yêu cầu") }), text);
  }
}

function parted(guide, notebook) {
  return make("div", { className: "motcham-note motcham-newer", role: "alert" },
    make("p", { textContent: _("Trang bài học có một bản khác với bản ở đây. Chưa bản nào bị ghi đè.") }),
    make("button", {
      className: "jp-mod-styled", textContent: _("Chọn bản muốn dùng"),
      onclick: () => { notebook.chooseVersion(guide.revision); },
    }));
}
