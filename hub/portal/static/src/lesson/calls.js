// Asking the portal. A line that hangs is as good as none; a file may take its time on a slow one.
const LARGE = 100_000, WAIT_MS = 40_000, WAIT_FOR_FILE_MS = 240_000;

export const patienceFor = (text) => (text && text.length > LARGE ? WAIT_FOR_FILE_MS : WAIT_MS);

/** ``xsrf()``: the token of now. */
export function makeCall(xsrf) {
  return async (method, address, body) => {
    const text = body && JSON.stringify(body);
    const answer = await fetch(address, {
      method,
      signal: AbortSignal.timeout?.(patienceFor(text)),
      headers: { "X-Xsrftoken": xsrf(), ...(text ? { "Content-Type": "application/json" } : {}) },
      body: text,
    });
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    return { status: answer.status, data: isJson ? await answer.json() : await answer.text() };
  };
}

/** The same for what the page itself takes: a form's fields. */
export function makePost(xsrf) {
  return async (address, fields) => {
    const answer = await fetch(address, {
      method: "POST",
      signal: AbortSignal.timeout?.(WAIT_MS),
      body: new URLSearchParams({ _xsrf: xsrf(), ...fields }),
    });
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    return { status: answer.status, data: isJson ? await answer.json() : await answer.text() };
  };
}
