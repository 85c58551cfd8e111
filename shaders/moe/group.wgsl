// Lists (row, slot) pairs by expert, and cuts each expert's list into tiles of TILE pairs for `gemm`: count, scan, place.
// Pairs of one expert come in no fixed order, which changes no result: each pair's sums are its own.
// Dispatch: one workgroup.

// @use shape
// ALL_EXPERTS (with the shared ones), SLOTS (in routes), USED_SLOTS (the first of them, which are listed), TILE
override ROUTE_STRIDE: u32;
override ROWS: u32; // index in `step` of the number of rows

// @use step
@group(0) @binding(1) var<storage, read> routes: array<u32>; // [R, slots expert ids, then slots weights]
@group(0) @binding(2) var<storage, read_write> tiles: array<vec4u>; // number of tiles; then expert, first and end in `pairs` of each
@group(0) @binding(3) var<storage, read_write> pairs: array<u32>; // [R · USED_SLOTS] row · USED_SLOTS + slot, by expert

const WG = 256u;
var<workgroup> counts: array<atomic<u32>, ALL_EXPERTS>;
var<workgroup> firsts: array<u32, ALL_EXPERTS>;
var<workgroup> first_tiles: array<u32, ALL_EXPERTS>;

fn expert_of(pair: u32) -> u32 {
  return min(routes[(pair / USED_SLOTS) * ROUTE_STRIDE + pair % USED_SLOTS], ALL_EXPERTS - 1u);
}

@compute @workgroup_size(WG)
fn main(@builtin(local_invocation_index) lid: u32) {
  let count = step[ROWS] * USED_SLOTS;
  for (var e = lid; e < ALL_EXPERTS; e += WG) {
    atomicStore(&counts[e], 0u);
  }
  workgroupBarrier();
  for (var pair = lid; pair < count; pair += WG) {
    atomicAdd(&counts[expert_of(pair)], 1u);
  }
  workgroupBarrier();
  if (lid == 0u) {
    var first = 0u;
    var tile = 0u;
    for (var e = 0u; e < ALL_EXPERTS; e++) {
      let rows = atomicLoad(&counts[e]);
      firsts[e] = first;
      first_tiles[e] = tile;
      first += rows;
      tile += (rows + TILE - 1u) / TILE;
    }
    tiles[0] = vec4u(tile, 0u, 0u, 0u);
  }
  workgroupBarrier();
  for (var e = lid; e < ALL_EXPERTS; e += WG) {
    let rows = atomicLoad(&counts[e]);
    let end = firsts[e] + rows;
    for (var i = 0u; i * TILE < rows; i++) {
      tiles[1u + first_tiles[e] + i] = vec4u(e, firsts[e] + i * TILE, min(firsts[e] + (i + 1u) * TILE, end), 0u);
    }
    atomicStore(&counts[e], 0u);
  }
  workgroupBarrier();
  for (var pair = lid; pair < count; pair += WG) {
    let e = expert_of(pair);
    pairs[firsts[e] + atomicAdd(&counts[e], 1u)] = pair;
  }
}
