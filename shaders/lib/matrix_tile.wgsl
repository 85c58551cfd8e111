// A tile of x · Wᵀ with subgroup matrices of 16 × 16: LINES rows of x × COLUMNS rows of W, in f32 but for rounding as exact as the
// plain tile, since what f16 cannot hold of x and of W becomes a second matrix. WM × WN subgroups of 32 make 32 × 64 each. x comes in
// parts already (x_parts.wgsl), W passes through workgroup memory: the next round's elements are on their way while one is multiplied.
// The shader has X_BINDING, `begin`, `w_row` and `finish`, and `parts_of` from a snippet for its weights.
// WM, WN, W_PARTS (2 where f16 does not hold the weights exactly), DEPTH (k per round)
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

const LINES = WM * 32u;
const COLUMNS = WN * 64u;
const WG = WM * WN * 32u;
const STEPS = DEPTH / 16u;
const PITCH = 24u; // of a block of 16 × 16: its rows begin in different banks
const W_BLOCK = 16u * PITCH;
const W_LOADS = COLUMNS * DEPTH / 8u / WG; // eights of W

alias Sums = subgroup_matrix_result<f32, 16, 16>;
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;

// Blocks of 16 rows × 16 of k. Each is an array of its own on purpose: that a load from its beginning is within bounds is then known when
// the shader is compiled. Otherwise each load is checked, and waited for, by itself, and a product takes half as long again.
@group(0) @binding(X_BINDING) var<storage, read> x_parts: array<array<f16, 256>>; // [lines / 16, K / 16, high and low]
var<workgroup> w_high: array<array<f16, W_BLOCK>, COLUMNS / 16u * STEPS>; // [columns / 16, STEPS]
var<workgroup> w_low: array<array<f16, W_BLOCK>, select(1u, COLUMNS / 16u * STEPS, W_PARTS == 2u)>;
var<workgroup> blocks: array<f32, WM * WN * 256u>; // one for each subgroup

// Eight weights: what f16 holds of them, and where W_PARTS is 2 the rest.
struct Parts { high: array<vec4<f16>, 2>, low: array<vec4<f16>, 2> }

fn put_w(block: u32, at: u32, parts: Parts) {
  for (var i = 0u; i < 2u; i++) {
    let h = parts.high[i];
    w_high[block][at + 4u * i] = h.x;
    w_high[block][at + 4u * i + 1u] = h.y;
    w_high[block][at + 4u * i + 2u] = h.z;
    w_high[block][at + 4u * i + 3u] = h.w;
    if (W_PARTS == 2u) {
      let l = parts.low[i];
      w_low[block][at + 4u * i] = l.x;
      w_low[block][at + 4u * i + 1u] = l.y;
      w_low[block][at + 4u * i + 2u] = l.z;
      w_low[block][at + 4u * i + 3u] = l.w;
    }
  }
}

// What is on its way: eights of W as they lie in memory, from inside the rows.
fn fetch_w(round: u32, lid: u32, row: u32) -> Raw {
  return raw_unit(row, min(round * (DEPTH / 8u) + lid % (DEPTH / 8u), K8 - 1u));
}

// A matrix's elements to `finish`, through workgroup memory.
fn finish_block(block: Sums, line: u32, column: u32, lid: u32, subgroup: u32) {
  let base = subgroup * 256u;
  let lane = lid % 32u;
  subgroupMatrixStore<row_major>(&blocks, base, block, 16);
  workgroupBarrier();
  for (var i = 0u; i < 2u; i++) {
    let column_in = lane % 2u * 8u + i * 4u;
    let at = base + lane / 2u * 16u + column_in;
    finish(line + lane / 2u, column + column_in, vec4f(blocks[at], blocks[at + 1u], blocks[at + 2u], blocks[at + 3u]));
  }
  workgroupBarrier();
}

