// The layers of a decoder, computed in the page as decoder_layers.py computes them in Python.

const LEAK = 0.2; // the slope of Keras's "leaky_relu" below zero

const ACTIVATIONS = {
  linear: (a) => a,
  relu: (a) => Math.max(0, a),
  leaky_relu: (a) => Math.max(a, LEAK * a),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  tanh: Math.tanh,
};

// A network as Python sent it: for each layer the kernel, then the bias.
function unpackLayers(model) {
  const numbers = floats(model.get("weights"), model.get("precision"));
  let start = 0;
  const take = (count) => {
    start += count;
    return numbers.subarray(start - count, start);
  };
  return model.get("layers").map((layer) => {
    const shape = layer.kernel_shape ?? [layer.inputs, layer.outputs];
    const kernel = take(shape.reduce((product, side) => product * side));
    const bias = take(layer.kernel_shape ? shape[2] : layer.outputs);
    return { ...layer, kernel, bias };
  });
}

function denseSums(values, { inputs, outputs, kernel, bias }) {
  const sums = Float64Array.from(bias);
  for (let i = 0; i < inputs; i += 1) {
    if (values[i] === 0) continue; // Half of the units of a ReLU layer are silent.
    for (let j = 0; j < outputs; j += 1) sums[j] += values[i] * kernel[i * outputs + j];
  }
  return sums;
}

// Along one axis: which input reaches which output, through which place of the kernel.
function routes(inputs, places, outputs, stride) {
  const margin = Math.floor(Math.max(0, places - stride) / 2);
  const found = [];
  for (let input = 0; input < inputs; input += 1) {
    for (let place = 0; place < places; place += 1) {
      const output = input * stride + place - margin;
      if (output >= 0 && output < outputs) found.push([input, place, output]);
    }
  }
  return found;
}

// A transposed convolution: each input pixel adds its kernel to the larger image.
function convolutionSums(values, { kernel, bias, kernel_shape, input_shape, output_shape, stride }) {
  const [down, across, filters, channels] = kernel_shape;
  const [height, width] = output_shape;
  const sums = Float64Array.from({ length: height * width * filters }, (_, k) => bias[k % filters]);
  const columns = routes(input_shape[1], across, width, stride);
  for (const [y, v, row] of routes(input_shape[0], down, height, stride)) {
    for (const [x, u, column] of columns) {
      const from = (y * input_shape[1] + x) * channels;
      const to = (row * width + column) * filters;
      let weight = (v * across + u) * filters * channels;
      for (let f = 0; f < filters; f += 1) {
        let sum = 0;
        for (let c = 0; c < channels; c += 1, weight += 1) sum += values[from + c] * kernel[weight];
        sums[to + f] += sum;
      }
    }
  }
  return sums;
}

function decode(layers, code) {
  let values = Float64Array.from(code);
  for (const layer of layers) {
    const sums = layer.kernel_shape ? convolutionSums(values, layer) : denseSums(values, layer);
    values = sums.map(ACTIVATIONS[layer.activation]);
  }
  return Float32Array.from(values);
}
