// The line explorer: turn a line through the mean of a cloud of points until the points lie as close
// to it as they can. Traits (see line_explorer.py): points, axis_labels, heading, angle, reveal.
// `angle` (degrees, 0 to 180) and `reveal` (show the whole error curve) are the state.

// The mean and the covariance (divided by n) hold all that the error needs to know of the points.
function moments(points) {
  const n = points.length / 2;
  const mean = [0, 0];
  for (let i = 0; i < n; i += 1) {
    mean[0] += points[2 * i] / n;
    mean[1] += points[2 * i + 1] / n;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const dx = points[2 * i] - mean[0];
    const dy = points[2 * i + 1] - mean[1];
    xx += (dx * dx) / n;
    xy += (dx * dy) / n;
    yy += (dy * dy) / n;
  }
  return { mean, xx, xy, yy };
}

function direction(angle) {
  const radians = (angle * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

// Mean squared distance of the points to the line: the variance across it.
function errorAt({ xx, xy, yy }, angle) {
  const [c, s] = direction(angle);
  return s * s * xx - 2 * s * c * xy + c * c * yy;
}

// The angle of the first principal axis.
function bestAngle({ xx, xy, yy }) {
  return wrap((Math.atan2(2 * xy, xx - yy) * 90) / Math.PI);
}

function project(points, { mean }, angle) {
  const [c, s] = direction(angle);
  return Float32Array.from(points, (_, k) => {
    const i = k - (k % 2);
    const along = (points[i] - mean[0]) * c + (points[i + 1] - mean[1]) * s;
    return k % 2 ? mean[1] + along * s : mean[0] + along * c;
  });
}

function wrap(angle) {
  return ((angle % 180) + 180) % 180;
}

function render({ model, el }) {
  const points = floats(model.get("points"), "float32");
  const statistics = moments(points);
  const { mean } = statistics;
  const total = statistics.xx + statistics.yy;
  const [xLabel, yLabel] = model.get("axis_labels");
  const visited = new Set();
  let reach = 0;
  points.forEach((value, k) => { reach = Math.max(reach, Math.abs(value - mean[k % 2])); });
  let map = null;

  const setAngle = (angle) => {
    model.set("angle", wrap(angle));
    model.save_changes();
  };
  const setReveal = (reveal) => {
    model.set("reveal", reveal);
    model.save_changes();
  };

  // -- the page
  const help = element("p", { class: "ae-help", id: identity("help") },
    "Drag the line, or focus the plane and press the arrow keys: 1 degree a press, 10 with Shift. "
    + "Each point (blue circle) is replaced by the nearest point of the line (orange diamond): "
    + "its code is one number.");
  const plane = pad({
    label: "Points and a line through their mean",
    description: help,
    onArrow(dx, dy, big) { setAngle(model.get("angle") + (dx || dy) * (big ? 10 : 1)); },
    onPoint(x, y) {
      if (!map) return;
      const angle = Math.atan2(map.fromY(y) - mean[1], map.fromX(x) - mean[0]);
      setAngle(Math.round((angle * 1800) / Math.PI) / 10);
    },
  });
  plane.classList.add("ae-plane");
  const curve = element("canvas", { class: "ae-canvas ae-wide", role: "img" });
  const errorFact = element("dd");
  const keptFact = element("dd");
  const facts = element("dl", { class: "ae-facts" },
    element("div", {}, element("dt", {}, "mean squared distance"), errorFact),
    element("div", {}, element("dt", {}, "variance along the line"), keptFact));
  const angleSlider = slider({
    label: "angle", low: 0, high: 180, steps: 180,
    text: (value) => `${short(value)}°`, onInput: setAngle,
  });
  const revealTick = tick({ label: "Show the whole error curve", onChange: setReveal });
  const best = button("Show the first principal axis (PCA)", () => {
    setReveal(true);
    setAngle(bestAngle(statistics));
  });
  const spoken = speaker();
  const root = panel(model.get("heading"),
    element("p", { class: "ae-title" }, model.get("heading")), help,
    element("div", { class: "ae-panels" },
      element("div", { class: "ae-panel" }, plane),
      element("div", { class: "ae-panel" }, curve, facts)),
    element("div", { class: "ae-controls" }, angleSlider.row, revealTick.row),
    element("div", { class: "ae-buttons" }, best), spoken.node);
  el.append(root);

  // -- drawing
  function drawPlane(ink, angle) {
    paint(plane, (context, width, height) => {
      // One unit is as long across as up, so that "nearest" looks nearest.
      const [across, up] = [width - 56, height - 48];
      const half = (1.08 * reach) / Math.min(across, up);
      map = chart(context, {
        width, height, ink, xLabel, yLabel,
        x: [mean[0] - half * across, mean[0] + half * across],
        y: [mean[1] - half * up, mean[1] + half * up],
      });
      const at = (list, i) => [map.toX(list[2 * i]), map.toY(list[2 * i + 1])];
      const projected = project(points, statistics, angle);
      const [c, s] = direction(angle);
      const far = 4 * reach;
      clipTo(context, map.box);
      context.lineWidth = 1;
      context.strokeStyle = ink.muted;
      context.globalAlpha = 0.55;
      for (let i = 0; 2 * i < points.length; i += 1) stroke(context, [at(points, i), at(projected, i)]);
      context.globalAlpha = 1;
      context.lineWidth = 2.4;
      context.strokeStyle = ink.ink;
      stroke(context, [[map.toX(mean[0] - far * c), map.toY(mean[1] - far * s)],
                       [map.toX(mean[0] + far * c), map.toY(mean[1] + far * s)]]);
      for (let i = 0; 2 * i < points.length; i += 1) {
        context.fillStyle = ink.first;
        drawMark(context, 0, ...at(points, i), 3.4);
        context.fillStyle = ink.second;
        drawMark(context, 3, ...at(projected, i), 3.2);
      }
    });
  }

  function drawCurve(ink, angle) {
    const lowest = errorAt(statistics, bestAngle(statistics));
    const highest = total - lowest;
    paint(curve, (context, width, height) => {
      const place = chart(context, {
        width, height, ink, x: [0, 180], y: [0, 1.08 * highest],
        xLabel: "angle (degrees)", yLabel: "mean squared distance",
      });
      context.lineWidth = 2;
      context.strokeStyle = ink.first;
      context.fillStyle = ink.first;
      const at = (degrees) => [place.toX(degrees), place.toY(errorAt(statistics, degrees))];
      if (model.get("reveal")) {
        stroke(context, Array.from({ length: 181 }, (_, degrees) => at(degrees)));
      } else {
        for (const degrees of visited) drawMark(context, 0, ...at(degrees), 2);
      }
      context.fillStyle = ink.second;
      drawMark(context, 3, ...at(angle), 6);
    });
  }

  function redraw() {
    const angle = model.get("angle");
    const error = errorAt(statistics, angle);
    const ink = inks(root);
    visited.add(Math.round(angle));
    drawPlane(ink, angle);
    drawCurve(ink, angle);
    angleSlider.show(angle);
    revealTick.show(model.get("reveal"));
    errorFact.textContent = short(error);
    keptFact.textContent = `${((100 * (total - error)) / total).toFixed(1)} %`;
    curve.setAttribute("aria-label",
      `Mean squared distance against the angle; at ${short(angle)} degrees it is ${short(error)}`);
    spoken.say(`Angle ${short(angle)} degrees, mean squared distance ${short(error)}, `
      + `${keptFact.textContent} of the variance along the line.`);
  }

  // -- for tests and for the curious: document.querySelector(".aecourse-explorer").explorer
  root.explorer = {
    picture: () => project(points, statistics, model.get("angle")),
    state: () => ({
      angle: model.get("angle"),
      reveal: model.get("reveal"),
      error: errorAt(statistics, model.get("angle")),
      bestAngle: bestAngle(statistics),
    }),
    set({ angle = model.get("angle"), reveal = model.get("reveal") }) {
      setReveal(reveal);
      setAngle(angle);
    },
  };

  return live(model, root, ["angle", "reveal"], redraw, spoken.stop);
}

export default { render };
