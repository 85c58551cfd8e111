// y[r, slot, n] = act(Σ_k W[expert(r, slot), n, k] · x[r, slot, k]) · weight(r, slot), for a few rows: every chosen expert of every
// row in one dispatch. x has one row for all slots when X_DIVISOR = USED_SLOTS, one per slot when it is 1.
// When ACT is set, rows 2i and 2i + 1 of an expert are gate and up, and y[r, slot, i] = act(gate) · up.
// LANES invocations make ROWS rows of W for one pair. Dispatch: (ceil(BLOCK / (WG / LANES · ROWS)) folded over x and y, 1, pairs).
// Sums in f32.
override WG: u32 = 128u;
override LANES: u32 = 32u;
override ROWS: u32 = 4u; // 1, 2, 4 or 8; for floats 2 or 4; not 1 when ACT
const NORM = 0u;
override K8: u32; // padded width of x in units of 8
override BLOCK: u32; // rows of W per expert
override FIRST_EXPERT: u32; // first expert in this part of W
override SLOTS: u32; // in routes
override USED_SLOTS: u32; // the first of them, which are run here
override X_DIVISOR: u32;
override ROUTE_STRIDE: u32;
override WEIGHTED: bool;

@group(0) @binding(0) var<storage, read> routes: array<u32>; // [R, slots expert ids, then slots weights]
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [R, K] or [R, slots, K]
@group(0) @binding(2) var<storage, read> weight: array<vec4u>; // [experts, N, K]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [R, slots, N], or [R, slots, N / 2] when ACT

// @use weights
// @use sum
// @use row_sums
// @use activation

// Four elements of a row of x.
fn load_x(base: u32, vector: u32, _squares: ptr<function, f32>) -> vec4f {
  return x[base + vector];
}

fn given_squares(_x_base: u32, _lid: u32) -> f32 {
  return 0.0;
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let pair = group.z;
  let route = (pair / USED_SLOTS) * ROUTE_STRIDE + pair % USED_SLOTS;
  let expert = routes[route] - FIRST_EXPERT; // wraps around below zero
  let tile = (group.x + group.y * groups.x) * (WG / LANES) * ROWS;
  if (tile >= BLOCK || expert >= weight_rows() / BLOCK) {
    return;
  }
  let first = tile + lid / LANES * ROWS;
  let sums = row_sums(expert * BLOCK + first, (pair / X_DIVISOR) * K8 * 2u, lid);
  var scale = 1.0;
  if (WEIGHTED) {
    scale = bitcast<f32>(routes[route + SLOTS]);
  }
  let lane = lid % LANES;
  if (first >= BLOCK) {
    return;
  }
  if (ACT == 0u) {
    if (lane < ROWS) {
      y[pair * BLOCK + first + lane] = sum_of(sums, lane) * scale;
    }
  } else if (lane < ROWS / 2u) {
    let two = vec2f(sum_of(sums, 2u * lane), sum_of(sums, 2u * lane + 1u)) * scale;
    y[pair * (BLOCK / 2u) + first / 2u + lane] = activate(two.x) * two.y;
  }
}
