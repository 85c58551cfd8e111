// Token embedding and row selection. Twin of shaders/embedding/gather.wgsl and shaders/embedding/select_rows.wgsl.
import gatherSource from '../../shaders/embedding/gather.wgsl?raw';
import selectSource from '../../shaders/embedding/select_rows.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import {
  type Activation,
  formatName,
  type KernelTarget,
  kernelLabel,
  type Launch,
  rowsOf,
  targetLabel,
  type Weight,
  weightsFor,
} from './kernel.ts';

export interface GatherArgs {
  /** [rows] token ids. */
  ids: GPUBuffer;
  table: Weight;
  y: Activation;
}

export function gather(target: KernelTarget, { ids, table, y }: GatherArgs): Launch[] {
  const units = table.stride / 8;
  return table.parts.map((part) => {
    const constants = { K8: units, FIRST_ROW: part.firstRow };
    return {
      source: {
        label: kernelLabel('embedding/gather', constants, formatName(table.format), targetLabel(target)),
        code: assembleShader(gatherSource, { weights: weightsFor(table.format, target) }),
        bindings: ['read', 'read', 'write'],
        constants,
      },
      bindings: [ids, part.buffer, y.buffer],
      grid: (size, grid) => {
        grid[0] = Math.ceil(units / 64);
        grid[1] = rowsOf(size, y.rows);
        grid[2] = 1;
      },
    };
  });
}

export interface SelectRowsArgs {
  /** [kept rows] indices into the rows of x. */
  rows: GPUBuffer;
  x: Activation;
  y: Activation;
}

export function selectRows({ rows, x, y }: SelectRowsArgs): Launch[] {
  const constants = { VECTORS: x.stride / 4 };
  return [
    {
      source: {
        label: kernelLabel('embedding/select_rows', constants),
        code: assembleShader(selectSource),
        bindings: ['read', 'read', 'write'],
        constants,
      },
      bindings: [rows, x.buffer, y.buffer],
      grid: (size, grid) => {
        grid[0] = Math.ceil(constants.VECTORS / 64);
        grid[1] = rowsOf(size, y.rows);
        grid[2] = 1;
      },
    },
  ];
}
