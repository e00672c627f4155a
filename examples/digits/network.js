// A network with one hidden layer and softmax output, trained by gradient descent. Plain arrays, no library.

/** Random numbers whose whole state is one integer, so that a checkpoint can hold it. */
export class Random {
  constructor(state) {
    this.state = state >>> 0;
  }

  /** Uniform on [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

export class Network {
  /** @param settings { inputs, hidden, outputs, activation, optimizer, learningRate, momentum, weightDecay } */
  constructor(settings, random) {
    this.settings = settings;
    const { inputs, hidden, outputs } = settings;
    const gaussian = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    const layer = (from, to) => Float32Array.from({ length: from * to }, () => gaussian() / Math.sqrt(from));
    /** Weights and biases of the two layers; `state` holds the optimiser's two memories of each. */
    this.weights = [layer(inputs, hidden), new Float32Array(hidden), layer(hidden, outputs), new Float32Array(outputs)];
    this.state = this.weights.flatMap((w) => [new Float32Array(w.length), new Float32Array(w.length)]);
    this.gradients = this.weights.map((w) => new Float32Array(w.length));
    this.steps = 0;
    this.h = new Float32Array(hidden);
    this.dh = new Float32Array(hidden);
    this.p = new Float32Array(outputs);
  }

  /** Class probabilities of the image that begins at `at`, left in `this.p`. */
  forward(pixels, at) {
    const { inputs, hidden, outputs, activation } = this.settings;
    const [w1, b1, w2, b2] = this.weights;
    const { h, p } = this;
    h.set(b1);
    for (let i = 0; i < inputs; i += 1) {
      const pixel = pixels[at + i];
      if (pixel === 0) continue; // three in four are blank
      for (let j = 0, w = i * hidden; j < hidden; j += 1) h[j] += w1[w + j] * pixel;
    }
    for (let j = 0; j < hidden; j += 1) h[j] = activation === 'tanh' ? Math.tanh(h[j]) : h[j] > 0 ? h[j] : 0;
    let top = -Infinity;
    for (let k = 0; k < outputs; k += 1) {
      let sum = b2[k];
      for (let j = 0, w = k * hidden; j < hidden; j += 1) sum += w2[w + j] * h[j];
      p[k] = sum;
      if (sum > top) top = sum;
    }
    let total = 0;
    for (let k = 0; k < outputs; k += 1) total += p[k] = Math.exp(p[k] - top);
    for (let k = 0; k < outputs; k += 1) p[k] /= total;
  }

  /** One step of gradient descent on the images listed in `batch`. Returns the sum of their losses. */
  train(pixels, labels, batch) {
    const { inputs, hidden, outputs, activation } = this.settings;
    const w2 = this.weights[2];
    const { h, dh, p } = this;
    const [g1, gb1, g2, gb2] = this.gradients;
    for (const g of this.gradients) g.fill(0);
    let loss = 0;
    for (const image of batch) {
      const at = image * inputs;
      const label = labels[image];
      this.forward(pixels, at);
      loss -= Math.log(p[label]);
      p[label] -= 1;
      dh.fill(0);
      for (let k = 0; k < outputs; k += 1) {
        const error = p[k];
        gb2[k] += error;
        for (let j = 0, w = k * hidden; j < hidden; j += 1) {
          g2[w + j] += error * h[j];
          dh[j] += error * w2[w + j];
        }
      }
      for (let j = 0; j < hidden; j += 1) {
        dh[j] *= activation === 'tanh' ? 1 - h[j] * h[j] : h[j] > 0 ? 1 : 0;
        gb1[j] += dh[j];
      }
      for (let i = 0; i < inputs; i += 1) {
        const pixel = pixels[at + i];
        if (pixel === 0) continue;
        for (let j = 0, w = i * hidden; j < hidden; j += 1) g1[w + j] += dh[j] * pixel;
      }
    }
    this.steps += 1;
    for (let layer = 0; layer < 4; layer += 1) this.descend(layer, batch.length);
    return loss;
  }

  /** Moves one layer's weights against the mean gradient of a batch. */
  descend(layer, size) {
    const { optimizer, learningRate, momentum = 0, weightDecay } = this.settings;
    const w = this.weights[layer];
    const g = this.gradients[layer];
    const m = this.state[2 * layer];
    const v = this.state[2 * layer + 1];
    const decay = layer % 2 === 0 ? weightDecay : 0;
    const fix1 = 1 / (1 - 0.9 ** this.steps);
    const fix2 = 1 / (1 - 0.999 ** this.steps);
    for (let i = 0; i < w.length; i += 1) {
      const gradient = g[i] / size + decay * w[i];
      if (optimizer === 'adam') {
        m[i] = 0.9 * m[i] + 0.1 * gradient;
        v[i] = 0.999 * v[i] + 0.001 * gradient * gradient;
        w[i] -= (learningRate * m[i] * fix1) / (Math.sqrt(v[i] * fix2) + 1e-8);
      } else {
        m[i] = momentum * m[i] + gradient;
        w[i] -= learningRate * m[i];
      }
    }
  }

  /** Share of the images from `first` to `last` that are recognised. */
  accuracy(pixels, labels, first, last) {
    let right = 0;
    for (let image = first; image < last; image += 1) {
      this.forward(pixels, image * this.settings.inputs);
      let best = 0;
      for (let k = 1; k < this.p.length; k += 1) if (this.p[k] > this.p[best]) best = k;
      if (best === labels[image] && Number.isFinite(this.p[best])) right += 1;
    }
    return right / (last - first);
  }

  /** Everything that training depends on, as bytes. */
  save() {
    const arrays = [Float32Array.of(this.steps), ...this.weights, ...this.state];
    return Buffer.concat(arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));
  }

  load(bytes) {
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    this.steps = values[0];
    let at = 1;
    for (const array of [...this.weights, ...this.state]) {
      array.set(values.subarray(at, at + array.length));
      at += array.length;
    }
  }
}
