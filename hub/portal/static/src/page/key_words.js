// What the server and a security key say to each other. The server's words are JSON, bytes in them
// base64url; the browser's interface takes and gives buffers.

export function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function textOf(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function described(keys = []) {
  return keys.map((key) => ({ ...key, id: bytesOf(key.id) }));
}

// What the server asks, as `navigator.credentials` takes it.
export function readQuestion(text) {
  const said = JSON.parse(text);
  const read = { ...said, challenge: bytesOf(said.challenge) };
  if (said.user) {
    read.user = { ...said.user, id: bytesOf(said.user.id) };
    read.excludeCredentials = described(said.excludeCredentials);
  } else {
    read.allowCredentials = described(said.allowCredentials);
  }
  return read;
}

// What the key answers, as the server reads it.
export function writeAnswer(credential) {
  const { response } = credential;
  const said = { clientDataJSON: textOf(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = textOf(response[name]);
  }
  if (response.getTransports) said.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: said,
  });
}

// Which sentence of the page tells of an error.
export function sentenceOf(error) {
  if (error.name === "InvalidStateError") return "known";
  if (error.name === "NotAllowedError" || error.name === "AbortError") return "cancelled";
  return "unable";
}
