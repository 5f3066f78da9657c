// The aureole as a script draws it: the twin of the {% ring %} tag.
const SPACE = "http://www.w3.org/2000/svg";
const GAP = 1.4;

function circle(name, attributes) {
  const found = document.createElementNS(SPACE, "circle");
  found.setAttribute("class", name);
  for (const [key, value] of Object.entries({ cx: 24, cy: 24, r: 21, pathLength: 100, ...attributes })) {
    found.setAttribute(key, value);
  }
  return found;
}

/** A ring of one arc per step; `steps` are the percentages at which they end. */
export function ring(steps = [100], size = "small") {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("class", `ring ring-${size}`);
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("role", "img");
  let from = 0;
  for (const until of steps) {
    const length = until - from - (steps.length > 1 ? GAP : 0);
    const place = { "stroke-dashoffset": -from };
    svg.append(circle("ring-track", { ...place, "stroke-dasharray": `${length} 100` }));
    svg.append(circle("ring-fill", { ...place, "stroke-dasharray": "0 100", "data-from": from, "data-until": until, "data-length": length }));
    from = until;
  }
  return svg;
}

/** Fill the arcs of `svg` up to `progress` (0-100). */
export function fillRing(svg, progress, state) {
  svg.dataset.state = state;
  svg.setAttribute("aria-label", `${Math.round(progress)} %`);
  for (const arc of svg.querySelectorAll(".ring-fill")) {
    const from = Number(arc.dataset.from);
    const until = Number(arc.dataset.until);
    const share = Math.min(1, Math.max(0, (progress - from) / (until - from || 1)));
    arc.setAttribute("stroke-dasharray", `${(Number(arc.dataset.length) * share).toFixed(2)} 100`);
  }
}
