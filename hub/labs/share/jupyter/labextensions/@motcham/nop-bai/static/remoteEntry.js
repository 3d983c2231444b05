// The Nộp bài button of JupyterLab and Notebook 7, and saving a lesson's notebook to its page.
//
// A prebuilt extension is a module-federation container: an object with init and get. This one is
// written by hand, for it shares all it needs with JupyterLab and bundles nothing.
(() => {
  "use strict";
  const NAME = "@motcham/nop-bai";
  const KEY = "motcham"; // in the notebook's metadata: {course, lesson, revision}
  let scope;

  async function shared(name) {
    const versions = Object.values(scope[name] || {});
    if (!versions.length) throw new Error(`${NAME}: JupyterLab shares no ${name}`);
    const loaded = versions.find((v) => v.loaded) || versions[0];
    return (await loaded.get())();
  }

  // ---- the portal's API --------------------------------------------------------------------

  const page = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const portal = (page.hubPrefix || "/hub/").replace(/hub\/$/, "") + "services/portal/";

  async function ask(method, path, body) {
    // The portal's cookie does not count for a lab's page, and rightly so. The token of this page
    // may speak to the portal for the learner it was made for, and for nobody else.
    const answer = await fetch(`${portal}api/v1/${path}`, {
      method,
      credentials: "omit",
      headers: { "Content-Type": "application/json", Authorization: `token ${page.token}` },
      body: JSON.stringify(body),
    });
    let said = {};
    try { said = await answer.json(); } catch { /* a page of the proxy's own */ }
    return { status: answer.status, said };
  }

  const words = (said, other) => ((said.errors || []).join(" ") || said.message || other);

  // ---- one notebook ------------------------------------------------------------------------

  function attach(panel, context, ui) {
    const { showDialog, Dialog, ToolbarButton, Notification } = ui;
    const note = () => context.model.getMetadata(KEY);
    let storing = false;

    const dialog = (title, body, buttons) => showDialog({
      title, body, buttons: buttons || [Dialog.okButton({ label: "Đóng" })],
    });

    async function store(force) {
      const at = note();
      if (!at || storing) return true;
      storing = true;
      try {
        const path = `courses/${at.course}/lessons/${at.lesson}/draft`;
        const sent = { notebook: context.model.toJSON(), revision: force ?? at.revision ?? 0 };
        const { status, said } = await ask("PUT", path, sent);
        if (status === 409) return await conflict(said);
        if (status >= 400) {
          Notification.warning(words(said, "Chưa lưu được bài vào trang bài học."));
          return false;
        }
        if (said.revision !== at.revision) {
          context.model.setMetadata(KEY, { ...at, revision: said.revision });
          await context.save();
        }
        return true;
      } catch (error) {
        Notification.warning("Mất kết nối: bài được giữ ở đây và sẽ lưu vào trang bài học ở lần lưu sau.");
        return false;
      } finally {
        storing = false;
      }
    }

    async function conflict(said) {
      const chosen = await dialog(
        "Bài này vừa được lưu ở nơi khác",
        "Trang bài học có một bản khác với bản đang mở ở đây. Chưa bản nào bị ghi đè. "
          + "Chọn bản ở đây thì trang bài học sẽ nhận bản này.",
        [Dialog.cancelButton({ label: "Để nguyên cả hai" }),
          Dialog.warnButton({ label: "Dùng bản ở đây" })]);
      if (!chosen.button.accept) return false;
      storing = false;
      return store(said.revision);
    }

    async function submit() {
      const at = note();
      if (!at) {
        await dialog("Không phải bài học",
          "Sổ này không được mở từ một bài học, nên không nộp được. "
            + "Hãy mở bài học rồi chọn «Mở trong JupyterLab».");
        return;
      }
      await context.save();
      if (!(await store())) return;
      const { status, said } = await ask("POST", "submissions", {
        course: at.course, lesson: at.lesson, notebook: context.model.toJSON(),
      });
      if (status >= 400) {
        await dialog("Chưa nộp được", words(said, `Máy chủ trả lời ${status}.`));
        return;
      }
      const done = await dialog("Đã nộp bài",
        "Bài đang được chấm. Điểm và nhận xét hiện ở trang bài học.",
        [Dialog.cancelButton({ label: "Ở lại đây" }), Dialog.okButton({ label: "Xem điểm" })]);
      if (done.button.accept) {
        window.open(`${portal}courses/${at.course}/lessons/${at.lesson}`, "_blank", "noopener");
      }
    }

    const button = new ToolbarButton({
      label: "Nộp bài",
      tooltip: "Lưu và nộp bài này để chấm điểm",
      className: "motcham-nop-bai",
      onClick: () => { submit().catch((e) => dialog("Chưa nộp được", String(e))); },
    });
    const show = () => { button.setHidden(!note()); };
    context.ready.then(show);
    panel.toolbar.insertItem(0, "motcham-nop-bai", button);
    context.saveState.connect((_, state) => {
      if (state === "completed") store();
    });
    return button;
  }

  async function makePlugin() {
    const ui = await shared("@jupyterlab/apputils");
    return {
      id: `${NAME}:plugin`,
      description: "Submits a lesson's notebook to the platform.",
      autoStart: true,
      activate: (app) => {
        app.docRegistry.addWidgetExtension("Notebook", {
          createNew: (panel, context) => attach(panel, context, ui),
        });
      },
    };
  }

  const container = {
    init: (given) => { scope = given; },
    get: async () => {
      const plugin = await makePlugin();
      return () => ({ __esModule: true, default: plugin });
    },
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = container;
})();
