// y[pair, n] = act(Σ_k W[expert(pair), n, k] · x[pair, k]) · weight(pair) for many rows, in tiles:
// plain ones, of subgroup matrices or of the packed dot product.
// A tile is the pairs that `group` listed for one expert, no more than LINES, × COLUMNS rows of W.
// x has one row for all slots when X_DIVISOR = USED_SLOTS, one per slot when it is 1. When ACT is set, rows 2i and 2i + 1 of an
// expert are gate and up, and y[pair, i] = act(gate) · up.
// Dispatch: (ceil(BLOCK / COLUMNS), an upper bound of the tiles; the surplus exits). Sums in f32.

override K8: u32; // padded width of x in units of 8
override BLOCK: u32; // rows of W per expert
override FIRST_EXPERT: u32; // first expert in this part of W
override SLOTS: u32; // in routes
override USED_SLOTS: u32;
override X_DIVISOR: u32;
override ROUTE_STRIDE: u32;
override WEIGHTED: bool;

@group(0) @binding(0) var<storage, read> tiles: array<vec4u>; // number of tiles; then expert, first and end in `pairs` of each
@group(0) @binding(1) var<storage, read> pairs: array<u32>; // by expert
@group(0) @binding(2) var<storage, read> routes: array<u32>; // [R, slots expert ids, then slots weights]
const X_BINDING = 3; // x, as the tile takes it
@group(0) @binding(4) var<storage, read> weight: array<vec4u>; // [experts, N, K]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [R · slots, N], or [R · slots, N / 2] when ACT

// @use weights
// @use activation
// @use tile

var<private> list: vec4u; // expert in this part, first and end in `pairs`
var<private> first_column: u32;

// Where a line of the tile begins in x; lines beyond the last are made and not kept.
fn x_base(line: u32) -> u32 {
  return pairs[min(list.y + line, list.z - 1u)] / X_DIVISOR * 2u * K8;
}

fn w_row(column: u32) -> u32 {
  return list.x * BLOCK + min(first_column + column, BLOCK - 1u);
}

// Four neighbouring columns of a pair's y = act(x · Wᵀ) · weight(pair), from their sums; with ACT, columns are pairs of gate and up.
fn put_result(pair: u32, column: u32, sums: vec4f) {
  var total = sums;
  if (WEIGHTED) {
    total *= bitcast<f32>(routes[(pair / USED_SLOTS) * ROUTE_STRIDE + pair % USED_SLOTS + SLOTS]);
  }
  if (ACT == 0u) {
    let at = pair * BLOCK + column;
    y[at] = total.x;
    y[at + 1u] = total.y;
    y[at + 2u] = total.z;
    y[at + 3u] = total.w;
  } else {
    let at = pair * (BLOCK / 2u) + column / 2u;
    y[at] = activate(total.x) * total.y;
    y[at + 1u] = activate(total.z) * total.w;
  }
}

fn finish(line: u32, column_in: u32, sums: vec4f) {
  let column = first_column + column_in;
  if (list.y + line < list.z && column < BLOCK) {
    put_result(pairs[list.y + line], column, sums);
  }
}

// Finds the tile; false where there is none, or its expert is in another part of W.
fn begin(group: vec3u, _groups: vec3u) -> bool {
  if (group.y >= tiles[0].x) {
    return false;
  }
  let tile = tiles[1u + group.y];
  let expert = tile.x - FIRST_EXPERT; // wraps around below zero
  if (expert >= weight_rows() / BLOCK) {
    return false;
  }
  list = vec4u(expert, tile.yzw);
  first_column = group.x * COLUMNS;
  return true;
}
