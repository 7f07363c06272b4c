// The threshold explorer: move the line above which a sample is flagged, and see mistakes and costs.
// Traits (see threshold_explorer.py, which computes the same): heading, normal_scores and
// anomaly_scores (sorted), losses (of the anomalies, in the order of their scores), bars, span, log,
// score_name, currency, alarm_span, prevalence, threshold, false_alarm. The last two are the state.

const STEPS = 400; // of the threshold's slider
const GRID = 240; // thresholds at which the curve of the cost is drawn
const CLASSES = ["normal", "anomalies"];

// How many of the sorted numbers are not above the threshold.
function countUpTo(sorted, threshold) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] > threshold) high = middle;
    else low = middle + 1;
  }
  return low;
}

function outcomeOf({ normal, anomalies, lost }, threshold, falseAlarm, prevalence) {
  const trueNegatives = countUpTo(normal, threshold);
  const falseNegatives = countUpTo(anomalies, threshold);
  const falsePositives = normal.length - trueNegatives;
  const truePositives = anomalies.length - falseNegatives;
  const flagged = falsePositives + truePositives;
  const recall = truePositives / anomalies.length;
  const falsePositiveRate = falsePositives / normal.length;
  const found = prevalence * recall;
  const flaggedThere = found + (1 - prevalence) * falsePositiveRate;
  return {
    truePositives, falsePositives, falseNegatives, trueNegatives, recall, falsePositiveRate,
    precision: flagged ? truePositives / flagged : NaN,
    precisionThere: flaggedThere ? found / flaggedThere : NaN,
    missedLoss: lost[falseNegatives],
    cost: lost[falseNegatives] + falseAlarm * falsePositives,
  };
}

// Midway between the two neighbouring scores where the cost is least; of equally cheap ones the
// highest. As metrics.lowest_cost_threshold has it.
function cheapestThreshold(data, falseAlarm) {
  const values = [...new Set([...data.normal, ...data.anomalies])].sort((a, b) => a - b);
  const below = values[0] - 1e-6 * Math.max(1, Math.abs(values[0]));
  const costs = [below, ...values].map((value) => outcomeOf(data, value, falseAlarm, 0.5).cost);
  const limit = Math.min(...costs) * (1 + 1e-12);
  let best = costs.length - 1;
  while (costs[best] > limit) best -= 1;
  if (best === 0) return below;
  if (best === values.length) return values[values.length - 1];
  return (values[best - 1] + values[best]) / 2;
}

function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const shown = 100 * share;
  return `${shown >= 99.95 || shown < 0.005 ? shown.toFixed(0) : Number(shown.toPrecision(3))} %`;
}

function counted(number) {
  return Math.round(number).toLocaleString("en-GB");
}

