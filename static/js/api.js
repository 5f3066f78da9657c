// One way to the API: JSON in and out, and an Error whose words can be shown to a person.
const ROOT = "/api/v1/";

export class ApiError extends Error {
  constructor(status, body, retryAfter) {
    super(body?.detail ?? "The server did not answer as it should.");
    this.status = status;
    this.code = body?.error ?? "";
    this.suggestion = body?.suggestion ?? "Try again in a moment.";
    this.body = body ?? {};
    this.retryAfter = retryAfter;
  }
}

function csrf() {
  const field = document.querySelector('input[name="csrfmiddlewaretoken"]');
  return field?.value ?? document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

/** Seconds a Retry-After header asks to wait; 0 without one. */
export function waitOf(headers) {
  const asked = headers.get("Retry-After");
  if (!asked) return 0;
  const seconds = Number(asked);
  return Number.isFinite(seconds) ? seconds : Math.max(0, (Date.parse(asked) - Date.now()) / 1000);
}

async function bodyOf(response) {
  const isJson = response.headers.get("Content-Type")?.includes("json");
  return isJson ? response.json() : null;
}

/** Call `path` below /api/v1/ (or an absolute path); rejects with ApiError, or TypeError when offline. */
export async function call(method, path, body, options = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrf();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path.startsWith("/") ? path : ROOT + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    ...options,
  });
  if (response.status === 204) return null;
  const found = await bodyOf(response);
  if (!response.ok) throw new ApiError(response.status, found, waitOf(response.headers));
  return found;
}

export const get = (path, options) => call("GET", path, undefined, options);
export const post = (path, body, options) => call("POST", path, body, options);
export const patch = (path, body, options) => call("PATCH", path, body, options);
