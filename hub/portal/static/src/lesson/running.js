// *Chạy thử*: runs the cells up to this one and says what came of it.

const HEARD = 200; // short enough to be heard at once; more is only told to be there

/**
 * ``leave``: from the button one goes on to the result; from the editor one stays and hears of it.
 */
export async function run(cell, { call, state, answers, leave = false }) {
  const { say } = state;
  const button = cell.querySelector("[data-run]"), said = cell.querySelector("[data-run-said]");
  const output = cell.querySelector("[data-output]");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  said.textContent = say.running;
  let ran = say.run_failed;
  try {
    const { status, data } = await call("POST", `${state.api}/run`,
      { cell: cell.dataset.cell, answers, language: state.language });
    // eslint-disable-next-line no-restricted-properties -- cleaned by the server (hub/portal/outputs.py)
    if (status === 200) output.innerHTML = data.html;
    else output.textContent = data.errors?.join(" ") || say.run_failed;
    if (status === 200) ran = data.ok ? say.ran : say.ran_badly;
  } catch {
    output.textContent = say.run_failed;
  }
  output.hidden = false;
  button.removeAttribute("aria-disabled");
  if (leave) output.focus();
  const heard = document.createElement("span");
  heard.className = "sr";
  heard.textContent = ` ${output.innerText.trim().slice(0, HEARD)}`;
  said.replaceChildren(ran, heard);
}
