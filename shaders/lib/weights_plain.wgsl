// What the kernels need of weights stored as floats, beside `weight_unit`. K8 is the row's width in units of 8.
const SPAN = 8u; // weights that a lane of a GEMV reads at a time
const SPAN_VECTORS = 2u;
struct Span { weights: Eight }

fn weight_rows() -> u32 {
  return arrayLength(&weight) / (K8 * WEIGHT_VECTORS);
}

// Eight consecutive weights; `unit` counts eights from the first row on.
fn weight_unit(unit: u32) -> Eight {
  return eight_of(raw_at(unit));
}

// The same in two steps: the load, and what is made of it.
fn raw_unit(row: u32, unit: u32) -> Raw {
  return raw_at(row * K8 + unit);
}

fn weight_span(row: u32, span: u32) -> Span {
  return Span(weight_unit(row * K8 + span));
}

// Σ w · x over a span.
fn span_dot(span: Span, x: array<vec4f, SPAN_VECTORS>, x_sum: f32) -> f32 {
  return dot(fma(span.weights.lo, x[0], span.weights.hi * x[1]), vec4f(1.0));
}
