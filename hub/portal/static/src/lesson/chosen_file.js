// A file that was chosen: whether to send it at all, and its content as the portal takes it.
export const MOST_BYTES = 2 * 1024 * 1024;

/** Why it is not sent, or an empty string. The server looks into it. */
export function faultOf({ size }, say) {
  if (!size) return say.empty_file;
  return size > MOST_BYTES ? say.too_large : "";
}

export async function readChosen(file) {
  const url = await new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = fail;
    reader.readAsDataURL(file);
  });
  return { name: file.name, base64: url.slice(url.indexOf(",") + 1) };
}
