// A notebook that came from a lesson: kept one with the lesson page, and handed in from here.
import { pathOf, reasonOf } from "./portal.js";
import { cellsToRewrite, tellReadings } from "./readings.js";
import { _ } from "./words.js";

const KEY = "motcham"; // in the notebook's metadata: {course, lesson, revision}
const READ_MS = 12_000; // how long a reading is shown that needs nothing

/**
 * ``lab``: what the extension shares (`ui` and `app` of JupyterLab's, ``changed(panel)``).
 * ``workedTime`` is told to the portal with each draft.
 */
export class LessonNotebook {
  constructor({ panel, context, lab, portal, workedTime }) {
    Object.assign(this, { panel, context, lab, portal, workedTime });
    this.storing = false;
    this.parted = false; // the learner left two versions as they are: store nothing unasked
    this.told = "";
  }

  /** Which lesson it is, at which revision; undefined for any other notebook. */
  get lesson() {
    return this.context.model.getMetadata(KEY);
  }

  // --- one with the lesson page -----------------------------------------------------------------

  /** Store it at the lesson page; ``force`` replaces that revision there. Whether it is stored. */
  async store(force) {
    if (!this.lesson || this.storing) return true;
    this.storing = true;
    try {
      return await this.#send(force);
    } catch {
      this.#warn(_("Mất kết nối: bài được giữ ở đây và sẽ lưu vào trang bài học ở lần lưu sau."));
      return false;
    } finally {
      this.storing = false;
    }
  }

