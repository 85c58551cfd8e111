// Removes tokens by top-k, then top-p (nucleus, arXiv 1904.09751), then min-p (arXiv 2407.01082), in place.
// Each rule is a threshold on the score. Top-k and top-p find theirs by radix selection, 8 bits a round over scores mapped to
// ordered integers: top-k counts tokens, top-p sums probabilities in units of 2⁻³⁰, so that the order of adding does not matter.
// Ties at a threshold are kept. One workgroup a sequence. Dispatch: (B).
override WG: u32 = 256u;
override VECTORS: u32; // V padded / 4

// @use sampling
@group(0) @binding(0) var<storage, read> settings: Sampling;
@group(0) @binding(1) var<storage, read_write> scores: array<vec4f>; // [B, V]

// @use reduce

const UNIT = 1073741824.0; // 2³⁰
var<workgroup> bins: array<atomic<u32>, 256>;
var<workgroup> chosen: u32;
var<workgroup> above: u32;

// Maps a float to an integer of the same order.
fn ordered(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn mass(value: f32, top: f32, inverse_total: f32) -> u32 {
  return u32(exp(value - top) * inverse_total * UNIT + 0.5);
}

fn count_one(value: f32, prefix: u32, shift: u32, lowest: u32, by_mass: bool, top: f32, inverse_total: f32) {
  let key = ordered(value);
  if (value <= REMOVED || key < lowest || (shift < 24u && (key >> (shift + 8u)) != (prefix >> (shift + 8u)))) {
    return;
  }
  var amount = 1u;
  if (by_mass) {
    amount = mass(value, top, inverse_total);
  }
  atomicAdd(&bins[(key >> shift) & 255u], amount);
}

// The largest key such that the amount at or above it reaches `wanted`.
fn select_threshold(lid: u32, base: u32, wanted: u32, lowest: u32, by_mass: bool, top: f32, inverse_total: f32) -> u32 {
  var prefix = 0u;
  var passed = 0u; // amount above the prefix's range
  for (var round = 0u; round < 4u; round++) {
    let shift = 24u - round * 8u;
    for (var i = lid; i < 256u; i += WG) {
      atomicStore(&bins[i], 0u);
    }
    workgroupBarrier();
    for (var i = lid; i < VECTORS; i += WG) {
      let value = scores[base + i];
      count_one(value.x, prefix, shift, lowest, by_mass, top, inverse_total);
      count_one(value.y, prefix, shift, lowest, by_mass, top, inverse_total);
      count_one(value.z, prefix, shift, lowest, by_mass, top, inverse_total);
      count_one(value.w, prefix, shift, lowest, by_mass, top, inverse_total);
    }
    workgroupBarrier();
    if (lid == 0u) {
      var sum = passed;
      var bin = 255u;
      var lowest_filled = 255u;
      var above_lowest = passed;
      for (var i = 0u; i < 256u; i++) {
        bin = 255u - i;
        let amount = atomicLoad(&bins[bin]);
        if (amount > 0u) {
          lowest_filled = bin;
          above_lowest = sum;
        }
        if (sum + amount >= wanted) {
          break;
        }
        sum += amount;
      }
      // Rounding may leave the total a little short of `wanted`: then everything stays.
      if (sum + atomicLoad(&bins[bin]) < wanted) {
        bin = lowest_filled;
        sum = above_lowest;
      }
      chosen = bin;
      above = sum;
    }
    workgroupBarrier();
    prefix |= workgroupUniformLoad(&chosen) << shift;
    passed = workgroupUniformLoad(&above);
  }
  return prefix;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let base = group.x * VECTORS;
  var highest = REMOVED;
  for (var i = lid; i < VECTORS; i += WG) {
    let value = scores[base + i];
    highest = max(highest, max(max(value.x, value.y), max(value.z, value.w)));
  }
  let top = workgroup_max(highest, lid);
  var lowest = 0u;
  if (settings.top_k > 0u) {
    lowest = select_threshold(lid, base, settings.top_k, 0u, false, top, 0.0);
  }
  if (settings.top_p < 1.0) {
    var sum = 0.0;
    for (var i = lid; i < VECTORS; i += WG) {
      let value = scores[base + i];
      for (var c = 0u; c < 4u; c++) {
        sum += select(0.0, exp(value[c] - top), value[c] > REMOVED && ordered(value[c]) >= lowest);
      }
    }
    let total = workgroup_sum(vec4f(sum), lid).x;
    // A token stays while the mass strictly above it is below p: the first key at which the mass reaches p is the last kept.
    let wanted = max(u32(settings.top_p * UNIT), 1u);
    lowest = max(lowest, select_threshold(lid, base, wanted, lowest, true, top, 1.0 / total));
  }
  var cut = REMOVED;
  if (settings.min_p > 0.0) {
    cut = top + log(settings.min_p);
  }
  for (var i = lid; i < VECTORS; i += WG) {
    var value = scores[base + i];
    for (var c = 0u; c < 4u; c++) {
      if (ordered(value[c]) < lowest || value[c] < cut) {
        value[c] = REMOVED;
      }
    }
    scores[base + i] = value;
  }
}
