// A lesson's videos, where its notebook has a cell that describes one.
import { make } from "./elements.js";
import { _, spoken } from "./words.js";

export async function showVideos(panel, course, lab, videos) {
  const { Widget } = lab.widgets;
  const addressOf = (path) => lab.app.serviceManager.contents.getDownloadUrl(`${course}/${path}`);
  for (const video of videos) {
    const cell = panel.content.widgets.find((one) => one.model.id === video.cell_id);
    if (!cell) continue;
    await cell.ready;
    if (panel.isDisposed || cell.isDisposed || cell.node.querySelector(".motcham-video")) continue;
    cell.addClass("motcham-shows-video"); // which hides the words that describe it to us
    cell.layout.addWidget(new Widget({ node: videoNode(video, addressOf) }));
  }
}

function videoNode(video, addressOf) {
  const said = make("p", { className: "motcham-video-said", role: "status" });
  const picture = make("img", { alt: "" });
  const button = make("button", { className: "motcham-watch", type: "button" }, picture,
    make("span", { textContent: _("Xem video: {title}", video) }));
  if (video.poster) addressOf(video.poster).then((address) => { picture.src = address; });
  button.onclick = async () => {
    button.disabled = true;
    said.textContent = _("Đang tải video…");
    try {
      const player = await makePlayer(video, addressOf);
      button.replaceWith(player);
      said.textContent = "";
      player.focus();
      player.play().catch(() => { /* the browser wants it begun by hand */ });
    } catch {
      button.disabled = false;
      said.textContent = _("Chưa tải được video này ở đây. Có thể xem ở trang bài học.");
    }
  };
  return make("figure", { className: "motcham-video", lang: "vi" }, button, said,
    video.lines.length ? inWords(video.lines) : null);
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
  const languages = video.captions.map(([language]) => language);
  const shown = languages.includes(spoken()) ? spoken() : languages[0];
  return make("video", { src, controls: true, ariaLabel: video.title },
    ...video.captions.map(([srclang, label], place) => make("track", {
      kind: "captions", src: texts[place], srclang, label, default: srclang === shown,
    })));
}

/** Minutes and seconds of a video, as its transcript has them. */
export const clock = (at) => `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;

function inWords(lines) {
  return make("details", {}, make("summary", { textContent: _("Xem bằng chữ"), lang: spoken() }),
    make("ol", {}, ...lines.map(([at, said]) => make("li", { textContent: `${clock(at)} ${said}` }))));
}
