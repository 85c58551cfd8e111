// The text of everything that only runs with subgroup matrices: a part of its own, for the few devices that have them.
export { default as prefillMatrix } from '../../shaders/attention/prefill_matrix.wgsl?raw';
export { default as highPart } from '../../shaders/lib/high_part.wgsl?raw';
export { default as matrixParts } from '../../shaders/lib/matrix_parts.wgsl?raw';
export { default as matrixPartsF16 } from '../../shaders/lib/matrix_parts_f16.wgsl?raw';
export { default as matrixPartsQuant } from '../../shaders/lib/matrix_parts_quant.wgsl?raw';
export { default as matrixTile } from '../../shaders/lib/matrix_tile.wgsl?raw';
export { default as xParts } from '../../shaders/lib/x_parts.wgsl?raw';
