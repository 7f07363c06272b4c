// The words explorer: a few words go into an autoencoder of word weights, and what it makes of them
// is shown as a list of other words. Traits (see words_explorer.py, which computes the same):
// heading, words, rarity, halves, activation, examples, given. `given`, the reader's text, is the
// state; the rest is fixed.

const SHOWN = 12; // so many words are shown beside the given ones
const WORD = /[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*|[\u2600-\u27bf\u{1f300}-\u{1faff}]/gu;
const BEND = { linear: (value) => value, tanh: Math.tanh, relu: (value) => Math.max(value, 0) };

// The words of a text, each once, in order.
function wordsOf(text) {
  const written = text.normalize("NFKC").replace(/[\u2018\u2019\u02bc]/g, "'").toLowerCase();
  return [...new Set(written.match(WORD) ?? [])];
}

function lengthOf(values) {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function scaled(values) {
  const length = Math.max(lengthOf(values), 1e-12);
  return values.map((value) => value / length);
}

// Cut the travelling numbers into kernel and bias of the two layers.
function layersOf(numbers, count) {
  const size = (numbers.length - count) / (2 * count + 1);
  const cuts = [count * size, size, size * count, count];
  let place = 0;
  const [into, shift, out, offset] = cuts.map((length) => {
    place += length;
    return numbers.subarray(place - length, place);
  });
  return { size, into, shift, out, offset };
}

// The reconstruction of a row that is given by its few places that are not zero; of length 1.
function rebuild({ size, into, shift, out, offset }, places, values, bend) {
  const code = Array.from(shift, (start, k) => bend(
    places.reduce((sum, place, i) => sum + values[i] * into[place * size + k], start)));
  const rebuilt = Array.from(offset, (start, place) => code.reduce(
    (sum, value, k) => sum + value * out[k * offset.length + place], start));
  return scaled(rebuilt);
}

function render({ model, el }) {
  const words = model.get("words");
  const rarity = floats(model.get("rarity"), "float16");
  const layers = layersOf(floats(model.get("halves"), "float16"), words.length);
  const bend = BEND[model.get("activation")];
  const examples = model.get("examples");
  const places = new Map(words.map((word, place) => [word, place]));

  // What comes of a text: its known and unknown words, the words beside them, and how well it fits.
  const outcome = (text) => {
    const found = wordsOf(text);
    const known = found.filter((word) => places.has(word));
    const unknown = found.filter((word) => !places.has(word));
    if (!known.length) return { known, unknown, beside: [], agreement: 0 };
    const where = known.map((word) => places.get(word));
    const values = scaled(where.map((place) => rarity[place]));
    const rebuilt = rebuild(layers, where, values, bend);
    const given = new Set(where);
    const beside = rebuilt.map((value, place) => [place, value])
      .filter(([place]) => !given.has(place))
      .sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
    const agreement = where.reduce((sum, place, i) => sum + values[i] * rebuilt[place], 0);
    return { known, unknown, beside, agreement };
  };
  const set = (text) => {
    model.set("given", text);
    model.save_changes();
  };

  // -- the page
  const help = element("p", { class: "ae-help", id: identity("help") },
    "Choose a beginning or write words of your own. Below stand the words that the autoencoder "
    + "expects beside them, with their values in the reconstruction. Press one to add it.");
  const begin = choice({
    label: "begin with", options: examples.map((text, i) => [i, text]),
    onChange: (value) => set(examples[Number(value)]),
  });
  const field = element("input", {
    id: identity("words"), type: "text", autocomplete: "off", spellcheck: "false",
    "aria-describedby": help.id,
  });
  field.addEventListener("input", () => set(field.value));
  const row = element("div", { class: "ae-control" },
    element("label", { for: field.id }, "your words"), field);
  const verdict = element("p", { class: "ae-verdict" });
  const list = element("ol", { class: "ae-words", "aria-label": "Words expected beside yours" });
  const spoken = speaker();
  const root = panel(model.get("heading"),
    element("p", { class: "ae-title" }, model.get("heading")), help,
    element("div", { class: "ae-controls ae-above" }, begin.row, row),
    verdict, list, spoken.node);
  el.append(root);

  function redraw() {
    const text = model.get("given");
    const { known, unknown, beside, agreement } = outcome(text);
    if (field.value !== text) field.value = text;
    if (examples.includes(text)) begin.show(examples.indexOf(text));
    const stranger = unknown.length ? ` Not in its vocabulary: ${unknown.join(", ")}.` : "";
    verdict.textContent = (known.length
      ? `Cosine of your words and their reconstruction: ${agreement.toFixed(2)}.`
      : "No word is known, so there is nothing to go by.") + stranger;
    verdict.classList.toggle("ae-bad", !known.length);
    const most = Math.max(...beside.map(([, value]) => value), 1e-9);
    list.replaceChildren(...beside.map(([place, value]) => {
      const add = button(words[place], () => {
        set(`${model.get("given").trim()} ${words[place]}`);
        list.querySelector("button")?.focus(); // the pressed one is gone
      });
      add.setAttribute("aria-label", `add ${words[place]}, value ${value.toFixed(2)}`);
      const bar = element("span", { class: "ae-bar", "aria-hidden": "true" });
      bar.style.width = `${(100 * Math.max(value, 0)) / most}%`;
      const number = element("span", { class: "ae-number", "aria-hidden": "true" }, value.toFixed(2));
      return element("li", {}, add, bar, number);
    }));
    spoken.say(known.length
      ? `Expected beside ${known.join(", ")}: ${beside.slice(0, 5).map(([p]) => words[p]).join(", ")}. `
        + verdict.textContent
      : verdict.textContent);
  }

  // -- for tests and for the curious: document.querySelector(".aecourse-explorer").explorer
  root.explorer = {
    picture() {
      const { agreement, beside } = outcome(model.get("given"));
      return Float32Array.from([agreement, ...beside.map(([, value]) => value)]);
    },
    state: () => ({ given: model.get("given"), ...outcome(model.get("given")) }),
    set({ given = model.get("given") }) { set(given); },
  };

  return live(model, root, ["given"], redraw, spoken.stop);
}

export default { render };
