// A tile of x · Wᵀ for quantised W with the packed dot product: LINES rows of x × COLUMNS rows of W, each invocation holding EACH × 4 sums.
// x comes as integers already (x_integers.wgsl). Both pass through workgroup memory: the next round's are on their way while one is
// multiplied. The shader has X_BINDING, `begin`, `w_row` and `finish`.
// EACH (lines of an invocation), DEPTH (k per round: 32 or 64)
const COLUMNS = 128u;
const WG = 256u;
const QUADS = COLUMNS / 4u;
const LINES = WG / QUADS * EACH;
const BLOCKS = DEPTH / 32u; // of x, of 32, in a round
const X_PITCH = 5u * BLOCKS; // vectors of a line: of each block 32 integers, 32 for what is left, its scale and sums
const W_PITCH = 2u * BLOCKS + 1u; // sixteens of a column, and one that keeps columns in different banks
// Groups of 16 have two scales a block, and the integers' sums become floats for each.
const SCALES = select(1u, 2u, GROUP == 16u);
const HALVES = 2u / SCALES; // sixteens of a block that share a scale
const SPANS = DEPTH / SPAN; // of a column in a round
const X_LOADS = (LINES * X_PITCH + WG - 1u) / WG;
const W_LOADS = (COLUMNS * SPANS + WG - 1u) / WG;

@group(0) @binding(X_BINDING) var<storage, read> x_parts: array<vec4u>; // [lines, K / 32, 5]
var<workgroup> x_tile: array<vec4u, LINES * X_PITCH>;
var<workgroup> w_tile: array<vec4u, COLUMNS * W_PITCH>; // every fourth column, then those behind them
var<workgroup> w_scales: array<vec2f, BLOCKS * SCALES * COLUMNS>; // and what the sums of x are multiplied with

// Sixteen weights of a column; `at` counts them in the round.
fn put_sixteen(column: u32, at: u32, bytes: vec4u, scale: vec2f) {
  w_tile[column * W_PITCH + at] = bytes;
  w_scales[at / HALVES * COLUMNS + column] = vec2f(scale.x * (1.0 / BYTE), CENTRE * scale.x + scale.y);
}

fn put_w(column_in: u32, at: u32, span: Span) {
  let column = column_in % 4u * QUADS + column_in / 4u;
  let scale = scale_of(span.scale);
  if (BITS == 4u) {
    put_sixteen(column, 2u * at, signed_bytes(span.quants, 0u), scale);
    put_sixteen(column, 2u * at + 1u, signed_bytes(span.quants, 1u), scale);
  } else {
    put_sixteen(column, at, signed_bytes(span.quants, 0u), scale);
  }
}

fn multiply_tile(lid: u32, first_line: u32, rounds: vec2u) {
  let quad = lid % QUADS;
  let line0 = lid / QUADS * EACH;
  let spans = K8 * 8u / SPAN;
  let x_blocks = (K8 * 8u + DEPTH - 1u) / DEPTH * BLOCKS;
  var x_from: array<u32, X_LOADS>;
  var x_next: array<vec4u, X_LOADS>;
  var w_rows: array<u32, W_LOADS>;
  var w_next: array<Span, W_LOADS>;
  for (var i = 0u; i < X_LOADS; i++) {
    let t = i * WG + lid;
    x_from[i] = (first_line + t / X_PITCH) * x_blocks * 5u + t % X_PITCH;
    x_next[i] = x_parts[x_from[i] + rounds.x * X_PITCH];
  }
  for (var i = 0u; i < W_LOADS; i++) {
    let t = i * WG + lid;
    w_rows[i] = w_row(t / SPANS);
    w_next[i] = weight_span(w_rows[i], min(rounds.x * SPANS + t % SPANS, spans - 1u));
  }
  var sums = array<vec4f, EACH>();
  for (var round = rounds.x; round < rounds.y; round++) {
    for (var i = 0u; i < X_LOADS; i++) {
      let t = i * WG + lid;
      if (t < LINES * X_PITCH) {
        x_tile[t] = x_next[i];
      }
    }
    for (var i = 0u; i < W_LOADS; i++) {
      let t = i * WG + lid;
      if (t < COLUMNS * SPANS) {
        put_w(t / SPANS, t % SPANS, w_next[i]);
      }
    }
    workgroupBarrier();
    if (round + 1u < rounds.y) {
      for (var i = 0u; i < X_LOADS; i++) {
        x_next[i] = x_parts[x_from[i] + (round + 1u) * X_PITCH];
      }
      for (var i = 0u; i < W_LOADS; i++) {
        // Beyond the row, x is zero.
        w_next[i] = weight_span(w_rows[i], min((round + 1u) * SPANS + (i * WG + lid) % SPANS, spans - 1u));
      }
    }
    for (var group = 0u; group < BLOCKS * SCALES; group++) {
      let x_at = line0 * X_PITCH + group / SCALES * 5u;
      // Given a value on purpose: without one, SwiftShader keeps the last round's (seen in Chromium 156).
      var dots = array<vec4i, EACH>();
      for (var part = 0u; part < 2u; part++) {
        for (var half = group * HALVES; half < (group + 1u) * HALVES; half++) {
          let w0 = w_tile[quad * W_PITCH + half];
          let w1 = w_tile[(QUADS + quad) * W_PITCH + half];
          let w2 = w_tile[(2u * QUADS + quad) * W_PITCH + half];
          let w3 = w_tile[(3u * QUADS + quad) * W_PITCH + half];
          for (var i = 0u; i < EACH; i++) {
            let a = x_tile[x_at + i * X_PITCH + 2u * part + half % 2u];
            dots[i] += vec4i(sixteen_dot(w0, a), sixteen_dot(w1, a), sixteen_dot(w2, a), sixteen_dot(w3, a));
          }
        }
        if (part == 0u) {
          for (var i = 0u; i < EACH; i++) {
            dots[i] *= i32(REST);
          }
        }
      }
      let at = group * COLUMNS + quad;
      let v0 = w_scales[at];
      let v1 = w_scales[at + QUADS];
      let v2 = w_scales[at + 2u * QUADS];
      let v3 = w_scales[at + 3u * QUADS];
      for (var i = 0u; i < EACH; i++) {
        let about = bitcast<vec4f>(x_tile[x_at + i * X_PITCH + 4u]);
        sums[i] += vec4f(dots[i]) * (about.x * vec4f(v0.x, v1.x, v2.x, v3.x));
        if (ASYMMETRIC == 1u) {
          let sum = select(about.y + about.z, about[1u + group % SCALES], SCALES == 2u);
          sums[i] += sum * vec4f(v0.y, v1.y, v2.y, v3.y);
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < EACH; i++) {
    finish(line0 + i, quad * 4u, sums[i]);
  }
}
