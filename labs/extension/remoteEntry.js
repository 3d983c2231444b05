// A lesson's notebook in JupyterLab and Notebook 7: the button that submits it, keeping it one
// with the lesson page, and its tasks beside it.
//
// A prebuilt extension is a module-federation container: an object with init and get. Ours shares
// all it needs with JupyterLab and bundles only its own modules (`npm run build:lab` in hub/).
import { makePlugin } from "./plugin.js";

const NAME = "@motcham/nop-bai";
const style = new URL("style.css", document.currentScript.src).href;
let scope;

async function shared(name) {
  const versions = Object.values(scope[name] || {});
  if (!versions.length) throw new Error(`${NAME}: JupyterLab shares no ${name}`);
  const loaded = versions.find((one) => one.loaded) || versions[0];
  return (await loaded.get())();
}

window._JUPYTERLAB ||= {};
window._JUPYTERLAB[NAME] = {
  init: (given) => { scope = given; },
  get: async () => {
    const plugin = await makePlugin(NAME, { shared, style });
    return () => ({ __esModule: true, default: plugin });
  },
};
