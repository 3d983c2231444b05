// The plug-in: what JupyterLab and Notebook 7 load, and what hears of what.
import { attach } from "./attaching.js";
import { make } from "./elements.js";
import { FolderNotice, watchFolder } from "./folder.js";
import { makeGuide } from "./guide.js";
import { keepSaying, watchLeftovers } from "./leftovers.js";
import { keepRoom } from "./narrow.js";
import { Portal } from "./portal.js";
import { BlockedNotice, answers, opens } from "./websockets.js";
import { speak, spoken } from "./words.js";

const WIDE_PX = 1000; // from there on the panel opens beside the notebook by itself

/** ``shared(name)`` loads what JupyterLab shares; ``style`` is the address of our style sheet. */
export async function makePlugin(name, { shared, style }) {
  const [ui, notebooks, translation, widgets, icons] = await Promise.all([
    "@jupyterlab/apputils", "@jupyterlab/notebook", "@jupyterlab/translation",
    "@lumino/widgets", "@jupyterlab/ui-components"].map(shared));
  return {
    id: `${name}:plugin`,
    description: "Submits a lesson's notebook to the platform and shows its tasks.",
    autoStart: true,
    requires: [notebooks.INotebookTracker],
    optional: [translation.ITranslator],
    activate: (app, tracker, translator) => {
      speak(translator?.languageCode);
      document.head.append(make("link", { rel: "stylesheet", href: style }));
      const page = JSON.parse(document.getElementById("jupyter-config-data").textContent);
      const portal = new Portal(page);
      const leftover = translator?.load("nbgrader");
      const say = leftover && spoken() === "vi" ? (text) => leftover.__(text) : null;
      const lab = { app, ui, widgets, lessons: new Map(), saved: () => {}, changed: () => {} };
      lab.changed = followLesson({ lab, portal, icons, tracker });
      app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel, context) => {
          if (translator) speakAsThePage(panel, translator);
          if (say) context.ready.then(() => { keepSaying(panel.toolbar.node, say); });
          return attach(panel, context, { lab, portal });
        },
      });
      watchNotebooks({ lab, tracker });
      watchWebSockets({ lab, tracker, portal });
      app.restored.then(() => {
        if (/\/lab(\/|$)/.test(location.pathname)) keepRoom(app.shell);
        if (say) watchLeftovers(app.shell, say);
        lab.saved = watchFolder(page, new FolderNotice(ui.Notification, () => { wakeKernels(tracker); }));
      });
    },
  };
}

// The panel comes with the first notebook that is a lesson's.
function followLesson({ lab, portal, icons, tracker }) {
  const { app } = lab;
  let guide = null;
  return (panel) => {
    const entry = lab.lessons.get(panel);
    if (!entry?.notebook.lesson || panel !== (tracker.currentWidget || panel)) return;
    if (!guide) {
      guide = makeGuide({ lab, portal, icons });
      app.shell.add(guide.widget, "right", { rank: 10 });
      if (window.innerWidth >= WIDE_PX) app.restored.then(() => app.shell.activateById(guide.widget.id));
    }
    guide.follow(panel);
  };
}

function watchNotebooks({ lab, tracker }) {
  tracker.currentChanged.connect((_tracker, panel) => { if (panel) lab.changed(panel); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && tracker.currentWidget) lab.changed(tracker.currentWidget);
  });
}

function watchWebSockets({ lab, tracker, portal }) {
  const { page } = portal;
  const notice = new BlockedNotice({
    Notification: lab.ui.Notification,
    opens: () => opens(page),
    answers: () => answers(page),
    goBack: () => { location.assign(portal.pageOf(lab.lessons.get(tracker.currentWidget)?.notebook.lesson)); },
  });
  notice.look(); // not after the rest has settled: that waits for the WebSockets too
  tracker.widgetAdded.connect((_tracker, panel) => {
    panel.sessionContext.connectionStatusChanged.connect((_context, status) => {
      if (status === "connecting" || status === "disconnected") notice.look();
    });
  });
}

// The server starts no kernel anew in a full folder, so that nobody is told again and again.
function wakeKernels(tracker) {
  tracker.forEach(({ sessionContext }) => {
    if (sessionContext.kernelDisplayStatus !== "dead" && sessionContext.session?.kernel) return;
    const name = sessionContext.kernelPreference.name || sessionContext.prevKernelName;
    sessionContext.changeKernel({ name: name || "python3" });
  });
}

// What JupyterLab 4.6 gives no language: the name of no kernel, the word of a dead one.
function speakAsThePage(panel, translator) {
  for (const speaker of [panel, panel.sessionContext]) {
    if (speaker._trans) speaker._trans = translator.load("jupyterlab");
  }
}
