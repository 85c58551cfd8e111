// A tile of x · Wᵀ for quantised W with the packed dot product: LINES rows of x × COLUMNS rows of W, each invocation holding 8 × 4 sums.
// x becomes integers in blocks of 32: integers.wgsl. The shader has X_BINDING, `begin`, `x_base`, `w_row` and `finish`.
const LINES = 64u;
const COLUMNS = 128u;
const WG = 256u;
const DEPTH = 32u; // k per round
const X_PITCH = 5u; // vectors of a line: 32 integers, 32 for what is left, and one that keeps lines in different banks
const W_PITCH = 3u;
const EACH = 8u; // lines of an invocation
const QUADS = COLUMNS / 4u;
// Groups of 16 have two scales a round, and the integers' sums become floats for each.
const SCALES = select(1u, 2u, GROUP == 16u);
const HALVES = 2u / SCALES; // sixteens of a round that share a scale

@group(0) @binding(X_BINDING) var<storage, read> x: array<vec4f>; // in rows of K
var<workgroup> x_tile: array<vec4u, LINES * X_PITCH>;
var<workgroup> x_scales: array<f32, LINES>;
var<workgroup> x_sums: array<f32, SCALES * LINES>; // only where ASYMMETRIC
var<workgroup> w_tile: array<vec4u, COLUMNS * W_PITCH>; // every fourth column, then those behind them
var<workgroup> w_scales: array<vec2f, SCALES * COLUMNS>; // and what x_sums are multiplied with

fn stage_line(line: u32, base: u32, round: u32) {
  var values = array<array<vec4f, 4>, 2>();
  var top = vec4f(0.0);
  for (var i = 0u; i < 8u; i++) {
    if (round * 8u + i < 2u * K8) {
      let value = x[base + round * 8u + i];
      values[i / 4u][i % 4u] = value;
      top = max(top, abs(value));
    }
  }
  let largest = max(max(top.x, top.y), max(top.z, top.w));
  let inverse = inverse_of(largest);
  var sum = 0;
  for (var half = 0u; half < 2u; half++) {
    let integers = integers_of(values[half], inverse);
    x_tile[line * X_PITCH + half] = integers.nearest;
    x_tile[line * X_PITCH + 2u + half] = integers.rest;
    if (ASYMMETRIC == 1u) {
      sum = select(0, sum, HALVES == 2u) + integers_dot(ONES, integers);
      x_sums[half / HALVES * LINES + line] = f32(sum) * scale_of_largest(largest);
    }
  }
  x_scales[line] = scale_of_largest(largest);
}

fn stage_column(column: u32, row: u32, round: u32) {
  let place = column % 4u * QUADS + column / 4u;
  for (var half = 0u; half < 2u; half++) {
    // Sixteen weights are half a span of four bits, or a span of eight.
    let sixteen = round * 2u + half;
    var bytes = vec4u(0u);
    if (sixteen * 2u < K8) {
      let span = weight_span(row, select(sixteen, round, BITS == 4u));
      bytes = signed_bytes(span.quants, half);
      let scale = scale_of(span.scale);
      w_scales[half / HALVES * COLUMNS + place] = vec2f(scale.x * (1.0 / BYTE), CENTRE * scale.x + scale.y);
    }
    w_tile[place * W_PITCH + half] = bytes;
  }
}

fn multiply_tile(lid: u32, rounds: vec2u) {
  let quad = lid % QUADS;
  let line0 = lid / QUADS * EACH;
  // Some invocations bring a line of x, others a column, which is a row of W.
  let column = lid - LINES;
  var from_line = 0u;
  if (lid < LINES) {
    from_line = x_base(lid);
  } else if (column < COLUMNS) {
    from_line = w_row(column);
  }
  var sums = array<vec4f, EACH>();
  for (var round = rounds.x; round < rounds.y; round++) {
    if (lid < LINES) {
      stage_line(lid, from_line, round);
    } else if (column < COLUMNS) {
      stage_column(column, from_line, round);
    }
    workgroupBarrier();
    for (var s = 0u; s < SCALES; s++) {
      // Given a value on purpose: without one, SwiftShader keeps the last round's (seen in Chromium 156).
      var dots = array<vec4i, EACH>();
      for (var part = 0u; part < 2u; part++) {
        for (var half = s * HALVES; half < (s + 1u) * HALVES; half++) {
          let w0 = w_tile[quad * W_PITCH + half];
          let w1 = w_tile[(QUADS + quad) * W_PITCH + half];
          let w2 = w_tile[(2u * QUADS + quad) * W_PITCH + half];
          let w3 = w_tile[(3u * QUADS + quad) * W_PITCH + half];
          for (var i = 0u; i < EACH; i++) {
            let a = x_tile[(line0 + i) * X_PITCH + 2u * part + half];
            dots[i] += vec4i(sixteen_dot(w0, a), sixteen_dot(w1, a), sixteen_dot(w2, a), sixteen_dot(w3, a));
          }
        }
        if (part == 0u) {
          for (var i = 0u; i < EACH; i++) {
            dots[i] *= i32(REST);
          }
        }
      }
      let at = s * COLUMNS + quad;
      let v0 = w_scales[at];
      let v1 = w_scales[at + QUADS];
      let v2 = w_scales[at + 2u * QUADS];
      let v3 = w_scales[at + 3u * QUADS];
      for (var i = 0u; i < EACH; i++) {
        sums[i] += vec4f(dots[i]) * (x_scales[line0 + i] * vec4f(v0.x, v1.x, v2.x, v3.x));
        if (ASYMMETRIC == 1u) {
          sums[i] += x_sums[s * LINES + line0 + i] * vec4f(v0.y, v1.y, v2.y, v3.y);
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < EACH; i++) {
    finish(line0 + i, quad * 4u, sums[i]);
  }
}
