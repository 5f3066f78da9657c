// The rows of the upload panel: one file each, with what is being done, or why not and what then.
const MOST = 100;
const ORDER = { failed: 0, lost: 0, binned: 1, duplicate: 3, ready: 4 };
const percent = (done, all) => `${Math.round((100 * done) / (all || 1))} %`;

function status(item, isPaused) {
  const words = {
    waiting: isPaused ? "paused" : item.notBefore > Date.now() ? "the server is busy, goes on by itself" : "waiting",
    hashing: "reading",
    sending: percent(item.sent, item.size),
    checking: "being checked",
    making: item.step ? `${item.step} · ${item.progress} %` : "waiting for its turn",
    ready: "ready",
    duplicate: "already in your library",
    binned: "in your bin",
  };
  return words[item.state] ?? "";
}

function reason(item) {
  if (item.state === "lost") return item.error || "The page was closed before it was sent.";
  if (item.state !== "failed") return "";
  return [item.error, item.suggestion].filter(Boolean).join(" ");
}

function verbs(item) {
  if (item.state === "failed") return item.file ? ["retry", "dismiss"] : ["dismiss"];
  if (item.state === "lost") return ["choose", "dismiss"];
  if (item.state === "binned") return ["restore", "dismiss"];
  return [];
}

const WORDS = { retry: "Try again", dismiss: "Put away", choose: "Choose it again", restore: "Restore it" };

export class UploadRows {
  #list;
  #act;
  #rows = new Map();

  constructor(list, act) {
    this.#list = list;
    this.#act = act;
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-verb]");
      if (button) this.#act(button.dataset.verb, button.closest("li").dataset.id);
    });
  }

  draw(items, isPaused) {
    const rank = (item) => ORDER[item.state] ?? 2;
    const shown = [...items].sort((a, b) => rank(a) - rank(b) || a.at - b.at).slice(0, MOST);
    const ids = new Set(shown.map((item) => item.id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    shown.forEach((item, at) => {
      const row = this.#rows.get(item.id) ?? this.#make(item);
      this.#update(row, item, isPaused);
      if (this.#list.children[at] !== row) this.#list.insertBefore(row, this.#list.children[at] ?? null);
    });
  }

  #make(item) {
    const row = document.createElement("li");
    row.className = "upload-row";
    row.dataset.id = item.id;
    for (const name of ["upload-name", "upload-status", "upload-reason", "upload-verbs"]) {
      const part = document.createElement(name === "upload-name" ? "a" : "span");
      part.className = name;
      row.append(part);
    }
    row.firstChild.textContent = item.name;
    row.firstChild.title = item.name;
    this.#rows.set(item.id, row);
    return row;
  }

  #update(row, item, isPaused) {
    const [name, state, why, buttons] = row.children;
    if (item.photoId && ["ready", "duplicate", "failed"].includes(item.state)) name.href = `/photos/${item.photoId}`;
    const words = status(item, isPaused);
    if (state.textContent !== words) state.textContent = words;
    const sentence = reason(item);
    if (why.textContent !== sentence) why.textContent = sentence;
    if (row.dataset.state === item.state) return;
    row.dataset.state = item.state;
    buttons.replaceChildren(...verbs(item).map((verb) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.dataset.verb = verb;
      button.textContent = WORDS[verb];
      button.setAttribute("aria-label", `${WORDS[verb]}: ${item.name}`);
      return button;
    }));
  }
}
