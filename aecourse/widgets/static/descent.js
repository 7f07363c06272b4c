// The descent explorer: walk down a long valley with gradient descent, momentum or Adam.
// Traits (see descent_explorer.py, which computes the same path): heading, settings. `settings` is
// the state: optimiser, learning_rate, condition, correlated, scaled, steps, start.

const TURN = Math.PI / 6; // the valley of correlated features lies at 30 degrees to the axes
const BETA = 0.9; // momentum, and Adam's average of gradients
const BETA_SQUARES = 0.999; // Adam's average of squared gradients
const EPSILON = 1e-8;
const HOPELESS = 1e8; // a loss grown by this factor ends the walk

const OPTIMISERS = [
  ["gradient descent", "gradient descent"], ["momentum", "momentum (β = 0.9)"], ["Adam", "Adam"],
];

// The loss is ½ wᵀHw. Scaling divides each feature by its standard deviation, √H_ii: in the scaled
// weights the curvature along each axis is 1, and what is left of the valley is correlation.
function valley({ condition, correlated, scaled }) {
  const [c, s] = correlated ? [Math.cos(TURN), Math.sin(TURN)] : [1, 0];
  let h = [c * c + condition * s * s, (1 - condition) * s * c, s * s + condition * c * c];
  const units = scaled ? [Math.sqrt(h[0]), Math.sqrt(h[2])] : [1, 1];
  h = [h[0] / units[0] ** 2, h[1] / (units[0] * units[1]), h[2] / units[1] ** 2];
  const middle = (h[0] + h[2]) / 2;
  const spread = Math.hypot((h[0] - h[2]) / 2, h[1]);
  return { h, units, steepest: middle + spread, flattest: middle - spread };
}

function lossAt([a, b, d], [x, y]) {
  return 0.5 * (a * x * x + 2 * b * x * y + d * y * y);
}

function walk(settings) {
  const { h, units } = valley(settings);
  const { optimiser, learning_rate: rate, steps } = settings;
  let w = settings.start.map((value, k) => value * units[k]);
  let first = [0, 0];
  let second = [0, 0];
  const path = [w];
  const limit = HOPELESS * lossAt(h, w);
  for (let t = 1; t <= steps && lossAt(h, w) <= limit; t += 1) {
    const gradient = [h[0] * w[0] + h[1] * w[1], h[1] * w[0] + h[2] * w[1]];
    let step = gradient;
    if (optimiser === "momentum") {
      first = first.map((m, k) => BETA * m + gradient[k]);
      step = first;
    } else if (optimiser === "Adam") {
      first = first.map((m, k) => BETA * m + (1 - BETA) * gradient[k]);
      second = second.map((v, k) => BETA_SQUARES * v + (1 - BETA_SQUARES) * gradient[k] ** 2);
      step = first.map((m, k) => m / (1 - BETA ** t)
        / (Math.sqrt(second[k] / (1 - BETA_SQUARES ** t)) + EPSILON));
    }
    w = w.map((value, k) => value - rate * step[k]);
    path.push(w);
  }
  return path;
}

// One sentence on how the walk went.
function verdict(losses, settings) {
  const last = losses[losses.length - 1];
  const goal = losses.findIndex((loss) => loss <= 1e-3 * losses[0]);
  if (!(last <= losses[0])) {
    return { bad: true, text: `Diverges: after ${losses.length - 1} steps the loss is ${short(last)}, from ${short(losses[0])} at the start.` };
  }
  if (goal >= 0 && last <= 1e-3 * losses[0]) {
    return { bad: false, text: `A thousandth of the starting loss after ${goal} steps.` };
  }
  return { bad: true, text: `Still on its way after ${settings.steps} steps: loss ${short(last)}, from ${short(losses[0])} at the start.` };
}