  async #send(force) {
    const { lesson } = this;
    const worked = this.workedTime.read(), notebook = this.context.model.toJSON();
    const revision = force ?? lesson.revision ?? 0;
    const { status, said } = await this.portal.ask("PUT", `${pathOf(lesson)}/draft`,
      { notebook, revision, worked, language: this.portal.language });
    if (status === 409) return this.chooseVersion(said.revision);
    if (status >= 400) {
      this.#warn(reasonOf(said, _("Chưa lưu được bài vào trang bài học.")));
      return false;
    }
    this.workedTime.told(worked);
    this.parted = false;
    this.#takeReadings(notebook, said);
    if (said.revision !== lesson.revision) await this.#setRevision(said.revision);
    return true;
  }

  async #setRevision(revision) {
    this.context.model.setMetadata(KEY, { ...this.lesson, revision });
    await this.context.save();
  }

  #takeReadings(sent, said) {
    const cells = new Map(this.panel.content.widgets.map((one) => [one.model.id, one.model.sharedModel]));
    for (const [id, source] of cellsToRewrite(sent, said, (one) => cells.get(one)?.getSource())) {
      cells.get(id).setSource(source);
    }
    const { text, bad } = tellReadings(said);
    if (text && text !== this.told) {
      const { Notification } = this.lab.ui;
      if (bad) Notification.warning(text, { autoClose: false });
      else Notification.info(text, { autoClose: READ_MS });
    }
    this.told = text;
  }

  // --- two versions -----------------------------------------------------------------------------

  /** The lesson page has another version: nothing is overwritten unasked. */
  async chooseVersion(revision) {
    const { Dialog } = this.lab.ui;
    const { button } = await this.#dialog(_("Bài này vừa được lưu ở nơi khác"),
      _("Trang bài học có một bản khác với bản đang mở ở đây. Chưa bản nào bị ghi đè. "
        + "Dùng bản ở đây thì trang bài học nhận bản này; lấy bản trên trang thì bản ở đây được "
        + "giữ thành một tệp riêng."),
      [
        Dialog.cancelButton({ label: _("Để nguyên cả hai") }),
        Dialog.okButton({ label: _("Lấy bản trên trang"), actions: ["theirs"] }),
        Dialog.warnButton({ label: _("Dùng bản ở đây"), actions: ["mine"] }),
      ]);
    this.storing = false;
    let done = false;
    if (button.actions.includes("mine")) done = await this.store(revision);
    else if (button.actions.includes("theirs")) done = await this.#takeTheirs();
    this.parted = !done;
    this.lab.changed(this.panel);
    return done;
  }

  async #takeTheirs() {
    const { lesson, context } = this;
    const [{ status: found, said: theirs }, { status, said: notebook }] = await Promise.all([
      this.portal.ask("GET", pathOf(lesson)), this.portal.ask("GET", `${pathOf(lesson)}/notebook`)]);
    if (status >= 400 || found >= 400) {
      this.#warn(reasonOf(notebook, _("Chưa lưu được bài vào trang bài học.")));
      return false;
    }
    const beside = context.path.replace(/\.ipynb$/, `-ban-o-day-${Date.now()}.ipynb`);
    await this.lab.app.serviceManager.contents.save(beside, {
      type: "notebook", format: "json", content: context.model.toJSON(),
    });
    const kept = { ...lesson, revision: theirs.revision };
    context.model.fromJSON({ ...notebook, metadata: { ...notebook.metadata, [KEY]: kept } });
    await context.save();
    this.lab.ui.Notification.info(
      _("Bản ở đây được giữ trong tệp {name}.", { name: beside.split("/").pop() }), { autoClose: 8000 });
    return true;
  }

  // --- handing in -------------------------------------------------------------------------------

  async submit() {
    const { lesson } = this;
    if (!lesson) {
      await this.#dialog(_("Không phải bài học"),
        _("Sổ này không được mở từ một bài học, nên không nộp được. "
          + "Hãy mở bài học rồi chọn “Mở trong JupyterLab”."));
      return;
    }
    if (!(await this.#meansIt())) return;
    let saved = true;
    try { await this.context.save(); } catch { saved = false; } // a full folder must not stop this
    if (!(await this.store())) return;
    const { status, said } = await this.portal.ask("POST", "submissions", {
      course: lesson.course, lesson: lesson.lesson, notebook: this.context.model.toJSON(),
      language: this.portal.language,
    });
    if (status >= 400) {
      await this.tellNotSubmitted(reasonOf(said, _("Máy chủ trả lời {status}.", { status })));
      if (said.fields) this.goTo(said.fields[0].cell);
      return;
    }
    if (!saved) this.#warn(_("Bài đã nộp, nhưng tệp trong phòng thực hành chưa lưu được."));
    this.lab.changed(this.panel);
    this.#awaitMarks(said.id);
    await this.#offerMarks(lesson);
  }

  async #meansIt() {
    const { status, said } = await this.portal.ask("GET", `${pathOf(this.lesson)}/guide`);
    if (status >= 400 || !said.attempts || said.attempts - said.attempts_used !== 1) return true;
    const { Dialog } = this.lab.ui;
    const { button } = await this.#dialog(_("Nộp bài"),
      _("Đây là lần nộp cuối cùng của bài này. Nộp ngay bây giờ?"),
      [Dialog.cancelButton({ label: _("Để sau") }), Dialog.okButton({ label: _("Nộp bài") })]);
    return button.accept;
  }

  async #offerMarks(lesson) {
    const { Dialog } = this.lab.ui;
    const { button } = await this.#dialog(_("Đã nộp bài"),
      _("Bài đang được chấm. Điểm và nhận xét sẽ hiện ở khung bên cạnh và ở trang bài học."),
      [Dialog.cancelButton({ label: _("Ở lại đây") }), Dialog.okButton({ label: _("Xem điểm") })]);
    if (button.accept) window.open(this.portal.pageOf(lesson), "_blank", "noopener");
  }

  async #awaitMarks(id) {
    for (let tries = 0; tries < 30 && !this.panel.isDisposed; tries += 1) {
      const { status, said } = await this.portal.ask("GET", `submissions/${id}?wait=20`);
      if (status >= 400 || !["queued", "claimed"].includes(said.state)) break;
    }
    this.lab.changed(this.panel);
  }

  tellNotSubmitted(why) {
    return this.#dialog(_("Chưa nộp được"), why);
  }

  /** Show a cell, to be typed into where ``edit``. */
  goTo(id, { place = "center", edit = true } = {}) {
    const notebook = this.panel.content;
    const index = notebook.widgets.findIndex((one) => one.model.id === id);
    if (index < 0) return;
    notebook.activeCellIndex = index;
    notebook.scrollToItem(index, place);
    if (edit) notebook.mode = "edit";
  }

  #dialog(title, body, buttons) {
    const { showDialog, Dialog } = this.lab.ui;
    return showDialog({ title, body, buttons: buttons || [Dialog.okButton({ label: _("Đóng") })] });
  }

  #warn(text) {
    this.lab.ui.Notification.warning(text);
  }
}
