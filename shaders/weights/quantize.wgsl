// Quantises rows of a checkpoint tensor into intab's layout (src/quant/format.ts), placed as in repack.wgsl. For each group a few ranges
// around the farthest weight are tried, and the integers and the least-squares scale that miss least are taken; the CPU reference
// is src/quant/quantize.ts. One invocation makes the groups of one word of scales. Also keeps the largest scale.
// Dispatch: (ceil(SCALE_WORDS / 64), rows).

// @use batch
// @use batch_source
// @use bf16
// BITS, GROUP, ASYMMETRIC (0 or 1)
const GROUPS_EACH = 2u - ASYMMETRIC;
const TOP = f32((1u << BITS) - 1u);
const ZERO = f32((1u << (BITS - 1u)) * (1u - ASYMMETRIC));
const STEPS = select(4, 0, BITS == 8u); // ranges on each side of the plain one
const STEP = 0.25;
override SHORT_SCALES: bool;

@group(0) @binding(2) var<storage, read_write> destination: array<u32>; // [N, K] quants, then [N] scales
@group(0) @binding(3) var<storage, read_write> largest: atomic<u32>; // bits of the largest |scale|

var<private> w: array<f32, GROUP>;

struct Found { scale: f32, offset: f32, inverse: f32, low: f32 }

fn quant(value: f32, found: Found) -> f32 {
  return clamp(round((value - found.low) * found.inverse) + ZERO, 0.0, TOP);
}

fn search() -> Found {
  var farthest = 0.0;
  var low = w[0];
  var high = w[0];
  for (var i = 0u; i < GROUP; i++) {
    if (abs(w[i]) > abs(farthest)) {
      farthest = w[i];
    }
    low = min(low, w[i]);
    high = max(high, w[i]);
  }
  var best = Found(0.0, 0.0, 0.0, 0.0);
  var best_score = 0.0;
  if (ASYMMETRIC == 1u) {
    best = Found(0.0, low, 0.0, low);
    if (low == high) {
      return best;
    }
  } else if (farthest == 0.0) {
    return best;
  }
  for (var step = -STEPS; step <= STEPS; step++) {
    let more = f32(step) * STEP;
    var tried = Found(0.0, 0.0, 0.0, 0.0);
    if (ASYMMETRIC == 1u) {
      tried = Found(0.0, 0.0, (TOP + more) / (high - low), low);
    } else {
      tried.inverse = -(ZERO + more) / farthest;
    }
    var sum_w = 0.0;
    var sum_q = 0.0;
    var sum_wq = 0.0;
    var sum_qq = 0.0;
    for (var i = 0u; i < GROUP; i++) {
      let over = w[i] - tried.low;
      let q = quant(w[i], tried) - ZERO;
      sum_w += over;
      sum_q += q;
      sum_wq += over * q;
      sum_qq += q * q;
    }
    var across = sum_wq;
    var along = sum_qq;
    if (ASYMMETRIC == 1u) {
      across -= sum_w * sum_q / f32(GROUP);
      along -= sum_q * sum_q / f32(GROUP);
    }
    let score = across * across / along;
    if (along > 0.0 && score > best_score) {
      tried.scale = across / along;
      if (ASYMMETRIC == 1u) {
        tried.offset = low + (sum_w - tried.scale * sum_q) / f32(GROUP);
      }
      best = tried;
      best_score = score;
    }
  }
  return best;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let width = batch.units * 8u;
  let quant_words = width * BITS / 32u;
  let scale_words = (width / GROUP + GROUPS_EACH - 1u) / GROUPS_EACH;
  let rows = arrayLength(&destination) / (quant_words + scale_words);
  let row = destination_row(at.y);
  if (at.x >= scale_words || row >= rows) {
    return;
  }
  var scales = vec2f(0.0);
  for (var g = 0u; g < GROUPS_EACH; g++) {
    let first = (at.x * GROUPS_EACH + g) * GROUP;
    if (first < width) {
      for (var i = 0u; i < GROUP; i++) {
        w[i] = source_element(at.y, first + i);
      }
      let found = search();
      for (var word = 0u; word < GROUP * BITS / 32u; word++) {
        var packed = 0u;
        for (var j = 0u; j < 32u / BITS; j++) {
          let shift = select(8u * j, 8u * (j % 4u) + 4u * (j / 4u), BITS == 4u);
          packed |= u32(quant(w[word * (32u / BITS) + j], found)) << shift;
        }
        destination[row * quant_words + first * BITS / 32u + word] = packed;
      }
      if (ASYMMETRIC == 1u) {
        scales = vec2f(found.scale, found.offset);
      } else {
        scales[g] = found.scale;
        if (SHORT_SCALES) {
          scales[g] = bitcast<f32>(to_bf16(found.scale) << 16u);
        }
      }
    }
  }
  atomicMax(&largest, bitcast<u32>(max(abs(scales.x), abs(scales.y))));
  destination[rows * quant_words + row * scale_words + at.x] = pack2x16float(scales);
}
