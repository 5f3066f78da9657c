// SHA-256 beside the page, so that a large file never makes it stutter.
addEventListener("message", async ({ data }) => {
  try {
    const digest = await crypto.subtle.digest("SHA-256", await data.file.arrayBuffer());
    const text = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    postMessage({ id: data.id, sha256: text });
  } catch {
    postMessage({ id: data.id, isUnreadable: true });
  }
});
