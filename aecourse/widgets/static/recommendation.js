// The recommendation explorer: tick films, and two recommenders list others with their reasons.
// Traits (see recommendation_explorer.py, which computes the same): heading, titles, popularity,
// linear_weights, network_weights (encoder, its bias, decoder, its bias), code_size, names, ticked
// (positions, ascending), tilt. The last two are the state.

const LISTED = 10; // places of a list
const REASONS = 2; // films that a place names
const STEPS = 20; // of the slider

// Add up the weights from the ticked items: the values, and those without each ticked item.
function byWeights({ linear, items }, ticked) {
  const rows = ticked.map((item) => linear.subarray(item * items, (item + 1) * items));
  const value = new Float64Array(items);
  for (const row of rows) for (let i = 0; i < items; i += 1) value[i] += row[i];
  const without = rows.map((row) => Float64Array.from(value, (all, i) => all - row[i]));
  return { value, without, rankedBy: Float64Array.from(value, (v) => (v > 0 ? Math.log(v) : -Infinity)) };
}

// The logarithms of the autoencoder's probabilities for a row of ticks, scaled to length 1.
function logarithms({ network, items, codeSize }, ticked) {
  const { into, inner, out, outer } = network;
  const tick = 1 / Math.sqrt(Math.max(1, ticked.length));
  const code = Float64Array.from(inner);
  for (const item of ticked) {
    for (let j = 0; j < codeSize; j += 1) code[j] += tick * into[item * codeSize + j];
  }
  const logits = Float64Array.from(outer);
  code.forEach((a, j) => {
    const h = Math.tanh(a);
    for (let i = 0; i < items; i += 1) logits[i] += h * out[j * items + i];
  });
  const highest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - highest), 0));
  return logits.map((value) => value - highest - total);
}

function byNetwork(data, ticked) {
  const value = logarithms(data, ticked);
  const without = ticked.map((gone) => logarithms(data, ticked.filter((item) => item !== gone)));
  return { value, without, rankedBy: value };
}

// The best items that are not ticked, with the ticked ones that speak most for each.
function listOf(data, values, ticked, tilt) {
  if (!ticked.length) return [];
  const { value, without, rankedBy } = values(data, ticked);
  const scores = rankedBy.map((v, i) => v - tilt * Math.log(data.popularity[i]));
  for (const item of ticked) scores[item] = -Infinity;
  const order = Array.from(scores.keys()).filter((i) => Number.isFinite(scores[i]));
  order.sort((a, b) => scores[b] - scores[a] || a - b);
  return order.slice(0, LISTED).map((place) => {
    const parts = without.map((less) => value[place] - less[place]);
    const best = Array.from(parts.keys()).sort((a, b) => parts[b] - parts[a] || a - b);
    const reasons = best.slice(0, REASONS).filter((t) => parts[t] > 0).map((t) => ticked[t]);
    return { place, score: scores[place], reasons };
  });
}