function render({ model, el }) {
  let map = null;
  const change = (changes) => {
    model.set("settings", { ...model.get("settings"), ...changes });
    model.save_changes();
  };
  const moveStart = (point) => {
    const { units } = valley(model.get("settings"));
    change({ start: point.map((value, k) => clamp(value / units[k], -2, 2)) });
  };

  // -- the page
  const help = element("p", { class: "ae-help", id: identity("help") },
    "The rings are lines of equal loss; the goal is the cross. Move the start (the diamond) with the "
    + "mouse, or focus the plane and press the arrow keys (Shift: bigger steps).");
  const plane = pad({
    label: "Valley of the loss and the path of the optimiser",
    description: help,
    onArrow(dx, dy, big) {
      const step = big ? 0.25 : 0.05;
      const { start } = model.get("settings");
      change({ start: [clamp(start[0] + dx * step, -2, 2), clamp(start[1] + dy * step, -2, 2)] });
    },
    onPoint(x, y) { if (map) moveStart([map.fromX(x), map.fromY(y)]); },
  });
  plane.classList.add("ae-plane");
  const curve = element("canvas", { class: "ae-canvas ae-wide", role: "img" });
  const conditionFact = element("dd");
  const boundFact = element("dd");
  const boundName = element("dt");
  const facts = element("dl", { class: "ae-facts" },
    element("div", {}, element("dt", {}, "condition number"), conditionFact),
    element("div", {}, boundName, boundFact));
  const outcome = element("p", { class: "ae-verdict" });
  const spoken = speaker();
  const optimiser = choice({
    label: "optimiser", options: OPTIMISERS, onChange: (value) => change({ optimiser: value }),
  });
  const rate = slider({
    label: "learning rate", low: 0.001, high: 3, log: true, text: short,
    onInput: (value) => change({ learning_rate: Number(value.toPrecision(3)) }),
  });
  const condition = slider({
    label: "stretch κ", low: 1, high: 100, log: true, steps: 100, text: short,
    onInput: (value) => change({ condition: Number(value.toPrecision(2)) }),
  });
  const steps = slider({
    label: "steps", low: 10, high: 200, steps: 19, text: short,
    onInput: (value) => change({ steps: Math.round(value) }),
  });
  const correlated = tick({
    label: "Correlated features", onChange: (value) => change({ correlated: value }),
  });
  const scaled = tick({
    label: "Scaled features (z-score)", onChange: (value) => change({ scaled: value }),
  });
  const root = panel(model.get("heading"),
    element("p", { class: "ae-title" }, model.get("heading")), help,
    element("div", { class: "ae-panels" },
      element("div", { class: "ae-panel" }, plane),
      element("div", { class: "ae-panel" }, curve, facts)),
    outcome,
    element("div", { class: "ae-controls" },
      optimiser.row, rate.row, condition.row, steps.row, scaled.row, correlated.row),
    spoken.node);
  el.append(root);

  // -- drawing
  function drawPlane(ink, settings, path) {
    const { h, steepest, flattest } = valley(settings);
    const reach = 1.3 * Math.max(0.4, ...path[0].map(Math.abs));
    const unit = settings.scaled ? " (scaled)" : "";
    paint(plane, (context, width, height) => {
      const [across, up] = [width - 56, height - 48];
      const half = reach / Math.min(across, up);
      map = chart(context, {
        width, height, ink, xLabel: `weight of feature 1${unit}`, yLabel: `weight of feature 2${unit}`,
        x: [-half * across, half * across], y: [-half * up, half * up],
      });
      clipTo(context, map.box);
      const angle = Math.atan2(2 * h[1], h[0] - h[2]) / 2; // of the steepest direction
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      context.strokeStyle = ink.muted;
      context.lineWidth = 1;
      const highest = lossAt(h, [reach * 1.2, h[1] > 0 ? reach : -reach]);
      for (let level = highest, ring = 0; ring < 9; ring += 1, level /= 2.6) {
        const [a, b] = [Math.sqrt((2 * level) / steepest), Math.sqrt((2 * level) / flattest)];
        context.globalAlpha = 0.85 - 0.07 * ring;
        stroke(context, Array.from({ length: 97 }, (_, i) => {
          const [u, v] = [a * Math.cos((i * Math.PI) / 48), b * Math.sin((i * Math.PI) / 48)];
          return [map.toX(u * c - v * s), map.toY(u * s + v * c)];
        }));
      }
      context.globalAlpha = 1;
      context.strokeStyle = ink.ink;
      context.lineWidth = 2;
      const [x0, y0] = [map.toX(0), map.toY(0)];
      stroke(context, [[x0 - 6, y0 - 6], [x0 + 6, y0 + 6]]);
      stroke(context, [[x0 - 6, y0 + 6], [x0 + 6, y0 - 6]]);
      // Far outside the picture a canvas needs no exact numbers.
      const pixels = path.map(([x, y]) => [clamp(map.toX(x), -1e5, 1e5), clamp(map.toY(y), -1e5, 1e5)]);
      context.strokeStyle = ink.first;
      context.fillStyle = ink.first;
      stroke(context, pixels);
      pixels.forEach(([x, y]) => drawMark(context, 0, x, y, 2.6));
      context.fillStyle = ink.second;
      drawMark(context, 3, ...pixels[0], 7);
    });
  }

  function drawCurve(ink, settings, losses) {
    paint(curve, (context, width, height) => {
      const bounded = losses.map((loss) => clamp(loss, 1e-12 * losses[0], HOPELESS * losses[0]));
      const low = Math.min(...bounded, 0.1 * losses[0]);
      const high = Math.max(...bounded);
      const place = chart(context, {
        width, height, ink, x: [0, settings.steps], y: [low / 1.5, high * 1.5], logY: true,
        xLabel: "step", yLabel: "loss",
      });
      clipTo(context, place.box);
      context.strokeStyle = ink.first;
      context.lineWidth = 2.2;
      stroke(context, bounded.map((loss, t) => [place.toX(t), place.toY(loss)]));
    });
  }

  function redraw() {
    const settings = model.get("settings");
    const { h, steepest, flattest } = valley(settings);
    const path = walk(settings);
    const losses = path.map((w) => lossAt(h, w));
    const ink = inks(root);
    const { bad, text } = verdict(losses, settings);
    drawPlane(ink, settings, path);
    drawCurve(ink, settings, losses);
    optimiser.show(settings.optimiser);
    rate.show(settings.learning_rate);
    condition.show(settings.condition);
    steps.show(settings.steps);
    correlated.show(settings.correlated);
    scaled.show(settings.scaled);
    conditionFact.textContent = short(steepest / flattest);
    // Polyak (1964): heavy-ball momentum stays stable up to 2(1 + β) / λ.
    const gain = settings.optimiser === "momentum" ? 1 + BETA : 1;
    boundName.textContent = settings.optimiser === "Adam"
      ? "step of Adam at first" : "stable learning rates below";
    boundFact.textContent = settings.optimiser === "Adam"
      ? short(settings.learning_rate) : short((2 * gain) / steepest);
    outcome.textContent = text;
    outcome.classList.toggle("ae-bad", bad);
    curve.setAttribute("aria-label", `Loss against steps. ${text}`);
    spoken.say(`${settings.optimiser}, learning rate ${short(settings.learning_rate)}, `
      + `condition number ${short(steepest / flattest)}. ${text}`);
  }

  // -- for tests and for the curious: document.querySelector(".aecourse-explorer").explorer
  root.explorer = {
    picture: () => Float32Array.from(walk(model.get("settings")).flat()),
    state: () => ({ ...model.get("settings"), verdict: outcome.textContent }),
    set: change,
  };

  return live(model, root, ["settings"], redraw, spoken.stop);
}

export default { render };
