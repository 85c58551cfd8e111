// A tile of x · Wᵀ with subgroup matrices of 16 × 16: LINES rows of x × COLUMNS rows of W, in f32 but for rounding as exact as the
// plain tile, since what f16 cannot hold of x and of W becomes a second matrix. WM × WN subgroups of 32 make 32 × 64 each; the next
// round's elements are on their way while one is multiplied. The shader has `begin`, `x_base`, `w_row` and `finish`, and
// `parts_of` from a snippet for its weights. WM, WN, W_PARTS: 2 where f16 does not hold the weights exactly
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

const LINES = WM * 32u;
const COLUMNS = WN * 64u;
const WG = WM * WN * 32u;
const DEPTH = 32u; // k per round
const PITCH = DEPTH + 8u; // neighbouring rows begin in different banks
const X_LOADS = LINES * DEPTH / 4u / WG; // vec4f of x for an invocation
const W_LOADS = COLUMNS * DEPTH / 8u / WG; // eights of W
const LARGEST = vec4f(65504.0); // of f16

alias Sums = subgroup_matrix_result<f32, 16, 16>;
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;

var<workgroup> x_high: array<f16, LINES * PITCH>;
var<workgroup> x_low: array<f16, LINES * PITCH>;
var<workgroup> w_high: array<f16, COLUMNS * PITCH>;
var<workgroup> w_low: array<f16, COLUMNS * PITCH>; // only where W_PARTS is 2
var<workgroup> blocks: array<f32, WM * WN * 256u>; // one for each subgroup

// Eight weights: what f16 holds of them, and where W_PARTS is 2 the rest.
struct Parts { high: array<vec4<f16>, 2>, low: array<vec4<f16>, 2> }

// What f16 holds of a value exactly, by its bits: a compiler may take converting there and back for nothing.
fn high_part(value: vec4f) -> vec4f {
  return clamp(bitcast<vec4f>(bitcast<vec4u>(value) & vec4u(0xffffe000u)), -LARGEST, LARGEST);
}

fn put_x(at: u32, value: vec4f) {
  let high = high_part(value);
  let h = vec4<f16>(high);
  let l = vec4<f16>(value - high);
  x_high[at] = h.x;
  x_high[at + 1u] = h.y;
  x_high[at + 2u] = h.z;
  x_high[at + 3u] = h.w;
  x_low[at] = l.x;
  x_low[at + 1u] = l.y;
  x_low[at + 2u] = l.z;
  x_low[at + 3u] = l.w;
}

fn put_w(at: u32, parts: Parts) {
  for (var i = 0u; i < 2u; i++) {
    let h = parts.high[i];
    w_high[at + 4u * i] = h.x;
    w_high[at + 4u * i + 1u] = h.y;
    w_high[at + 4u * i + 2u] = h.z;
    w_high[at + 4u * i + 3u] = h.w;
    if (W_PARTS == 2u) {
      let l = parts.low[i];
      w_low[at + 4u * i] = l.x;
      w_low[at + 4u * i + 1u] = l.y;
      w_low[at + 4u * i + 2u] = l.z;
      w_low[at + 4u * i + 3u] = l.w;
    }
  }
}

// What is on its way: vec4f of x and eights of W as they lie in memory, from inside the rows.
fn fetch_x(round: u32, lid: u32, base: u32) -> vec4f {
  return x[base + min(round * (DEPTH / 4u) + lid % (DEPTH / 4u), 2u * K8 - 1u)];
}

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