fn multiply_tile(lid: u32, subgroup: u32, first_line: u32, rounds: vec2u) {
  let line0 = subgroup / WN * 32u;
  let column0 = subgroup % WN * 64u;
  let row_blocks = 2u * STEPS * ((K8 * 8u + DEPTH - 1u) / DEPTH);
  let x_begin = (first_line + line0) / 16u * row_blocks;
  var w_rows: array<u32, W_LOADS>;
  var w_next: array<Raw, W_LOADS>;
  for (var i = 0u; i < W_LOADS; i++) {
    w_rows[i] = w_row((i * WG + lid) / (DEPTH / 8u));
    w_next[i] = fetch_w(rounds.x, lid, w_rows[i]);
  }
  var c00: Sums;
  var c01: Sums;
  var c02: Sums;
  var c03: Sums;
  var c10: Sums;
  var c11: Sums;
  var c12: Sums;
  var c13: Sums;
  for (var round = rounds.x; round < rounds.y; round++) {
    for (var i = 0u; i < W_LOADS; i++) {
      let t = i * WG + lid;
      let inside = round * (DEPTH / 8u) + t % (DEPTH / 8u) < K8;
      let column = t / (DEPTH / 8u);
      let unit = t % (DEPTH / 8u);
      let block = column / 16u * STEPS + unit / 2u;
      let at = column % 16u * PITCH + unit % 2u * 8u;
      if (inside) {
        put_w(block, at, parts_of(w_next[i]));
      } else {
        put_w(block, at, Parts());
      }
    }
    workgroupBarrier();
    if (round + 1u < rounds.y) {
      for (var i = 0u; i < W_LOADS; i++) {
        w_next[i] = fetch_w(round + 1u, lid, w_rows[i]);
      }
    }
    for (var k = 0u; k < STEPS; k++) {
      let w_block = column0 / 16u * STEPS + k;
      let x_block = x_begin + 2u * (round * STEPS + k);
      let h0 = subgroupMatrixLoad<Right, col_major>(&w_high[w_block], 0, PITCH);
      let h1 = subgroupMatrixLoad<Right, col_major>(&w_high[w_block + STEPS], 0, PITCH);
      let h2 = subgroupMatrixLoad<Right, col_major>(&w_high[w_block + 2u * STEPS], 0, PITCH);
      let h3 = subgroupMatrixLoad<Right, col_major>(&w_high[w_block + 3u * STEPS], 0, PITCH);
      let a0 = subgroupMatrixLoad<Left, row_major>(&x_parts[x_block], 0, 16);
      let a1 = subgroupMatrixLoad<Left, row_major>(&x_parts[x_block + row_blocks], 0, 16);
      c00 = subgroupMatrixMultiplyAccumulate(a0, h0, c00);
      c01 = subgroupMatrixMultiplyAccumulate(a0, h1, c01);
      c02 = subgroupMatrixMultiplyAccumulate(a0, h2, c02);
      c03 = subgroupMatrixMultiplyAccumulate(a0, h3, c03);
      c10 = subgroupMatrixMultiplyAccumulate(a1, h0, c10);
      c11 = subgroupMatrixMultiplyAccumulate(a1, h1, c11);
      c12 = subgroupMatrixMultiplyAccumulate(a1, h2, c12);
      c13 = subgroupMatrixMultiplyAccumulate(a1, h3, c13);
      if (W_PARTS == 2u) {
        let l0 = subgroupMatrixLoad<Right, col_major>(&w_low[w_block], 0, PITCH);
        let l1 = subgroupMatrixLoad<Right, col_major>(&w_low[w_block + STEPS], 0, PITCH);
        let l2 = subgroupMatrixLoad<Right, col_major>(&w_low[w_block + 2u * STEPS], 0, PITCH);
        let l3 = subgroupMatrixLoad<Right, col_major>(&w_low[w_block + 3u * STEPS], 0, PITCH);
        c00 = subgroupMatrixMultiplyAccumulate(a0, l0, c00);
        c01 = subgroupMatrixMultiplyAccumulate(a0, l1, c01);
        c02 = subgroupMatrixMultiplyAccumulate(a0, l2, c02);
        c03 = subgroupMatrixMultiplyAccumulate(a0, l3, c03);
        c10 = subgroupMatrixMultiplyAccumulate(a1, l0, c10);
        c11 = subgroupMatrixMultiplyAccumulate(a1, l1, c11);
        c12 = subgroupMatrixMultiplyAccumulate(a1, l2, c12);
        c13 = subgroupMatrixMultiplyAccumulate(a1, l3, c13);
      }
      let b0 = subgroupMatrixLoad<Left, row_major>(&x_parts[x_block + 1u], 0, 16);
      let b1 = subgroupMatrixLoad<Left, row_major>(&x_parts[x_block + row_blocks + 1u], 0, 16);
      c00 = subgroupMatrixMultiplyAccumulate(b0, h0, c00);
      c01 = subgroupMatrixMultiplyAccumulate(b0, h1, c01);
      c02 = subgroupMatrixMultiplyAccumulate(b0, h2, c02);
      c03 = subgroupMatrixMultiplyAccumulate(b0, h3, c03);
      c10 = subgroupMatrixMultiplyAccumulate(b1, h0, c10);
      c11 = subgroupMatrixMultiplyAccumulate(b1, h1, c11);
      c12 = subgroupMatrixMultiplyAccumulate(b1, h2, c12);
      c13 = subgroupMatrixMultiplyAccumulate(b1, h3, c13);
    }
    workgroupBarrier();
  }
  finish_block(c00, line0, column0, lid, subgroup);
  finish_block(c01, line0, column0 + 16u, lid, subgroup);
  finish_block(c02, line0, column0 + 32u, lid, subgroup);
  finish_block(c03, line0, column0 + 48u, lid, subgroup);
  finish_block(c10, line0 + 16u, column0, lid, subgroup);
  finish_block(c11, line0 + 16u, column0 + 16u, lid, subgroup);
  finish_block(c12, line0 + 16u, column0 + 32u, lid, subgroup);
  finish_block(c13, line0 + 16u, column0 + 48u, lid, subgroup);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  if (begin(group, groups)) {
    multiply_tile(lid, subgroup, group.y * LINES, rounds_of(group.z, groups.z));
  }
}
