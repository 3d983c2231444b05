// What is put around a notebook that JupyterLab opens: the button, its saves, its touches.
import { make } from "./elements.js";
import { SEEN_MS } from "./folder.js";
import { LessonNotebook } from "./lesson_notebook.js";
import { showVideos } from "./videos.js";
import { _ } from "./words.js";
import { WorkedTime } from "./worked_time.js";

const TOUCHES = ["pointerdown", "keydown", "focusin", "wheel"];

/** Returns what is to be disposed with the notebook. */
export function attach(panel, context, { lab, portal }) {
  const workedTime = new WorkedTime();
  const notebook = new LessonNotebook({ panel, context, lab, portal, workedTime });
  watchTouches(panel, workedTime);
  const button = addButtons(panel, context, { lab, notebook });
  context.saveState.connect((_context, state) => {
    if (state === "completed" && !notebook.parted) notebook.store();
    if (state === "completed" || state === "failed") lab.saved();
  });
  panel.sessionContext.statusChanged.connect((_context, status) => {
    if (status !== "autorestarting" && status !== "dead") return;
    lab.saved(); // code that fills the folder is ended: say so at once, or as soon as it is seen
    setTimeout(() => { lab.saved(); }, SEEN_MS);
  });
  lab.lessons.set(panel, {
    notebook,
    learn: (guide) => {
      workedTime.exerciseOf = guide.exercise_of;
      showVideos(panel, notebook.lesson.course, lab, guide.videos);
    },
  });
  panel.disposed.connect(() => { lab.lessons.delete(panel); });
  return button;
}

function addButtons(panel, context, { lab, notebook }) {
  const onClick = () => { notebook.submit().catch((error) => notebook.tellNotSubmitted(String(error))); };
  const button = new lab.ui.ToolbarButton({
    label: _("Nộp bài"),
    tooltip: _("Lưu và nộp bài này để chấm điểm"),
    className: "motcham-nop-bai",
    onClick,
  });
  // On a phone the toolbar holds it behind three dots: there this one is seen instead.
  const within = make("button", {
    className: "jp-mod-styled jp-mod-accept motcham-within-reach", hidden: true,
    textContent: _("Nộp bài"), onclick: onClick,
  });
  panel.node.append(within);
  context.ready.then(() => {
    button.setHidden(!notebook.lesson);
    within.hidden = !notebook.lesson;
    lab.changed(panel);
  });
  panel.toolbar.insertItem(0, "motcham-nop-bai", button);
  return button;
}

// A person touches one page at a time, so nothing is counted twice where the lesson page is open.
function watchTouches(panel, workedTime) {
  const touched = ({ target }) => {
    const cell = panel.content.widgets.find((one) => one.node.contains(target));
    workedTime.touch(cell?.model.id, { at: performance.now(), hidden: document.hidden });
  };
  for (const kind of TOUCHES) panel.node.addEventListener(kind, touched, { passive: true, capture: true });
  document.addEventListener("visibilitychange", touched);
  panel.disposed.connect(() => { document.removeEventListener("visibilitychange", touched); });
}
