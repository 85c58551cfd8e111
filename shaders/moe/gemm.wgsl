// y[pair, n] = act(Σ_k W[expert(pair), n, k] · x[pair, k]) · weight(pair) for many rows: the pairs that `group` listed, a tile of TILE
// pairs of one expert × 64 columns a workgroup of 128 invocations, each holding TILE / 8 × 4 sums.
// x has one row for all slots when X_DIVISOR = USED_SLOTS, one per slot when it is 1. When ACT is set, rows 2i and 2i + 1 of an
// expert are gate and up, and y[pair, i] = act(gate) · up.
// Dispatch: (ceil(BLOCK / 64), an upper bound of the tiles; the surplus exits). Sums in f32.

// @use shape
// TILE

const COLUMNS = 64u;
const DEPTH = 32u; // k per round
const QUADS = COLUMNS / 4u; // groups of four rows of W in a tile
const TWOS = TILE / 2u; // groups of two rows of x in a tile
const EACH = TILE / 8u; // rows of an invocation
const WG = 128u;
const NONE = 0xffffffffu;

// @use weights
// @use activation
// @use gemm

var<workgroup> x_tile: array<vec2f, DEPTH * TWOS>; // [DEPTH, TILE], two rows of x a vector
var<workgroup> w_tile: array<vec4f, DEPTH * QUADS>; // [DEPTH, COLUMNS], four rows of W a vector

fn x_at(base: u32, vector: u32) -> vec4f {
  if (base == NONE || vector >= 2u * K8) {
    return vec4f(0.0);
  }
  return x[base + vector];
}

fn w_at(expert: u32, row: u32, unit: u32) -> Eight {
  if (row >= BLOCK || unit >= K8) {
    return Eight(vec4f(0.0), vec4f(0.0));
  }
  return weight_unit((expert * BLOCK + row) * K8 + unit);
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  if (group.y >= tiles[0].x) {
    return;
  }
  let tile = tiles[1u + group.y];
  let expert = tile.x - FIRST_EXPERT; // wraps around below zero
  if (expert >= weight_rows() / BLOCK) {
    return;
  }
  let column0 = group.x * COLUMNS;
  let m0 = (lid / 16u) * EACH; // this invocation's rows
  let n0 = (lid % 16u) * 4u; // and 4 columns
  let quad = lid % QUADS;
  let part = lid / QUADS; // 0 to 7
  let two = lid % TWOS; // the two rows of x this invocation brings; TWOS divides WG
  let line = tile.y + two * 2u;
  var from0 = NONE;
  var from1 = NONE;
  if (line < tile.z) {
    from0 = (pairs[line] / X_DIVISOR) * 2u * K8;
  }
  if (line + 1u < tile.z) {
    from1 = (pairs[line + 1u] / X_DIVISOR) * 2u * K8;
  }
  var sums = array<vec4f, EACH>();
  for (var round = 0u; round < (K8 + 3u) / 4u; round++) {
    // Two rows × four columns of x at a time, four rows × eight columns of W, turned in registers.
    for (var vector = lid / TWOS; vector < 8u; vector += WG / TWOS) {
      let a0 = x_at(from0, round * 8u + vector);
      let a1 = x_at(from1, round * 8u + vector);
      let x_base = vector * 4u * TWOS + two;
      x_tile[x_base] = vec2f(a0.x, a1.x);
      x_tile[x_base + TWOS] = vec2f(a0.y, a1.y);
      x_tile[x_base + 2u * TWOS] = vec2f(a0.z, a1.z);
      x_tile[x_base + 3u * TWOS] = vec2f(a0.w, a1.w);
    }
    if (part < 4u) {
      let unit = round * 4u + part;
      let row = column0 + quad * 4u;
      let b0 = w_at(expert, row, unit);
      let b1 = w_at(expert, row + 1u, unit);
      let b2 = w_at(expert, row + 2u, unit);
      let b3 = w_at(expert, row + 3u, unit);
      let w_base = part * 8u * QUADS + quad;
      w_tile[w_base] = vec4f(b0.lo.x, b1.lo.x, b2.lo.x, b3.lo.x);
      w_tile[w_base + QUADS] = vec4f(b0.lo.y, b1.lo.y, b2.lo.y, b3.lo.y);
      w_tile[w_base + 2u * QUADS] = vec4f(b0.lo.z, b1.lo.z, b2.lo.z, b3.lo.z);
      w_tile[w_base + 3u * QUADS] = vec4f(b0.lo.w, b1.lo.w, b2.lo.w, b3.lo.w);
      w_tile[w_base + 4u * QUADS] = vec4f(b0.hi.x, b1.hi.x, b2.hi.x, b3.hi.x);
      w_tile[w_base + 5u * QUADS] = vec4f(b0.hi.y, b1.hi.y, b2.hi.y, b3.hi.y);
      w_tile[w_base + 6u * QUADS] = vec4f(b0.hi.z, b1.hi.z, b2.hi.z, b3.hi.z);
      w_tile[w_base + 7u * QUADS] = vec4f(b0.hi.w, b1.hi.w, b2.hi.w, b3.hi.w);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let c = w_tile[k * QUADS + n0 / 4u];
      for (var i = 0u; i < EACH / 2u; i++) {
        let a = x_tile[k * TWOS + m0 / 2u + i];
        sums[2u * i] += a.x * c;
        sums[2u * i + 1u] += a.y * c;
      }
    }
    workgroupBarrier();
  }
  let column = column0 + n0;
  for (var i = 0u; i < EACH; i++) {
    let at_pair = tile.y + m0 + i;
    if (at_pair < tile.z && column < BLOCK) {
      put_result(pairs[at_pair], column, sums[i]);
    }
  }
}
