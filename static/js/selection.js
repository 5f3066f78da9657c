// Many photos at once: a click, Shift for a stretch, x on the keyboard; then one verb, and a way back.
import { post } from "./api.js";
import { say } from "./toast-list.js";

const chosen = new Set();
let anchor = null;

const boxes = (root = document) => root.querySelectorAll('.tile-check input[type="checkbox"]');
const form = () => document.querySelector("form.selection");
const tileOf = (id) => document.getElementById(`p-${id}`);
const amount = (count) => `${count} photo${count === 1 ? "" : "s"}`;

const DONE = {
  bin: (count) => `${amount(count)} in the bin.`,
  restore: (count) => `${amount(count)} back in your library.`,
  purge: (count) => `${amount(count)} deleted for good.`,
  favourite: (count) => `${amount(count)} among your favourites.`,
  unfavourite: (count) => `${amount(count)} no longer among your favourites.`,
};

function redraw() {
  const output = document.querySelector(".selection-count");
  if (output) output.textContent = chosen.size ? `${chosen.size} selected` : "";
  document.querySelector("selection-bar")?.classList.toggle("is-open", chosen.size > 0);
}

function mode(isOn) {
  form()?.classList.toggle("is-selecting", isOn);
  const button = document.querySelector("[data-select-mode]");
  button?.setAttribute("aria-pressed", String(isOn));
  if (button) button.textContent = isOn ? "Done" : "Select";
}

function set(id, isOn) {
  if (isOn) chosen.add(id);
  else chosen.delete(id);
  const box = tileOf(id)?.querySelector("input");
  if (box) box.checked = isOn;
}

function stretch(from, to) {
  const tiles = [...document.querySelectorAll(".tile")].map((tile) => tile.dataset.id);
  const [start, end] = [tiles.indexOf(from), tiles.indexOf(to)].sort((a, b) => a - b);
  return start < 0 ? [to] : tiles.slice(start, end + 1);
}

/** Select or unselect one photo; with `isStretch` everything between it and the last one. */
function toggle(id, isStretch) {
  const isOn = !chosen.has(id);
  const ids = isStretch && anchor ? stretch(anchor, id) : [id];
  for (const each of ids) set(each, isStretch ? true : isOn);
  anchor = id;
  redraw();
}

function clear() {
  for (const id of [...chosen]) set(id, false);
  anchor = null;
  mode(false);
  redraw();
}

function leave(ids) {
  for (const id of ids) {
    const tile = tileOf(id);
    const day = tile?.closest(".day");
    tile?.remove();
    if (day && !day.querySelector(".tile")) day.remove();
  }
}

function changed() {
  if (document.querySelector("photo-timeline")) dispatchEvent(new Event("aureole:changed"));
  else location.reload();
}

/** Do one verb to photos, say so, and offer the way back the server names. */
export async function act(action, ids) {
  try {
    const { changed: done, undo } = await post("photos/bulk", { ids, action });
    if (["bin", "restore", "purge"].includes(action)) leave(done);
    else for (const id of done) tileOf(id)?.toggleAttribute("data-favourite", action === "favourite");
    const back = undo && { label: "Undo", run: () => post("photos/bulk", undo).then(changed) };
    say(DONE[action](done.length), back);
    if (document.querySelector("photo-timeline") && action !== "favourite") changed();
    return done;
  } catch (error) {
    say(`${error.message} ${error.suggestion ?? "Check your connection, then try again."}`);
    return [];
  }
}

/** The page of sharing gets everything that is selected: photos far away are not on the page, and have no box. */
function send(target) {
  for (const id of chosen) {
    if (tileOf(id)?.querySelector("input:checked")) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "photo", value: id });
    target.append(field);
  }
}

async function submit(event) {
  if (event.submitter?.hasAttribute("data-share")) return send(event.currentTarget);
  const action = event.submitter?.value;
  if (!action || chosen.size === 0) return;
  event.preventDefault();
  const ids = [...chosen];
  clear();
  for (let at = 0; at < ids.length; at += 500) await act(action, ids.slice(at, at + 500));
}

export const selection = {
  chosen,
  clear,
  toggle,
  /** Tick what is selected among freshly drawn tiles. */
  show(root) {
    for (const box of boxes(root)) {
      box.tabIndex = -1;
      box.checked = chosen.has(box.value);
    }
  },
};

document.addEventListener("click", (event) => {
  const tile = event.target.closest?.(".tile");
  if (!tile || !tile.closest("form.selection")) return;
  const isBox = event.target.closest(".tile-check");
  if (!isBox && !tile.closest(".is-selecting") && !(chosen.size && event.shiftKey)) return;
  event.preventDefault();
  // The browser puts the box back after a prevented click: set it afterwards.
  setTimeout(() => toggle(tile.dataset.id, event.shiftKey));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-select-mode]");
  if (button) return button.getAttribute("aria-pressed") === "true" ? clear() : mode(true);
  if (event.target.closest?.("[data-clear]")) clear();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (chosen.size || document.querySelector(".is-selecting"))) {
    event.preventDefault();
    clear();
  }
});

const found = form();
if (found) {
  found.addEventListener("submit", submit);
  selection.show(found);
  redraw();
}