function render({ model, el }) {
  const losses = floats(model.get("losses"), "float32");
  const lost = [0]; // lost[m]: what the m anomalies of lowest score cost together
  for (const loss of losses) lost.push(lost[lost.length - 1] + loss);
  const data = {
    normal: floats(model.get("normal_scores"), "float32"),
    anomalies: floats(model.get("anomaly_scores"), "float32"),
    lost,
  };
  const bars = model.get("bars");
  const span = model.get("span");
  const log = model.get("log");
  const scoreName = model.get("score_name");
  const currency = model.get("currency");
  const alarmSpan = model.get("alarm_span");
  const prevalence = model.get("prevalence");
  const everywhere = Array.from({ length: GRID }, (_, i) => at(i / (GRID - 1)));
  let map = null;

  // The threshold at a share of the axis, and the other way round.
  function at(share) {
    return log ? span[0] * (span[1] / span[0]) ** share : span[0] + share * (span[1] - span[0]);
  }
  function shareOf(threshold) {
    return log ? Math.log(threshold / span[0]) / Math.log(span[1] / span[0])
               : (threshold - span[0]) / (span[1] - span[0]);
  }
  const money = (amount) => `${counted(amount)} ${currency}`;
  const now = (threshold = model.get("threshold")) => (
    outcomeOf(data, threshold, model.get("false_alarm"), prevalence ?? 0.5));
  const setThreshold = (threshold) => {
    model.set("threshold", clamp(threshold, span[0], span[1]));
    model.save_changes();
  };
  const setAlarm = (cost) => {
    model.set("false_alarm", clamp(Number(cost.toPrecision(3)), ...alarmSpan));
    model.save_changes();
  };

  // -- the page
  const help = element("p", { class: "ae-help", id: identity("help") },
    "What lies to the right of the dashed line is flagged. Drag it, or focus the picture or the "
    + "slider and press the arrow keys (Shift in the picture: bigger steps).");
  const plane = pad({
    label: `Histograms of the ${scoreName}, and the threshold`,
    description: help,
    onArrow(dx, dy, big) {
      setThreshold(at(shareOf(model.get("threshold")) + ((dx || dy) * (big ? 10 : 1)) / STEPS));
    },
    onPoint(x) {
      if (map) setThreshold(at((x - map.box.left) / (map.box.right - map.box.left)));
    },
  });
  plane.classList.add("ae-plane");
  const legend = classLegend(
    CLASSES.map((name) => `${name} (${counted(bars[name].reduce((a, b) => a + b, 0))})`),
    "Classes");
  const curve = element("canvas", { class: "ae-canvas ae-strip", role: "img" });

  const cells = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  for (const name of Object.keys(cells)) cells[name] = element("td");
  const table = element("table", { class: "ae-table" },
    element("thead", {}, element("tr", {}, element("td"),
      element("th", { scope: "col" }, "flagged"), element("th", { scope: "col" }, "passed"))),
    element("tbody", {},
      element("tr", {}, element("th", { scope: "row" }, "anomaly"),
        cells.truePositives, cells.falseNegatives),
      element("tr", {}, element("th", { scope: "row" }, "normal"),
        cells.falsePositives, cells.trueNegatives)));
  cells.truePositives.className = "ae-good";
  cells.trueNegatives.className = "ae-good";

  const fact = {};
  const line = (key, name) => {
    fact[key] = element("dd");
    return element("div", {}, element("dt", {}, name), fact[key]);
  };
  const facts = element("dl", { class: "ae-facts" },
    line("recall", "recall: anomalies found"),
    line("falsePositiveRate", "normal ones flagged"),
    line("precision", "precision: alarms that are right"),
    ...(prevalence === null ? [] : [
      line("precisionThere", `precision if ${percent(prevalence)} are anomalies`)]),
    line("missed", "lost with the missed ones"),
    line("alarms", "paid for false alarms"),
    line("cost", "cost, both together"));
  const thresholdSlider = slider({
    label: "threshold", low: 0, high: 1, steps: STEPS,
    text: (share) => short(at(share)), onInput: (share) => setThreshold(at(share)),
  });
  const alarmSlider = slider({
    label: `a false alarm costs (${currency})`, low: alarmSpan[0], high: alarmSpan[1], log: true,
    text: short, onInput: setAlarm,
  });
  const cheapest = button("Go to the cheapest threshold", () => {
    setThreshold(cheapestThreshold(data, model.get("false_alarm")));
  });
  const spoken = speaker();
  const root = panel(model.get("heading"),
    element("p", { class: "ae-title" }, model.get("heading")), help,
    element("div", { class: "ae-controls ae-above" }, thresholdSlider.row, alarmSlider.row),
    element("div", { class: "ae-panels" },
      element("div", { class: "ae-panel" }, plane, legend.node),
      element("div", { class: "ae-panel" }, table, facts,
        element("p", { class: "ae-caption" }, "cost of all mistakes, against the threshold"), curve)),
    element("div", { class: "ae-buttons" }, cheapest), spoken.node);
  el.append(root);

  // -- drawing
  function drawScores(ink, threshold) {
    const highest = Math.max(...bars.normal, ...bars.anomalies);
    paint(plane, (context, width, height) => {
      map = chart(context, {
        width, height, ink, x: span, y: [0.7, 1.6 * highest], logX: log, logY: true,
        xTicks: log ? logTicks(span[0], span[1], 5) : undefined,
        xLabel: scoreName, yLabel: "samples",
      });
      clipTo(context, map.box);
      CLASSES.forEach((name, c) => {
        context.fillStyle = ink.palette[c];
        context.strokeStyle = ink.palette[c];
        context.lineWidth = 1.4;
        bars[name].forEach((count, i) => {
          if (!count) return;
          const [left, right] = [map.toX(bars.edges[i]), map.toX(bars.edges[i + 1])];
          const top = map.toY(count);
          context.globalAlpha = 0.3;
          context.fillRect(left, top, right - left, map.box.bottom - top);
          context.globalAlpha = 1;
          stroke(context, [[left, map.box.bottom], [left, top], [right, top],
                           [right, map.box.bottom]]);
          // The mark of the class on top tells the two apart without colours.
          drawMark(context, c, (left + right) / 2, top, 2.4);
        });
      });
      context.strokeStyle = ink.ink;
      context.lineWidth = 2.2;
      context.setLineDash([7, 5]);
      stroke(context, [[map.toX(threshold), map.box.top], [map.toX(threshold), map.box.bottom]]);
      context.setLineDash([]);
    });
  }

  function drawCost(ink, threshold, cost) {
    const costs = everywhere.map((place) => now(place).cost);
    paint(curve, (context, width, height) => {
      const place = chart(context, {
        width, height, ink, x: span, y: [0, 1.1 * Math.max(...costs) || 1], logX: log,
        xTicks: log ? logTicks(span[0], span[1], 5) : undefined,
        xLabel: "threshold", yLabel: currency,
      });
      context.strokeStyle = ink.first;
      context.lineWidth = 2;
      stroke(context, costs.map((value, i) => [place.toX(everywhere[i]), place.toY(value)]));
      context.fillStyle = ink.second;
      drawMark(context, 3, place.toX(threshold), place.toY(cost), 6.5);
    });
  }

  function redraw() {
    const threshold = model.get("threshold");
    const found = now();
    const ink = inks(root);
    drawScores(ink, threshold);
    drawCost(ink, threshold, found.cost);
    legend.draw(ink);
    thresholdSlider.show(shareOf(threshold));
    alarmSlider.show(model.get("false_alarm"));
    for (const [name, cell] of Object.entries(cells)) cell.textContent = counted(found[name]);
    for (const name of ["recall", "falsePositiveRate", "precision"]) {
      fact[name].textContent = percent(found[name]);
    }
    if (prevalence !== null) fact.precisionThere.textContent = percent(found.precisionThere);
    fact.missed.textContent = money(found.missedLoss);
    fact.alarms.textContent = money(found.cost - found.missedLoss);
    fact.cost.textContent = money(found.cost);
    curve.setAttribute("aria-label",
      `Cost of all mistakes against the threshold; at ${short(threshold)} it is ${money(found.cost)}`);
    spoken.say(`Threshold ${short(threshold)}: ${counted(found.truePositives)} anomalies found, `
      + `${counted(found.falseNegatives)} missed, ${counted(found.falsePositives)} false alarms, `
      + `precision ${percent(found.precision)}, cost ${money(found.cost)}.`);
  }

  // -- for tests and for the curious: document.querySelector(".aecourse-explorer").explorer
  root.explorer = {
    picture() {
      const found = now();
      return Float32Array.from([
        model.get("threshold"), found.truePositives, found.falsePositives, found.falseNegatives,
        found.trueNegatives, found.precision, found.recall, found.falsePositiveRate,
        ...(prevalence === null ? [] : [found.precisionThere]), found.cost,
      ]);
    },
    state: () => ({ threshold: model.get("threshold"), false_alarm: model.get("false_alarm") }),
    set({ threshold = model.get("threshold"), false_alarm: cost = model.get("false_alarm") }) {
      setAlarm(cost);
      setThreshold(threshold);
    },
  };

  return live(model, root, ["threshold", "false_alarm"], redraw, spoken.stop);
}

export default { render };
