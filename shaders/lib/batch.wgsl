// A batch of rows of a checkpoint tensor, as they lie in the file, and where each goes: row r of the source, written as
// (outer · middle_count + middle) · inner_count + inner, goes to row
// first_row + outer · outer_stride + middle · middle_stride + inner · row_stride; rows outside the destination are left out.
struct Batch {
  columns: u32, // true width
  units: u32, // padded width / 8
  first_row: u32, // wraps around below zero
  row_stride: u32,
  source_row: u32, // row of the source that the batch begins with
  middle_count: u32,
  inner_count: u32,
  outer_stride: u32,
  middle_stride: u32,
  rows: u32,
}

@group(0) @binding(0) var<storage, read> batch: Batch;

// Where a row of the batch goes.
fn destination_row(row: u32) -> u32 {
  let r = batch.source_row + row;
  let middle = r / batch.inner_count;
  return batch.first_row + (middle / batch.middle_count) * batch.outer_stride
    + (middle % batch.middle_count) * batch.middle_stride + (r % batch.inner_count) * batch.row_stride;
}
