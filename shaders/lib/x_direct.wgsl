// Each lane reads its x by itself: where a span is short, caches serve that better than workgroup memory and its barriers.
const SHARED_X = false;

fn bring_x(_x_base: u32, _round: u32, _lid: u32, _squares: ptr<function, f32>) {}

fn span_x(x_base: u32, span: u32, squares: ptr<function, f32>) -> SpanX {
  var vectors = array<vec4f, SPAN_VECTORS>();
  for (var i = 0u; i < SPAN_VECTORS; i++) {
    vectors[i] = load_x(x_base, span * SPAN_VECTORS + i, squares);
  }
  return span_x_of(vectors);
}
