// A lesson's notebook in JupyterLab and Notebook 7: the button that submits it, keeping it one
// with the lesson page, and its tasks beside it.
//
// A prebuilt extension is a module-federation container: an object with init and get. This one is
// written by hand, for it shares all it needs with JupyterLab and bundles nothing. What comes from
// the portal is put on the page as text, but for the tasks' own text: that was sanitised there,
// and is sanitised here once more.
(() => {
  "use strict";
  const NAME = "@motcham/nop-bai";
  const KEY = "motcham"; // in the notebook's metadata: {course, lesson, revision}
  const ROOM_EVERY_MS = 60_000;
  const ROOM_SEEN_MS = 6_000; // the server looks at the folder every 5 s
  const BLOCKED_MS = 4_000; // a WebSocket that is not open by then is told as blocked
  const BLOCKED_AGAIN_MS = 20_000;
  const AWAY_MS = 120_000; // without a touch for so long, a learner is away; as on the lesson page
  const style = new URL("style.css", document.currentScript.src).href;
  let scope;

  async function shared(name) {
    const versions = Object.values(scope[name] || {});
    if (!versions.length) throw new Error(`${NAME}: JupyterLab shares no ${name}`);
    const loaded = versions.find((v) => v.loaded) || versions[0];
    return (await loaded.get())();
  }

  // ---- words -------------------------------------------------------------------------------

  const WORDS = {
    vi: {
      submit: "Nộp bài",
      submitTip: "Lưu và nộp bài này để chấm điểm",
      close: "Đóng",
      notStored: "Chưa lưu được bài vào trang bài học.",
      offline: "Mất kết nối: bài được giữ ở đây và sẽ lưu vào trang bài học ở lần lưu sau.",
      conflict: "Bài này vừa được lưu ở nơi khác",
      conflictBody: "Trang bài học có một bản khác với bản đang mở ở đây. Chưa bản nào bị ghi đè. "
        + "Dùng bản ở đây thì trang bài học nhận bản này; lấy bản trên trang thì bản ở đây được "
        + "giữ thành một tệp riêng.",
      leave: "Để nguyên cả hai",
      takeTheirs: "Lấy bản trên trang",
      useMine: "Dùng bản ở đây",
      kept: (name) => `Bản ở đây được giữ trong tệp ${name}.`,
      parted: "Trang bài học có một bản khác với bản ở đây. Chưa bản nào bị ghi đè.",
      choose: "Chọn bản muốn dùng",
      notLesson: "Không phải bài học",
      notLessonBody: "Sổ này không được mở từ một bài học, nên không nộp được. "
        + "Hãy mở bài học rồi chọn “Mở trong JupyterLab”.",
      notSubmitted: "Chưa nộp được",
      answered: (status) => `Máy chủ trả lời ${status}.`,
      notSavedHere: "Bài đã nộp, nhưng tệp trong phòng thực hành chưa lưu được.",
      last: "Đây là lần nộp cuối cùng của bài này. Nộp ngay bây giờ?",
      later: "Để sau",
      readAs: (label, typed, said) => `“${label}”: “${typed}” – ${said}.`,
      unread: (label, why) => `“${label}”: ${why}`,
      submitted: "Đã nộp bài",
      submittedBody: "Bài đang được chấm. Điểm và nhận xét sẽ hiện ở khung bên cạnh và ở trang "
        + "bài học.",
      stay: "Ở lại đây",
      seeMarks: "Xem điểm",
      guide: "Bài học",
      loading: "Đang tải…",
      noGuide: "Chưa tải được yêu cầu của bài. Sổ vẫn dùng được; khung này sẽ thử lại.",
      minutes: (n) => `${n} phút`,
      points: (n) => `${n} điểm`,
      deadline: (time) => `Hạn nộp: ${time}`,
      closed: "Đã hết hạn nộp. Bài làm đã lưu vẫn còn nguyên.",
      attempts: (used, all) => `Đã nộp ${used} trên ${all} lần`,
      tasks: "Bài tập",
      task: "Yêu cầu",
      goTo: (title) => `Đến ô của bài: ${title}`,
      result: "Lần nộp gần nhất",
      none: "Chưa nộp lần nào.",
      marking: "Đã nộp, đang chấm…",
      dead: "Bài này chưa chấm được tự động; giảng viên sẽ xem. Bài nộp vẫn được giữ.",
      score: (points, most) => `${points} trên ${most} điểm`,
      back: "Về trang bài học",
      watch: (title) => `Xem video: ${title}`,
      fetching: "Đang tải video…",
      noVideo: "Chưa tải được video này ở đây. Có thể xem ở trang bài học.",
      inWords: "Xem bằng chữ",
      blocked: "Mạng ở đây chặn WebSocket, nên phòng thực hành không chạy được mã. Tệp vẫn xem "
        + "và lưu được. Bài học làm được ngay trên trang bài học, không cần WebSocket.",
      nearlyFull: (used, most) => `Thư mục của anh/chị đã dùng ${used} trong ${most} MB. `
        + "Hãy xóa bớt tệp: khi đầy, phòng thực hành không lưu thêm được.",
      full: (used, most) => `Thư mục của anh/chị đã đầy (${used} trong ${most} MB): không lưu thêm `
        + "được và mã không chạy được. Mỗi tệp, dù rỗng, tính ít nhất 4 KB. Hãy xóa bớt tệp; xong là "
        + "chạy lại được ngay.",
    },
    en: {
      submit: "Submit",
      submitTip: "Save this lesson and submit it for marking",
      close: "Close",
      notStored: "The lesson page could not store this yet.",
      offline: "No connection: your work is kept here and goes to the lesson page when you save next.",
      conflict: "This lesson was just saved elsewhere",
      conflictBody: "The lesson page has a version that differs from the one open here. Neither was "
        + "overwritten. Use the one here and the lesson page takes it; take the page's and the one "
        + "here is kept as a file of its own.",
      leave: "Leave both as they are",
      takeTheirs: "Take the page's version",
      useMine: "Use the one here",
      kept: (name) => `The version that was here is kept in ${name}.`,
      parted: "The lesson page has a version that differs from the one here. Neither was overwritten.",
      choose: "Choose a version",
      notLesson: "Not a lesson",
      notLessonBody: "This notebook was not opened from a lesson, so it cannot be submitted. "
        + "Open the lesson and choose “Open in JupyterLab”.",
      notSubmitted: "Not submitted",
      answered: (status) => `The server answered ${status}.`,
      notSavedHere: "Submitted, but the file in the lab could not be saved.",
      last: "This is the last time you may submit this lesson. Submit it now?",
      later: "Later",
      readAs: (label, typed, said) => `“${label}”: “${typed}” – ${said}.`,
      unread: (label, why) => `“${label}”: ${why}`,
      submitted: "Submitted",
      submittedBody: "It is being marked. Marks and feedback will show beside the notebook and on "
        + "the lesson page.",
      stay: "Stay here",
      seeMarks: "See the marks",
      guide: "Lesson",
      loading: "Loading…",
      noGuide: "The lesson's tasks could not be loaded. The notebook works; this will be tried again.",
      minutes: (n) => `${n} minutes`,
      points: (n) => (n === "1" ? "1 point" : `${n} points`),
      deadline: (time) => `Due: ${time}`,
      closed: "The deadline has passed. What you saved is still there.",
      attempts: (used, all) => `Submitted ${used} of ${all} times`,
      tasks: "Exercises",
      task: "What to do",
      goTo: (title) => `Go to the cell of: ${title}`,
      result: "Last submission",
      none: "Not submitted yet.",
      marking: "Submitted, being marked…",
      dead: "This could not be marked by machine; an instructor will look. It is kept.",
      score: (points, most) => `${points} of ${most} points`,
      back: "Back to the lesson page",
      watch: (title) => `Watch the video: ${title}`,
      fetching: "Loading the video…",
      noVideo: "This video could not be loaded here. You can watch it on the lesson page.",
      inWords: "Read it instead",
      blocked: "The network here blocks WebSockets, so the lab cannot run code. Files can be seen and "
        + "saved. The lesson can be done on the lesson page, which needs no WebSocket.",
      nearlyFull: (used, most) => `Your folder holds ${used} of ${most} MB. Delete some files: `
        + "when it is full, the lab cannot save any more.",
      full: (used, most) => `Your folder is full (${used} of ${most} MB): nothing more is saved and `
        + "no code runs. Each file, even an empty one, counts 4 KB at least. Delete some files; then "
        + "it runs again at once.",
    },
  };
  let language = "vi";
  const say = (key, ...values) => {
    const found = WORDS[language][key];
    return typeof found === "function" ? found(...values) : found;
  };
  const number = (value) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 })
    .format(value);
  const time = (text) => new Intl.DateTimeFormat(language, {
    dateStyle: "short", timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh",
  }).format(new Date(text));

  // ---- the portal's API --------------------------------------------------------------------

  const page = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const portal = page.motchamPortal
    || `${(page.hubPrefix || "/hub/").replace(/hub\/$/, "")}services/portal/`;

  async function ask(method, path, body) {
    // The portal's cookie does not count for a lab's page, and rightly so. The token of this page
    // may speak to the portal for the learner it was made for, and for nobody else.
    const answer = await fetch(`${portal}api/v1/${path}`, {
      method,
      credentials: "omit",
      headers: {
        "Content-Type": "application/json",
        "Accept-Language": language,
        Authorization: `token ${page.token}`,
      },
      body: body && JSON.stringify(body),
    });
    let said = {};
    try { said = await answer.json(); } catch { /* a page of the proxy's own */ }
    return { status: answer.status, said };
  }

  const words = (said, other) => ((said.errors || []).join(" ") || said.message || other);
  const lessonOf = (at) => `courses/${at.course}/lessons/${at.lesson}`;

  // ---- one notebook ------------------------------------------------------------------------

  function attach(panel, context, lab) {
    const { showDialog, Dialog, ToolbarButton, Notification } = lab.ui;
    const note = () => context.model.getMetadata(KEY);
    let storing = false;
    let parted = false; // the learner left two versions as they are: store nothing unasked
    const clock = makeClock(panel);

    const dialog = (title, body, buttons) => showDialog({
      title, body, buttons: buttons || [Dialog.okButton({ label: say("close") })],
    });

    async function setRevision(revision) {
      context.model.setMetadata(KEY, { ...note(), revision });
      await context.save();
    }

    async function store(force) {
      const at = note();
      if (!at || storing) return true;
      storing = true;
      try {
        const worked = clock.read();
        const notebook = context.model.toJSON();
        const sent = { notebook, revision: force ?? at.revision ?? 0, worked, language };
        const { status, said } = await ask("PUT", `${lessonOf(at)}/draft`, sent);
        if (status === 409) return await conflict(said.revision);
        if (status >= 400) {
          Notification.warning(words(said, say("notStored")));
          return false;
        }
        clock.told(worked);
        parted = false;
        takeReadings(notebook, said);
        if (said.revision !== at.revision) await setRevision(said.revision);
        return true;
      } catch (error) {
        Notification.warning(say("offline"));
        return false;
      } finally {
        storing = false;
      }
    }

    // A form cell's number is read as on the lesson page, and stands in the cell as it was read:
    // what is seen is what is marked. What is typed on in the meantime stays.
    let told = "";
    function takeReadings(sent, { fields = [], sources = {} }) {
      const bad = new Set(fields.filter((one) => one.error).map((one) => one.cell));
      for (const [id, source] of Object.entries(sources)) {
        const cell = panel.content.widgets.find((one) => one.model.id === id);
        const before = sent.cells.find((one) => one.id === id);
        const text = before && [before.source].flat().join("");
        if (cell && !bad.has(id) && cell.model.sharedModel.getSource() === text) {
          cell.model.sharedModel.setSource(source);
        }
      }
      const words = fields.filter((one) => one.error || one.said)
        .map((one) => (one.error
          ? say("unread", one.label, one.error) : say("readAs", one.label, one.typed, one.said)))
        .join("\n");
      if (words && words !== told) {
        Notification[bad.size ? "warning" : "info"](words, { autoClose: bad.size ? false : 12000 });
      }
      told = words;
    }

    async function conflict(revision) {
      const chosen = await dialog(say("conflict"), say("conflictBody"), [
        Dialog.cancelButton({ label: say("leave") }),
        Dialog.okButton({ label: say("takeTheirs"), actions: ["theirs"] }),
        Dialog.warnButton({ label: say("useMine"), actions: ["mine"] }),
      ]);
      storing = false;
      let done = false;
      if (chosen.button.actions.includes("mine")) done = await store(revision);
      else if (chosen.button.actions.includes("theirs")) done = await takeTheirs();
      parted = !done;
      lab.changed(panel);
      return done;
    }

    async function takeTheirs() {
      const at = note();
      const [{ status: found, said: lesson }, { status, said: theirs }] = await Promise.all([
        ask("GET", lessonOf(at)), ask("GET", `${lessonOf(at)}/notebook`)]);
      if (status >= 400 || found >= 400) {
        Notification.warning(words(theirs, say("notStored")));
        return false;
      }
      const beside = context.path.replace(/\.ipynb$/, `-ban-o-day-${Date.now()}.ipynb`);
      await lab.app.serviceManager.contents.save(beside, {
        type: "notebook", format: "json", content: context.model.toJSON(),
      });
      const kept = { ...at, revision: lesson.revision };
      context.model.fromJSON({ ...theirs, metadata: { ...theirs.metadata, [KEY]: kept } });
      await context.save();
      Notification.info(say("kept", beside.split("/").pop()), { autoClose: 8000 });
      return true;
    }

    async function meansIt(at) {
      const { status, said } = await ask("GET", `${lessonOf(at)}/guide`);
      if (status >= 400 || !said.attempts || said.attempts - said.attempts_used !== 1) return true;
      const answer = await dialog(say("submit"), say("last"), [
        Dialog.cancelButton({ label: say("later") }), Dialog.okButton({ label: say("submit") })]);
      return answer.button.accept;
    }

    async function submit() {
      const at = note();
      if (!at) {
        await dialog(say("notLesson"), say("notLessonBody"));
        return;
      }
      if (!(await meansIt(at))) return;
      let saved = true;
      try { await context.save(); } catch { saved = false; } // a full folder must not stop this
      if (!(await store())) return;
      const { status, said } = await ask("POST", "submissions", {
        course: at.course, lesson: at.lesson, notebook: context.model.toJSON(), language,
      });
      if (status >= 400) {
        await dialog(say("notSubmitted"), words(said, say("answered", status)));
        if (said.fields) goTo(said.fields[0].cell);
        return;
      }
      if (!saved) Notification.warning(say("notSavedHere"));
      lab.changed(panel);
      awaitMarks(said.id);
      const done = await dialog(say("submitted"), say("submittedBody"), [
        Dialog.cancelButton({ label: say("stay") }), Dialog.okButton({ label: say("seeMarks") })]);
      if (done.button.accept) window.open(`${portal}${lessonOf(at)}`, "_blank", "noopener");
    }

    function goTo(id) {
      const index = panel.content.widgets.findIndex((one) => one.model.id === id);
      if (index < 0) return;
      panel.content.activeCellIndex = index;
      panel.content.scrollToItem(index, "center");
      panel.content.mode = "edit";
    }

    async function awaitMarks(id) {
      for (let tries = 0; tries < 30 && !panel.isDisposed; tries += 1) {
        const { status, said } = await ask("GET", `submissions/${id}?wait=20`);
        if (status >= 400 || !["queued", "claimed"].includes(said.state)) break;
      }
      lab.changed(panel);
    }

    const onClick = () => { submit().catch((e) => dialog(say("notSubmitted"), String(e))); };
    const button = new ToolbarButton({
      label: say("submit"),
      tooltip: say("submitTip"),
      className: "motcham-nop-bai",
      onClick,
    });
    // On a phone the toolbar holds it behind three dots: there this one is seen instead.
    const within = make("button", {
      className: "jp-mod-styled jp-mod-accept motcham-within-reach", hidden: true,
      textContent: say("submit"), onclick: onClick,
    });
    panel.node.append(within);
    context.ready.then(() => {
      button.setHidden(!note());
      within.hidden = !note();
      lab.changed(panel);
    });
    panel.toolbar.insertItem(0, "motcham-nop-bai", button);
    context.saveState.connect((_, state) => {
      if (state === "completed" && !parted) store();
      if (state === "completed" || state === "failed") lab.saved();
    });
    panel.sessionContext.statusChanged.connect((_, status) => {
      if (status !== "autorestarting" && status !== "dead") return;
      lab.saved(); // code that fills the folder is ended: say so at once, or as soon as it is seen
      setTimeout(() => { lab.saved(); }, ROOM_SEEN_MS);
    });
    lab.lessons.set(panel, {
      note,
      submit,
      conflict,
      isParted: () => parted,
      learn: (guide) => {
        clock.exerciseOf = guide.exercise_of;
        showVideos(panel, context, lab, guide.videos);
      },
    });
    panel.disposed.connect(() => { lab.lessons.delete(panel); });
    return button;
  }

  // ---- time at each exercise: tells authors where learners sit long; no mark rests on it ----

  // From one touch of the notebook to the next, unless the learner was away in between. A person
  // touches one page at a time, so nothing is counted twice where the lesson page is open too.
  function makeClock(panel) {
    const worked = {}; // grade_id to seconds that the portal has not heard of yet
    let exercise = null;
    let seenAt = 0;
    const clock = { exerciseOf: {} };

    const notice = (event) => {
      const now = performance.now();
      if (exercise && now - seenAt < AWAY_MS) {
        worked[exercise] = (worked[exercise] || 0) + (now - seenAt) / 1000;
      }
      seenAt = now;
      const touched = panel.content.widgets.find((cell) => cell.node.contains(event.target));
      if (document.hidden) exercise = null;
      else if (touched) exercise = clock.exerciseOf[touched.model.id] ?? null;
    };
    for (const kind of ["pointerdown", "keydown", "focusin", "wheel"]) {
      panel.node.addEventListener(kind, notice, { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", notice);
    panel.disposed.connect(() => { document.removeEventListener("visibilitychange", notice); });

    clock.read = () => Object.fromEntries(Object.entries(worked)
      .map(([id, seconds]) => [id, Math.floor(seconds)]).filter(([, seconds]) => seconds > 0));
    clock.told = (seconds) => {
      for (const [id, one] of Object.entries(seconds)) worked[id] -= one;
    };
    return clock;
  }

  // ---- its videos, where the notebook has a cell that describes one -------------------------

  async function showVideos(panel, context, lab, videos) {
    const { Widget } = lab.widgets;
    const { course } = context.model.getMetadata(KEY);
    for (const video of videos) {
      const cell = panel.content.widgets.find((one) => one.model.id === video.cell_id);
      if (!cell) continue;
      await cell.ready;
      if (panel.isDisposed || cell.isDisposed || cell.node.querySelector(".motcham-video")) continue;
      cell.addClass("motcham-shows-video"); // which hides the words that describe it to us
      cell.layout.addWidget(new Widget({ node: videoNode(video, (path) => lab.app.serviceManager
        .contents.getDownloadUrl(`${course}/${path}`)) }));
    }
  }

  function videoNode(video, addressOf) {
    const said = make("p", { className: "motcham-video-said", role: "status" });
    const picture = make("img", { alt: "" });
    const button = make("button", { className: "motcham-watch", type: "button" }, picture,
      make("span", { textContent: say("watch", video.title) }));
    if (video.poster) addressOf(video.poster).then((address) => { picture.src = address; });
    const figure = make("figure", { className: "motcham-video", lang: "vi" }, button, said,
      video.lines.length ? inWords(video.lines) : null);
    button.onclick = async () => {
      button.disabled = true;
      said.textContent = say("fetching");
      try {
        const player = await makePlayer(video, addressOf);
        button.replaceWith(player);
        said.textContent = "";
        player.focus();
        player.play().catch(() => { /* the browser wants it begun by hand */ });
      } catch {
        button.disabled = false;
        said.textContent = say("noVideo");
      }
    };
    return figure;
  }

  // The lab's server sends whole files only; from memory a video can be wound back and forth.
  async function makePlayer(video, addressOf) {
    const held = async (path, type) => {
      const answer = await fetch(await addressOf(path));
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type }));
    };
    const [src, ...texts] = await Promise.all([held(video.path, video.kind),
      ...video.captions.map(([, , path]) => held(path, "text/vtt"))]);
    const spoken = video.captions.map(([one]) => one);
    const shown = spoken.includes(language) ? language : spoken[0];
    return make("video", { src, controls: true, ariaLabel: video.title },
      ...video.captions.map(([srclang, label], place) => make("track", {
        kind: "captions", src: texts[place], srclang, label, default: srclang === shown,
      })));
  }

  function inWords(lines) {
    const clock = (at) => `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;
    return make("details", {}, make("summary", { textContent: say("inWords"), lang: language }),
      make("ol", {}, ...lines.map(([at, said]) => make("li", { textContent: `${clock(at)} ${said}` }))));
  }

  // ---- its tasks beside it -----------------------------------------------------------------

  const make = (tag, properties, ...children) => {
    const { data, ...plain } = properties || {};
    const node = Object.assign(document.createElement(tag), plain);
    Object.assign(node.dataset, data);
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  function makeGuide(lab, { Widget }, { LabIcon }) {
    const guide = new Widget();
    guide.id = "motcham-guide";
    guide.addClass("motcham-guide");
    guide.title.caption = say("guide");
    guide.title.icon = new LabIcon({
      name: "motcham:guide",
      svgstr: '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path '
        + 'class="jp-icon3" fill="#616161" d="M19 3h-4.2a3 3 0 0 0-5.6 0H5a2 2 0 0 0-2 2v14a2 2 0 '
        + '0 0 2 2h14a2 2 0 0 0 2-2V5a2 2 0 0 0-2-2zm-7 0a1 1 0 1 1 0 2 1 1 0 0 1 0-2zm2 14H7v-2h'
        + '7zm3-4H7v-2h10zm0-4H7V7h10z"/></svg>',
    });
    guide.node.setAttribute("role", "region");
    guide.node.setAttribute("aria-label", say("guide"));
    guide.node.lang = language;
    const sanitizer = new lab.ui.Sanitizer();
    let shown = null;
    let asked = 0;

    guide.follow = async (panel) => {
      const lesson = panel && lab.lessons.get(panel);
      const at = lesson && lesson.note();
      if (!at) return;
      const here = asked += 1;
      if (shown !== panel) guide.node.replaceChildren(make("p", { textContent: say("loading") }));
      let answer;
      try {
        answer = await ask("GET", `${lessonOf(at)}/guide`);
      } catch {
        answer = { status: 503, said: {} };
      }
      if (here !== asked || panel.isDisposed) return; // something newer is on its way
      shown = panel;
      guide.node.dataset.lesson = at.lesson;
      if (answer.status < 400) lesson.learn(answer.said);
      const open = new Set([...guide.node.querySelectorAll("details[open]")]
        .map((one) => one.dataset.task));
      guide.node.replaceChildren(...(answer.status < 400
        ? whole(panel, lesson, at, answer.said, open)
        : [make("p", { textContent: words(answer.said, say("noGuide")) })]));
    };

    function whole(panel, lesson, at, said, open) {
      return [
        make("p", { className: "motcham-kicker", textContent: said.course_title }),
        make("h2", { textContent: said.title }),
        facts(said),
        newer(lesson, at, said),
        said.closed ? make("p", { className: "motcham-note", textContent: say("closed") }) : null,
        make("h3", { textContent: say("result") }),
        make("p", { className: "motcham-result", role: "status", textContent: outcome(said.result) }),
        make("p", { className: "motcham-actions" },
          make("button", {
            className: "jp-mod-styled jp-mod-accept", textContent: say("submit"),
            onclick: () => { lesson.submit(); },
          }),
          make("a", {
            href: new URL(said.page, new URL(portal, location.href)).href,
            target: "_blank", rel: "noopener", textContent: say("back"),
          })),
        make("h3", { textContent: say("tasks") }),
        make("ol", {}, ...said.tasks.map((task, place) => item(panel, task, place + 1, open))),
      ].filter(Boolean);
    }

    function facts(said) {
      const list = [say("minutes", number(said.minutes)), say("points", number(said.max_points))];
      if (said.closes_at) list.push(say("deadline", time(said.closes_at)));
      if (said.attempts) list.push(say("attempts", said.attempts_used, said.attempts));
      return make("ul", { className: "motcham-facts" },
        ...list.map((text) => make("li", { textContent: text })));
    }

    function newer(lesson, at, said) {
      if (said.revision === at.revision && !lesson.isParted()) return null;
      return make("div", { className: "motcham-note motcham-newer", role: "alert" },
        make("p", { textContent: say("parted") }),
        make("button", {
          className: "jp-mod-styled", textContent: say("choose"),
          onclick: () => { lesson.conflict(said.revision); },
        }));
    }

    function outcome(result) {
      if (!result) return say("none");
      if (result.state === "dead") return say("dead");
      if (result.points === null || result.points === undefined) return say("marking");
      return `${say("score", number(result.points), number(result.max_points))} · `
        + time(result.submitted_at);
    }

    function item(panel, task, place, open) {
      const marked = task.points !== null;
      const points = marked
        ? say("score", number(task.points), number(task.max_points))
        : say("points", number(task.max_points));
      let state = "";
      if (marked) state = task.points >= task.max_points ? "full" : "part";
      const text = make("div", { className: "motcham-text", lang: "vi" });
      text.innerHTML = sanitizer.sanitize(task.html);
      return make("li", { data: { state } },
        make("button", {
          className: "motcham-task", textContent: `${place}. ${task.title}`, lang: "vi",
          title: say("goTo", task.title),
          onclick: () => { goTo(panel, task.cell_id); },
        }),
        make("span", { className: "motcham-points", textContent: points }),
        task.feedback && state === "part"
          ? make("p", { className: "motcham-feedback", textContent: task.feedback, lang: "vi" })
          : null,
        task.html
          ? make("details", { data: { task: task.grade_id }, open: open.has(task.grade_id) },
            make("summary", { textContent: say("task") }), text)
          : null);
    }

    function goTo(panel, cell) {
      const notebook = panel.content;
      const index = notebook.widgets.findIndex((one) => one.model.id === cell);
      if (index < 0) return;
      lab.app.shell.activateById(panel.id);
      notebook.activeCellIndex = index;
      notebook.scrollToItem(index, "start");
    }

    return guide;
  }

  // ---- the room in the learner's folder ----------------------------------------------------

  function watchRoom({ Notification }, tidied) {
    let shown = null;
    let told = null;
    const tell = (level, room) => {
      if (level === shown) return;
      if (told) Notification.dismiss(told);
      if (shown === "full") tidied();
      shown = level;
      told = level && Notification[level === "full" ? "error" : "warning"](
        say(level, number(room.used_mb), number(room.most_mb)), { autoClose: false });
    };
    const look = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        const answer = await fetch(`${page.baseUrl}motcham/room`, {
          headers: { Authorization: `token ${page.token}` },
        });
        if (!answer.ok) return;
        const room = await answer.json();
        const level = room.full ? "full" : room.nearly_full && "nearlyFull";
        tell(level || null, room);
        if (level === "full") setTimeout(look, ROOM_SEEN_MS);
      } catch { /* the connection is being told of elsewhere */ }
    };
    look();
    setInterval(look, ROOM_EVERY_MS);
    return look;
  }

  // ---- a network that lets pages through and WebSockets not --------------------------------

  const opens = () => new Promise((tell) => {
    const address = new URL(`${page.baseUrl}api/events/subscribe`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("token", page.token);
    const line = new WebSocket(address);
    const done = (open) => { clearTimeout(late); line.close(); tell(open); };
    const late = setTimeout(done, BLOCKED_MS, false);
    line.onopen = () => { done(true); };
    line.onerror = () => { done(false); };
  });

  const answers = () => fetch(`${page.baseUrl}api/status`, {
    headers: { Authorization: `token ${page.token}` },
  }).then((answer) => answer.ok, () => false);

  // Told once, for as long as it lasts. Where the lab does not answer at all JupyterLab says so.
  function watchLine({ Notification }, lessonPage) {
    let told = null;
    let looking = false;
    const look = async () => {
      if (looking) return;
      looking = true;
      const [open, here] = await Promise.all([opens(), answers()]);
      looking = false;
      if (open && told) {
        Notification.dismiss(told);
        told = null;
      } else if (!open && here && !told) {
        told = Notification.error(say("blocked"), {
          autoClose: false,
          actions: [{
            label: say("back"),
            displayType: "accent",
            callback: () => { location.assign(lessonPage()); },
          }],
        });
      }
      if (!open) setTimeout(look, BLOCKED_AGAIN_MS);
    };
    return look;
  }

  // ---- what JupyterLab 4.6 gives no language: the name of no kernel, the word of a dead one ----

  function speakAsThePage(panel, translator) {
    for (const speaker of [panel, panel.sessionContext]) {
      if (speaker._trans) speaker._trans = translator.load("jupyterlab");
    }
  }

  // ---- the plug-in -------------------------------------------------------------------------

  async function makePlugin() {
    const [ui, notebooks, translation, widgets, icons] = await Promise.all([
      "@jupyterlab/apputils", "@jupyterlab/notebook", "@jupyterlab/translation",
      "@lumino/widgets", "@jupyterlab/ui-components"].map(shared));
    return {
      id: `${NAME}:plugin`,
      description: "Submits a lesson's notebook to the platform and shows its tasks.",
      autoStart: true,
      requires: [notebooks.INotebookTracker],
      optional: [translation.ITranslator],
      activate: (app, tracker, translator) => {
        if (/^en/i.test((translator && translator.languageCode) || "")) language = "en";
        document.head.append(make("link", { rel: "stylesheet", href: style }));
        const lab = { app, ui, widgets, lessons: new Map(), saved: () => {}, changed: () => {} };
        let guide = null;
        lab.changed = (panel) => {
          const lesson = lab.lessons.get(panel);
          if (!lesson || !lesson.note() || panel !== (tracker.currentWidget || panel)) return;
          if (!guide) {
            guide = makeGuide(lab, widgets, icons);
            app.shell.add(guide, "right", { rank: 10 });
            if (window.innerWidth >= 1000) app.restored.then(() => app.shell.activateById(guide.id));
          }
          guide.follow(panel);
        };
        app.docRegistry.addWidgetExtension("Notebook", {
          createNew: (panel, context) => {
            if (translator) speakAsThePage(panel, translator);
            return attach(panel, context, lab);
          },
        });
        tracker.currentChanged.connect((_, panel) => { if (panel) lab.changed(panel); });
        document.addEventListener("visibilitychange", () => {
          if (document.visibilityState === "visible" && tracker.currentWidget) {
            lab.changed(tracker.currentWidget);
          }
        });
        const line = watchLine(ui, () => {
          const panel = tracker.currentWidget;
          const at = panel && lab.lessons.get(panel) && lab.lessons.get(panel).note();
          return at ? `${portal}${lessonOf(at)}` : portal;
        });
        line(); // not after the rest has settled: that waits for the WebSockets too
        tracker.widgetAdded.connect((_, panel) => {
          panel.sessionContext.connectionStatusChanged.connect((__, status) => {
            if (status === "connecting" || status === "disconnected") line();
          });
        });
        // The server starts no kernel anew in a full folder, so that nobody is told again and again.
        const wake = () => tracker.forEach((panel) => {
          const { sessionContext } = panel;
          if (sessionContext.kernelDisplayStatus !== "dead" && sessionContext.session?.kernel) return;
          const name = sessionContext.kernelPreference.name || sessionContext.prevKernelName;
          sessionContext.changeKernel({ name: name || "python3" });
        });
        app.restored.then(() => { lab.saved = watchRoom(ui, wake); });
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
