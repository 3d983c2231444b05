// What JupyterLab hands to an extension, as far as ours uses it: by hand, for it has no page here.
import { openPage } from "../../hub/portal/static/page.mjs";

/** Something that others listen to, as Lumino has it. */
export class Signal {
  heard = [];
  connect(slot) { this.heard.push(slot); }
  emit(value) { this.heard.forEach((slot) => slot(null, value)); }
}

/** Notices that were shown, by level. */
export function notices() {
  const told = [], dismissed = [];
  const level = (name) => (text, how = {}) => told.push({ level: name, text, ...how });
  return { told, dismissed, info: level("info"), warning: level("warning"), error: level("error"), dismiss: (id) => dismissed.push(id) };
}

export class Widget {
  constructor({ node = document.createElement("div") } = {}) { this.node = node; this.title = {}; }
  addClass(name) { this.node.classList.add(name); }
}

/** The lab, whose dialogs are answered by ``choose(dialog)``: a button's index. */
export function openLab({ choose = () => 0 } = {}) {
  const window = openPage(`<script id="jupyter-config-data" type="application/json">
    {"baseUrl": "/user/an/", "hubPrefix": "/hub/", "token": "dấu"}</script>`, { url: "http://an.localhost/user/an/lab" });
  const dialogs = [], saved = [], changed = [], activated = [];
  const button = (accept) => ({ label, actions = [] }) => ({ label, actions, accept });
  const Dialog = { okButton: button(true), cancelButton: button(false), warnButton: button(true) };
  const showDialog = async (dialog) => {
    dialogs.push(dialog);
    return { button: dialog.buttons[choose(dialog)] };
  };
  class ToolbarButton extends Widget {
    constructor(how) { super(); Object.assign(this, how); }
    setHidden(hidden) { this.hidden = hidden; }
  }
  const lab = {
    app: {
      serviceManager: { contents: {
        save: async (path, model) => { saved.push({ path, model }); },
        getDownloadUrl: async (path) => `/files/${path}`,
      } },
      shell: { activateById: (id) => activated.push(id) },
    },
    ui: { Dialog, showDialog, Notification: notices(), ToolbarButton, Sanitizer: class { sanitize(html) { return html.replace(/<script.*?<\/script>/g, ""); } } },
    widgets: { Widget },
    lessons: new Map(),
    changed: (panel) => changed.push(panel),
    saved: () => { lab.looked = (lab.looked || 0) + 1; },
  };
  return { window, lab, dialogs, saved, changed, activated };
}

/** A notebook that is open: its ``cells`` (id to source), from a lesson unless ``lesson`` is null. */
export function openNotebook({ cells = { c1: "so = 1" }, lesson = { course: "a", lesson: "b", revision: 3 } } = {}) {
  const metadata = lesson ? { motcham: lesson } : {};
  const widgets = Object.entries(cells).map(([id, source]) => {
    let text = source;
    const sharedModel = { getSource: () => text, setSource: (next) => { text = next; } };
    const node = document.createElement("div");
    return { model: { id, sharedModel }, node };
  });
  const replaced = [];
  const model = {
    getMetadata: (key) => metadata[key],
    setMetadata: (key, value) => { metadata[key] = value; },
    toJSON: () => ({ metadata: { ...metadata }, cells: widgets.map((one) => ({ id: one.model.id, source: one.model.sharedModel.getSource() })) }),
    fromJSON: (notebook) => { replaced.push(notebook); Object.assign(metadata, notebook.metadata); },
  };
  const scrolled = [];
  const context = { model, path: "a/lessons/01-b.ipynb", saves: 0, saveState: new Signal(), ready: Promise.resolve() };
  context.save = async () => { context.saves += 1; };
  const panel = {
    id: "p1", node: document.createElement("div"), disposed: new Signal(), isDisposed: false, sessionContext: { statusChanged: new Signal() },
    toolbar: { insertItem: () => {} }, content: { widgets, scrollToItem: (index, place) => scrolled.push([index, place]) },
  };
  return { panel, context, replaced, scrolled, source: (id) => widgets.find((one) => one.model.id === id).model.sharedModel.getSource() };
}

/** A portal that answers by ``answers``: “METHOD path” to an answer, or an error for no line. */
export function portalOf(answers) {
  const asked = [];
  return {
    asked,
    language: "vi",
    pageOf: (lesson) => `/services/portal/${lesson ? `courses/${lesson.course}/lessons/${lesson.lesson}` : ""}`,
    addressOf: (path) => `http://localhost${path}`,
    ask: async (method, path, body) => {
      asked.push({ what: `${method} ${path}`, body: structuredClone(body) });
      const answer = answers[`${method} ${path}`] ?? { status: 404, said: {} };
      if (answer instanceof Error) throw answer;
      return Array.isArray(answer) ? (answer.length > 1 ? answer.shift() : answer[0]) : answer;
    },
  };
}