fn multiply_tile(lid: u32, subgroup: u32) {
  let line0 = subgroup / WN * 32u;
  let column0 = subgroup % WN * 64u;
  var x_bases: array<u32, X_LOADS>;
  var x_next: array<vec4f, X_LOADS>;
  for (var i = 0u; i < X_LOADS; i++) {
    x_bases[i] = x_base((i * WG + lid) / (DEPTH / 4u));
    x_next[i] = fetch_x(0u, lid, x_bases[i]);
  }
  var w_rows: array<u32, W_LOADS>;
  var w_next: array<Raw, W_LOADS>;
  for (var i = 0u; i < W_LOADS; i++) {
    w_rows[i] = w_row((i * WG + lid) / (DEPTH / 8u));
    w_next[i] = fetch_w(0u, lid, w_rows[i]);
  }
  var c00: Sums;
  var c01: Sums;
  var c02: Sums;
  var c03: Sums;
  var c10: Sums;
  var c11: Sums;
  var c12: Sums;
  var c13: Sums;
  for (var round = 0u; round < (K8 * 8u + DEPTH - 1u) / DEPTH; round++) {
    for (var i = 0u; i < X_LOADS; i++) {
      let t = i * WG + lid;
      let inside = round * (DEPTH / 4u) + t % (DEPTH / 4u) < 2u * K8;
      put_x(t / (DEPTH / 4u) * PITCH + t % (DEPTH / 4u) * 4u, select(vec4f(0.0), x_next[i], inside));
    }
    for (var i = 0u; i < W_LOADS; i++) {
      let t = i * WG + lid;
      let inside = round * (DEPTH / 8u) + t % (DEPTH / 8u) < K8;
      let at = t / (DEPTH / 8u) * PITCH + t % (DEPTH / 8u) * 8u;
      if (inside) {
        put_w(at, parts_of(w_next[i]));
      } else {
        put_w(at, Parts());
      }
    }
    workgroupBarrier();
    if ((round + 1u) * DEPTH < K8 * 8u) {
      for (var i = 0u; i < X_LOADS; i++) {
        x_next[i] = fetch_x(round + 1u, lid, x_bases[i]);
      }
      for (var i = 0u; i < W_LOADS; i++) {
        w_next[i] = fetch_w(round + 1u, lid, w_rows[i]);
      }
    }
    for (var k = 0u; k < DEPTH; k += 16u) {
      let h0 = subgroupMatrixLoad<Right, col_major>(&w_high, column0 * PITCH + k, PITCH);
      let h1 = subgroupMatrixLoad<Right, col_major>(&w_high, (column0 + 16u) * PITCH + k, PITCH);
      let h2 = subgroupMatrixLoad<Right, col_major>(&w_high, (column0 + 32u) * PITCH + k, PITCH);
      let h3 = subgroupMatrixLoad<Right, col_major>(&w_high, (column0 + 48u) * PITCH + k, PITCH);
      let a0 = subgroupMatrixLoad<Left, row_major>(&x_high, line0 * PITCH + k, PITCH);
      let a1 = subgroupMatrixLoad<Left, row_major>(&x_high, (line0 + 16u) * PITCH + k, PITCH);
      c00 = subgroupMatrixMultiplyAccumulate(a0, h0, c00);
      c01 = subgroupMatrixMultiplyAccumulate(a0, h1, c01);
      c02 = subgroupMatrixMultiplyAccumulate(a0, h2, c02);
      c03 = subgroupMatrixMultiplyAccumulate(a0, h3, c03);
      c10 = subgroupMatrixMultiplyAccumulate(a1, h0, c10);
      c11 = subgroupMatrixMultiplyAccumulate(a1, h1, c11);
      c12 = subgroupMatrixMultiplyAccumulate(a1, h2, c12);
      c13 = subgroupMatrixMultiplyAccumulate(a1, h3, c13);
      if (W_PARTS == 2u) {
        let l0 = subgroupMatrixLoad<Right, col_major>(&w_low, column0 * PITCH + k, PITCH);
        let l1 = subgroupMatrixLoad<Right, col_major>(&w_low, (column0 + 16u) * PITCH + k, PITCH);
        let l2 = subgroupMatrixLoad<Right, col_major>(&w_low, (column0 + 32u) * PITCH + k, PITCH);
        let l3 = subgroupMatrixLoad<Right, col_major>(&w_low, (column0 + 48u) * PITCH + k, PITCH);
        c00 = subgroupMatrixMultiplyAccumulate(a0, l0, c00);
        c01 = subgroupMatrixMultiplyAccumulate(a0, l1, c01);
        c02 = subgroupMatrixMultiplyAccumulate(a0, l2, c02);
        c03 = subgroupMatrixMultiplyAccumulate(a0, l3, c03);
        c10 = subgroupMatrixMultiplyAccumulate(a1, l0, c10);
        c11 = subgroupMatrixMultiplyAccumulate(a1, l1, c11);
        c12 = subgroupMatrixMultiplyAccumulate(a1, l2, c12);
        c13 = subgroupMatrixMultiplyAccumulate(a1, l3, c13);
      }
      let b0 = subgroupMatrixLoad<Left, row_major>(&x_low, line0 * PITCH + k, PITCH);
      let b1 = subgroupMatrixLoad<Left, row_major>(&x_low, (line0 + 16u) * PITCH + k, PITCH);
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
  @builtin(local_invocation_index) lid: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  if (begin(group)) {
    multiply_tile(lid, subgroup);
  }
}
