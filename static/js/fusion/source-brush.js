// Painting what of a picture stays in a fusion: a dialog over the picture; the mask goes to the server as a PNG.
import { ApiError } from "../api.js";

const LARGEST = 1024;

const DIALOG = `
  <form method="dialog" class="stack-tight">
    <h2></h2>
    <p class="quiet small">What shines stays. Paint over what shall be left out.</p>
    <div class="brush"><img alt=""></div>
    <div class="cluster">
      <div class="segmented" role="group" aria-label="Brush">
        <button type="button" data-tool="add" aria-pressed="false">Add</button>
        <button type="button" data-tool="remove" aria-pressed="true">Leave out</button>
      </div>
      <label class="small">Width <input type="range" min="2" max="100" value="24"></label>
      <p class="warn small" role="alert"></p>
    </div>
    <div class="cluster cluster-end">
      <button type="button" class="button button-quiet" data-whole>As it was</button>
      <button type="submit" class="button" value="">Cancel</button>
      <button type="button" class="button button-primary" data-keep>Use this</button>
    </div>
  </form>`;

/** Paint a mask for the picture `source`; `field` gets its id. Resolves to whether something changed. */
export function paint({ source, title, picture, width, height }, field) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog paint";
  dialog.innerHTML = DIALOG;
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("img").src = picture.replace(/\/256\.webp$/, "/1024.webp");
  dialog.querySelector("img").addEventListener("error", (event) => (event.target.src = picture), { once: true });
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(width * scale),
    height: Math.round(height * scale),
  });
  dialog.querySelector(".brush").style.setProperty("--ratio", width / height);
  dialog.querySelector(".brush").append(canvas);
  const ink = canvas.getContext("2d");
  begin(ink, canvas);
  listen(dialog, canvas, ink);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    let isNew = false;
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(isNew);
    });
    dialog.querySelector("[data-whole]").addEventListener("click", () => {
      isNew = field.value !== "";
      field.value = "";
      dialog.close();
    });
    dialog.querySelector("[data-keep]").addEventListener("click", async () => {
      try {
        field.value = await keep(source, canvas);
        isNew = true;
        dialog.close();
      } catch (error) {
        dialog.querySelector("[role=alert]").textContent = [error.message, error.suggestion].filter(Boolean).join(" ");
      }
    });
  });
}

/** At first the circle that would stay without a mask. */
function begin(ink, canvas) {
  ink.fillStyle = "#fff";
  ink.beginPath();
  ink.arc(canvas.width / 2, canvas.height / 2, Math.min(canvas.width, canvas.height) * 0.42, 0, 2 * Math.PI);
  ink.fill();
}

function listen(dialog, canvas, ink) {
  let tool = "remove";
  for (const button of dialog.querySelectorAll("[data-tool]")) {
    button.addEventListener("click", () => {
      tool = button.dataset.tool;
      for (const each of dialog.querySelectorAll("[data-tool]")) each.setAttribute("aria-pressed", String(each === button));
    });
  }
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top].map((place) => (place * canvas.width) / box.width);
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    let last = at(event);
    const stroke = (moved) => {
      const next = at(moved);
      ink.globalCompositeOperation = tool === "add" ? "source-over" : "destination-out";
      ink.strokeStyle = "#fff";
      ink.lineCap = "round";
      ink.lineWidth = (Number(dialog.querySelector("input[type=range]").value) / 300) * canvas.width;
      ink.beginPath();
      ink.moveTo(...last);
      ink.lineTo(next[0] + 0.01, next[1]);
      ink.stroke();
      last = next;
    };
    stroke(event);
    canvas.addEventListener("pointermove", stroke);
    canvas.addEventListener("lostpointercapture", () => canvas.removeEventListener("pointermove", stroke), { once: true });
  });
}

async function keep(source, canvas) {
  const full = new OffscreenCanvas(canvas.width, canvas.height);
  const ink = full.getContext("2d");
  ink.fillStyle = "#000";
  ink.fillRect(0, 0, full.width, full.height);
  ink.drawImage(canvas, 0, 0);
  const body = await full.convertToBlob({ type: "image/png" });
  const token = document.querySelector('input[name="csrfmiddlewaretoken"]').value;
  const headers = { "Content-Type": "image/png", "X-CSRFToken": token };
  const answer = await fetch(`/api/v1/fusion/masks/${source}`, { method: "PUT", headers, body, credentials: "same-origin" });
  const said = await answer.json();
  if (!answer.ok) throw new ApiError(answer.status, said);
  return said.id;
}