// Letters and digits in lower case without accents, as aecourse.applications.titles has it.
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/['’]/g, "").toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

function render({ model, el }) {
  const titles = model.get("titles");
  const names = model.get("names");
  const items = titles.length;
  const codeSize = model.get("code_size");
  const all = floats(model.get("network_weights"), "float16");
  let place = 0;
  const next = (count) => all.subarray(place, (place += count));
  const data = {
    items, codeSize,
    popularity: floats(model.get("popularity"), "float32"),
    linear: floats(model.get("linear_weights"), "float16"),
    network: {
      into: next(items * codeSize), inner: next(codeSize), out: next(codeSize * items),
      outer: next(items),
    },
  };
  const METHODS = [byWeights, byNetwork];
  const sought = titles.map(plain);
  const lists = () => METHODS.map((values) => (
    listOf(data, values, model.get("ticked"), model.get("tilt"))));

  const setTicked = (places) => {
    model.set("ticked", [...new Set(places)].sort((a, b) => a - b));
    model.save_changes();
  };
  const setTilt = (tilt) => {
    model.set("tilt", clamp(tilt, 0, 1));
    model.save_changes();
  };
  const toggle = (item, on) => {
    const others = model.get("ticked").filter((each) => each !== item);
    setTicked(on ? [...others, item] : others);
  };

  // -- the page
  const help = element("p", { class: "ae-help" },
    "Tick films, or search for one. In the list of films the arrow keys go from film to film, and "
    + "the space bar ticks. Further right on the slider, popular films count for less.");
  const tiltSlider = slider({
    label: "prefer less known", low: 0, high: 1, steps: STEPS,
    text: (tilt) => (tilt ? `${Math.round(100 * tilt)} %` : "no"), onInput: setTilt,
  });
  const searchId = identity("search");
  const search = element("input", {
    id: searchId, type: "search", class: "ae-search", autocomplete: "off", spellcheck: "false",
  });
  const matches = element("p", { class: "ae-caption" });
  const boxes = titles.map((title, item) => {
    const input = element("input", { type: "checkbox", tabindex: item ? "-1" : "0" });
    input.addEventListener("change", () => toggle(item, input.checked));
    return { input, row: element("label", { class: "ae-tick" }, input, element("span", {}, title)) };
  });
  const films = element("div", { class: "ae-films", role: "group", "aria-label": "Films" },
    ...boxes.map((box) => box.row));
  const visible = () => boxes.filter((box) => !box.row.hidden);
  const focusOn = (box) => {
    for (const { input } of boxes) input.tabIndex = input === box.input ? 0 : -1;
    box.input.focus();
  };
  films.addEventListener("keydown", (event) => {
    const shown = visible();
    const here = shown.findIndex(({ input }) => input === document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault(); // The box would scroll.
    focusOn(shown[clamp(to, 0, shown.length - 1)]);
  });
  search.addEventListener("input", filter);
  const chips = element("ul", { class: "ae-chips", "aria-label": "Ticked films" });
  const clear = button("Untick all", () => setTicked([]));
  const common = element("p", { class: "ae-verdict" });
  const columns = names.map((name) => {
    const id = identity("list");
    const list = element("ol", { class: "ae-list", "aria-labelledby": id });
    return { list, node: element("div", { class: "ae-panel" },
      element("p", { class: "ae-caption ae-name", id }, name), list) };
  });
  const spoken = speaker();
  const root = panel(model.get("heading"),
    element("p", { class: "ae-title" }, model.get("heading")), help,
    element("div", { class: "ae-controls ae-above" }, tiltSlider.row,
      element("div", { class: "ae-control" }, element("label", { for: searchId }, "search"), search)),
    matches, films,
    element("div", { class: "ae-buttons" }, chips, clear),
    common,
    element("div", { class: "ae-panels ae-two" }, ...columns.map((column) => column.node)),
    spoken.node);
  el.append(root);

  function filter() {
    const words = plain(search.value);
    boxes.forEach(({ row }, item) => { row.hidden = !sought[item].includes(words); });
    const shown = visible();
    matches.textContent = `${shown.length} of ${items} films`;
    // One of the films that are shown takes the focus.
    for (const { input } of boxes) input.tabIndex = -1;
    if (shown.length) shown[0].input.tabIndex = 0;
  }

  function drawChips(ticked) {
    chips.replaceChildren(...ticked.map((item) => element("li", {}, button(`${titles[item]} ✕`, () => {
      toggle(item, false);
      search.focus();
    }))));
    for (const chip of chips.querySelectorAll("button")) {
      chip.setAttribute("aria-label", `Untick ${chip.textContent.slice(0, -2)}`);
    }
    clear.disabled = !ticked.length;
  }

  function drawList(list, entries) {
    list.replaceChildren(...entries.map(({ place: item, reasons }) => element("li", {},
      element("span", { class: "ae-film" }, titles[item]),
      element("span", { class: "ae-why" }, reasons.length
        ? `because you liked ${reasons.map((t) => titles[t]).join(" and ")}`
        : "no ticked film speaks for it"))));
  }

  function redraw() {
    const ticked = model.get("ticked");
    const found = lists();
    tiltSlider.show(model.get("tilt"));
    boxes.forEach(({ input }, item) => { input.checked = ticked.includes(item); });
    drawChips(ticked);
    columns.forEach(({ list }, m) => drawList(list, found[m]));
    const shared = found[0].filter(({ place: a }) => found[1].some(({ place: b }) => a === b)).length;
    common.textContent = ticked.length
      ? `${shared} of ${found[0].length} films are in both lists.`
      : "Nothing is ticked, so nothing is known of you. Tick a film.";
    const firsts = found.map((entries, m) => (
      entries.length ? `${names[m]}: ${titles[entries[0].place]}` : ""));
    spoken.say(ticked.length
      ? `${ticked.length} ticked, less known films preferred by ${Math.round(100 * model.get("tilt"))} %. `
        + `First of ${firsts.join("; of ")}. ${common.textContent}`
      : common.textContent);
  }

  // -- for tests and for the curious: document.querySelector(".aecourse-explorer").explorer
  root.explorer = {
    picture: () => Float32Array.from(lists().flatMap((entries) => [
      ...entries.map((entry) => entry.place), ...entries.map((entry) => entry.score),
      ...entries.map((entry) => entry.reasons[0] ?? -1)])),
    state: () => ({ ticked: model.get("ticked"), tilt: model.get("tilt") }),
    set({ ticked = model.get("ticked"), tilt = model.get("tilt") }) {
      setTilt(tilt);
      setTicked(ticked);
    },
  };

  filter();
  return live(model, root, ["ticked", "tilt"], redraw, spoken.stop);
}

export default { render };
