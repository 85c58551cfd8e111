// y[pair, n] = act(Σ_k W[expert(pair), n, k] · x[pair, k]) · weight(pair) for many rows: what gemm.wgsl makes, in tiles of subgroup
// matrices or of the packed dot product.
// A tile is the pairs that `group` listed for one expert, no more than LINES, × COLUMNS rows of W.
// x has one row for all slots when X_DIVISOR = USED_SLOTS, one per slot when it is 1. When ACT is set, rows 2i and 2i + 1 of an
// expert are gate and up, and y[pair, i] = act(gate) · up.
// Dispatch: (ceil(BLOCK / COLUMNS), an upper bound of the tiles; the surplus exits). Sums in f32.

// @use weights
// @use activation
// @use gemm
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

fn finish(line: u32, column_in: u32, sums: vec4f) {
  let column = first_column + column_in;
  if (list.y + line < list.z && column < BLOCK) {
    put_result(pairs[list.y + line], column, sums);
  }
}

// Finds the tile; false where there is none, or its expert is in another part of W.
fn begin(group: vec3u) -> bool {
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
