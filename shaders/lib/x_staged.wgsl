// The x of neighbouring spans lie far apart, so x comes through workgroup memory, a chunk at a time, and all invocations of a workgroup
// share it.
const SHARED_X = true;
override CHUNK: u32; // vec4 of x at a time
override CHUNK_SPANS: u32 = CHUNK / SPAN_VECTORS;
override CHUNK_ROUNDS: u32 = CHUNK_SPANS / LANES;

fn bring_x(x_base: u32, round: u32, lid: u32, squares: ptr<function, f32>) {
  if (round % CHUNK_ROUNDS == 0u) {
    if (round > 0u) {
      workgroupBarrier();
    }
    stage_x(x_base, round / CHUNK_ROUNDS * CHUNK, lid, squares);
    workgroupBarrier();
  }
}

fn span_x(_x_base: u32, span: u32, _squares: ptr<function, f32>) -> SpanX {
  return staged_x(span % CHUNK_SPANS);
}
